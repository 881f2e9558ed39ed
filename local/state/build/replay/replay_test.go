package replay

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Any cut of a random journal gives what the engine's replayer gives for the same entries, after the entries were
// encoded, stored and decoded.
func TestAnyCutIsWhatTheEngineMakesOfIt(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		base := baseOf(random.IntN(8))
		entries := randomJournal(random, len(base.Resources))
		for cut := range len(entries) + 1 {
			expected := backend.NewJournalReplayer(clone(t, base))
			var stored [][]byte
			for _, entry := range entries[:cut] {
				if err := expected.Add(*clone(t, &entry)); err != nil {
					t.Fatal(err)
				}
				stored = append(stored, encode(t, entry))
			}
			wanted, err := expected.GenerateDeployment()
			if err != nil {
				t.Fatal(err)
			}
			untyped, err := base.ToUntypedDeployment(3, nil)
			if err != nil {
				t.Fatal(err)
			}
			replayed, err := Journal(untyped, each(stored))
			if err != nil {
				t.Fatalf("seed %d, cut %d: %v", seed, cut, err)
			}
			got, err := typed(replayed)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := comparable(t, wanted.Deployment), comparable(t, got); !reflect.DeepEqual(a, b) {
				t.Fatalf("seed %d, cut %d:\nengine  %v\nservice %v", seed, cut, a, b)
			}
		}
	}
}

func TestAnInterruptedOperationIsPending(t *testing.T) {
	entry := apitype.JournalEntry{
		Version: 1, Kind: apitype.JournalEntryKindBegin, SequenceID: 1, OperationID: 1,
		Operation: &apitype.OperationV2{Type: apitype.OperationTypeCreating, Resource: resourceNamed("half-made")},
	}
	replayed, err := Journal(Empty(), each([][]byte{encode(t, entry)}))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(replayed.Deployment), `"pending_operations":[{"resource":{"urn":"`+string(urn("half-made"))) {
		t.Errorf("the operation is not pending: %s", replayed.Deployment)
	}
}

func TestAJournalThatContradictsItselfIsAnError(t *testing.T) {
	gone := int64(5)
	entry := apitype.JournalEntry{
		Version: 1, Kind: apitype.JournalEntryKindSuccess, SequenceID: 1, OperationID: 1, DeleteNew: &gone,
	}
	if _, err := Journal(Empty(), each([][]byte{encode(t, entry)})); err == nil {
		t.Error("an entry about an operation that is not in the journal was accepted")
	}
}

func TestEntriesThatTheReplayerDoesNotReadAreRefused(t *testing.T) {
	for _, entry := range []string{
		`{"version":2,"kind":0,"sequenceID":1,"operationID":1}`,
		`{"version":1,"kind":8,"sequenceID":1,"operationID":1}`,
		`{"version":1,"kind":0,"sequenceID":0,"operationID":1}`,
		`{"version":1,"kind":0,"sequ`,
	} {
		if _, err := Entry([]byte(entry)); err == nil {
			t.Errorf("%s was accepted", entry)
		}
	}
}

func TestARenamedDeploymentHasNoUrnOfTheOldName(t *testing.T) {
	base := baseOf(3)
	base.Resources[2].Dependencies = []resource.URN{urn("base-0")}
	base.Resources[2].Parent = urn("base-1")
	untyped, err := base.ToUntypedDeployment(3, nil)
	if err != nil {
		t.Fatal(err)
	}
	renamed, err := Renamed(untyped, "other", "project2")
	if err != nil {
		t.Fatal(err)
	}
	if text := string(renamed.Deployment); strings.Contains(text, ":dev::") || strings.Count(text, "urn:pulumi:other::project2::") != 5 {
		t.Errorf("URNs were missed: %s", text)
	}
}

// randomJournal makes a journal as an update writes it: several operations at a time, each begun and then ended by
// success or failure; creations, updates, deletions, refreshes and replacements; and sometimes a rebuilt base.
func randomJournal(random *rand.Rand, baseResources int) []apitype.JournalEntry {
	var entries []apitype.JournalEntry
	var open, made []int64
	free := random.Perm(baseResources)
	operation := int64(0)
	add := func(entry apitype.JournalEntry) {
		entry.Version = 1
		entry.SequenceID = int64(len(entries) + 1)
		entries = append(entries, entry)
	}
	for range 5 + random.IntN(40) {
		if len(open) < 4 && random.IntN(2) == 0 {
			operation++
			open = append(open, operation)
			add(apitype.JournalEntry{
				Kind: apitype.JournalEntryKindBegin, OperationID: operation,
				Operation: &apitype.OperationV2{Type: apitype.OperationTypeCreating, Resource: resourceNamed(fmt.Sprint("new-", operation))},
			})
			continue
		}
		if len(open) == 0 {
			continue
		}
		at := random.IntN(len(open))
		id := open[at]
		open = append(open[:at], open[at+1:]...)
		state := resourceNamed(fmt.Sprint("new-", id))
		entry := apitype.JournalEntry{Kind: apitype.JournalEntryKindSuccess, OperationID: id}
		old := func() *int64 {
			if len(free) == 0 {
				return nil
			}
			index := int64(free[0])
			free = free[1:]
			return &index
		}
		switch random.IntN(8) {
		case 0: // a failure
			entry.Kind = apitype.JournalEntryKindFailure
		case 1: // a deletion
			entry.RemoveOld = old()
		case 2: // an update
			entry.State, entry.RemoveOld = &state, old()
		case 3: // a refresh of an old resource
			entry.Kind = apitype.JournalEntryKindRefreshSuccess
			if entry.RemoveOld = old(); entry.RemoveOld != nil && random.IntN(2) == 0 {
				refreshed := resourceNamed(fmt.Sprint("base-", *entry.RemoveOld))
				refreshed.Outputs = map[string]any{"refreshed": true}
				entry.State = &refreshed
			}
		case 4: // the first half of a replacement
			entry.State, entry.DeleteOld = &state, old()
			made = append(made, id)
		case 5: // a new resource that is removed again
			if len(made) > 0 {
				entry.RemoveNew = &made[0]
				made = made[1:]
			}
		case 6: // outputs of a new resource
			if len(made) > 0 {
				withOutputs := resourceNamed(fmt.Sprint("new-", made[0]))
				withOutputs.Outputs = map[string]any{"late": 1.0}
				entry = apitype.JournalEntry{
					Kind: apitype.JournalEntryKindOutputs, OperationID: id, State: &withOutputs, RemoveNew: &made[0],
				}
			}
		default: // a creation
			entry.State = &state
			made = append(made, id)
		}
		add(entry)
	}
	if random.IntN(4) == 0 {
		add(apitype.JournalEntry{Kind: apitype.JournalEntryKindRebuiltBaseState, OperationID: operation + 1})
	}
	return entries
}

func baseOf(count int) *apitype.DeploymentV3 {
	deployment := &apitype.DeploymentV3{SecretsProviders: &apitype.SecretsProvidersV1{Type: "passphrase"}}
	for i := range count {
		deployment.Resources = append(deployment.Resources, resourceNamed(fmt.Sprint("base-", i)))
	}
	return deployment
}

func resourceNamed(name string) apitype.ResourceV3 {
	return apitype.ResourceV3{URN: urn(name), Custom: true, ID: resource.ID(name), Type: "test:index:Item"}
}

func urn(name string) resource.URN {
	return resource.NewURN("dev", "project", "", tokens.Type("test:index:Item"), name)
}

func each(entries [][]byte) func(func([]byte) error) error {
	return func(add func([]byte) error) error {
		for _, entry := range entries {
			if err := add(entry); err != nil {
				return err
			}
		}
		return nil
	}
}

// comparable leaves out what the engine does not determine: the time, and the order of pending operations.
func comparable(t *testing.T, deployment *apitype.DeploymentV3) map[string]any {
	pending := map[string]bool{}
	for _, operation := range deployment.PendingOperations {
		pending[string(encode(t, operation))] = true
	}
	compared := *deployment
	compared.PendingOperations = nil
	compared.Manifest.Time = time.Time{}
	return map[string]any{"pending": pending, "rest": string(encode(t, compared))}
}

func clone[T any](t *testing.T, value *T) *T {
	copied := new(T)
	if err := json.Unmarshal(encode(t, value), copied); err != nil {
		t.Fatal(err)
	}
	return copied
}

func encode(t *testing.T, value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
