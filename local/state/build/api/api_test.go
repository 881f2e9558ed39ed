package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"chainfleet/state/service"
	"chainfleet/state/store"
)

const accessToken = "an-access-token"

// A testService is a service on a folder of its own, with a clock that the test moves.
type testService struct {
	t        *testing.T
	folder   string
	now      time.Time
	database *store.Store
	handler  http.Handler
}

func newService(t *testing.T) *testService {
	s := &testService{t: t, folder: t.TempDir(), now: time.Unix(1_800_000_000, 0)}
	s.open()
	t.Cleanup(func() { s.database.Close() })
	return s
}

func (s *testService) open() {
	database, err := store.Open(s.folder)
	if err != nil {
		s.t.Fatal(err)
	}
	s.database = database
	rules := service.New(database, func() time.Time { return s.now })
	if s.handler, err = Handler(rules, accessToken, strings.Repeat("ab", 32)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *testService) send(authorization, method, path string, body any) (int, []byte) {
	encoded, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	request := httptest.NewRequest(method, path, bytes.NewReader(encoded))
	request.Header.Set("Authorization", authorization)
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	answered, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return recorder.Code, answered
}

// do sends a request of the user and checks the status.
func (s *testService) do(status int, method, path string, body any) []byte {
	s.t.Helper()
	got, answered := s.send("token "+accessToken, method, path, body)
	if got != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, got, answered, status)
	}
	return answered
}

const project = "/api/stacks/organization/project"
const stack = project + "/dev"

func (s *testService) createStack() {
	s.t.Helper()
	s.do(http.StatusOK, "POST", project, apitype.CreateStackRequest{StackName: "dev"})
}

// start starts an update and returns its path and the authorization of its engine.
func (s *testService) start() (path, lease string) {
	s.t.Helper()
	path = s.create()
	started := decode[apitype.StartUpdateResponse](s.t, s.do(http.StatusOK, "POST", path, apitype.StartUpdateRequest{JournalVersion: 1}))
	if started.JournalVersion != 1 {
		s.t.Fatalf("the service keeps no journal: %+v", started)
	}
	return path, "update-token " + started.Token
}

func (s *testService) create() string {
	s.t.Helper()
	request := apitype.UpdateProgramRequest{Metadata: apitype.UpdateMetadata{Environment: map[string]string{"exec.agent": "me"}}}
	created := decode[apitype.UpdateProgramResponse](s.t, s.do(http.StatusOK, "POST", stack+"/update", request))
	return stack + "/update/" + created.UpdateID
}

func created(sequenceID int, name string) map[string]any {
	urn := "urn:pulumi:dev::project::test:index:Item::" + name
	return map[string]any{
		"version": 1, "kind": 1, "sequenceID": sequenceID, "operationID": sequenceID,
		"state": map[string]any{"urn": urn, "custom": true, "id": name, "type": "test:index:Item"},
	}
}

func entries(values ...map[string]any) map[string]any { return map[string]any{"entries": values} }

func (s *testService) names() string {
	s.t.Helper()
	exported := decode[apitype.TypedDeployment](s.t, s.do(http.StatusOK, "GET", stack+"/export", nil))
	var names []string
	for _, resource := range exported.Deployment.Resources {
		names = append(names, string(resource.ID))
	}
	return strings.Join(names, " ")
}

func TestOnlyTheHolderOfTheAccessTokenIsServed(t *testing.T) {
	s := newService(t)
	for _, authorization := range []string{"", "token", "token wrong", "update-token " + accessToken, accessToken} {
		if status, body := s.send(authorization, "GET", "/api/user", nil); status != http.StatusUnauthorized {
			t.Errorf("%q: %d %s", authorization, status, body)
		}
	}
	s.do(http.StatusOK, "GET", "/api/user", nil)
}

func TestRefusalsOfStacks(t *testing.T) {
	s := newService(t)
	s.do(http.StatusNotFound, "GET", stack, nil)
	s.do(http.StatusNotFound, "HEAD", project, nil)
	s.createStack()
	s.do(http.StatusOK, "HEAD", project, nil)
	again := s.do(http.StatusConflict, "POST", project, apitype.CreateStackRequest{StackName: "dev"})
	if !strings.Contains(string(again), "already exists") {
		t.Errorf("the client recognizes the refusal by its words: %s", again)
	}
	s.do(http.StatusBadRequest, "POST", project, apitype.CreateStackRequest{StackName: "no/name"})
	s.do(http.StatusNotFound, "POST", "/api/stacks/elsewhere/project", apitype.CreateStackRequest{StackName: "dev"})
	s.do(http.StatusBadRequest, "POST", stack+"/import", apitype.UntypedDeployment{Version: 99, Deployment: []byte(`{}`)})
	s.do(http.StatusNotFound, "GET", stack+"/export/7", nil)
	s.do(http.StatusNotFound, "GET", stack+"/deployments/settings", nil)
	s.do(http.StatusNotFound, "GET", "/api/orgs/organization/teams", nil)
}

func TestAStackWithResourcesIsDeletedByForceOnly(t *testing.T) {
	s := newService(t)
	s.createStack()
	path, lease := s.start()
	s.send(lease, "PATCH", path+"/journalentries", entries(created(1, "a")))
	s.send(lease, "POST", path+"/complete", apitype.CompleteUpdateRequest{Status: "succeeded"})
	refused := decode[apitype.ErrorResponse](t, s.do(http.StatusBadRequest, "DELETE", stack, nil))
	if refused.Message != "Bad Request: Stack still contains resources." {
		t.Errorf("the client compares the whole message: %q", refused.Message)
	}
	s.do(http.StatusOK, "DELETE", stack+"?force=true", nil)
	s.createStack()
	if names := s.names(); names != "" {
		t.Errorf("a new stack has the resources of a deleted one: %s", names)
	}
}

func TestASecondUpdateWaitsForTheEndOfTheFirst(t *testing.T) {
	s := newService(t)
	s.createStack()
	path, lease := s.start()
	second := s.create()
	refused := decode[apitype.ErrorResponse](t, s.do(http.StatusConflict, "POST", second, apitype.StartUpdateRequest{}))
	if refused.Message != "Conflict: Another update is currently in progress." {
		t.Errorf("%q", refused.Message)
	}
	for _, change := range []struct {
		method, path string
		body         any
	}{
		{"POST", "/import", apitype.UntypedDeployment{Version: 3, Deployment: []byte(`{}`)}},
		{"POST", "/rename", apitype.StackRenameRequest{NewName: "other"}},
		{"DELETE", "?force=true", nil},
	} {
		s.do(http.StatusConflict, change.method, stack+change.path, change.body)
	}
	history := decode[apitype.GetHistoryResponse](t, s.do(http.StatusOK, "GET", stack+"/updates?pageSize=1&page=1", nil))
	if len(history.Updates) != 1 || history.Updates[0].Result != "in-progress" || history.Updates[0].Environment["exec.agent"] != "me" {
		t.Errorf("the history does not tell who holds the lock: %+v", history)
	}
	if status, body := s.send(lease, "POST", path+"/complete", apitype.CompleteUpdateRequest{Status: "succeeded"}); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if status, _ := s.send(lease, "POST", path+"/complete", apitype.CompleteUpdateRequest{Status: "succeeded"}); status != http.StatusOK {
		t.Error("a repeated request to complete is refused")
	}
	s.do(http.StatusOK, "POST", second, apitype.StartUpdateRequest{})
}

func TestAPreviewNeitherLocksNorChanges(t *testing.T) {
	s := newService(t)
	s.createStack()
	s.start()
	preview := decode[apitype.UpdateProgramResponse](t, s.do(http.StatusOK, "POST", stack+"/preview", apitype.UpdateProgramRequest{}))
	path := stack + "/preview/" + preview.UpdateID
	started := decode[apitype.StartUpdateResponse](t, s.do(http.StatusOK, "POST", path, apitype.StartUpdateRequest{JournalVersion: 1}))
	lease := "update-token " + started.Token
	if status, _ := s.send(lease, "PATCH", path+"/journalentries", entries(created(1, "a"))); status != http.StatusBadRequest {
		t.Errorf("a preview writes a journal: %d", status)
	}
	if status, body := s.send(lease, "POST", path+"/complete", apitype.CompleteUpdateRequest{Status: "succeeded"}); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	if history := decode[apitype.GetHistoryResponse](t, s.do(http.StatusOK, "GET", stack+"/updates", nil)); len(history.Updates) != 1 {
		t.Errorf("%+v", history)
	}
}

func TestAnExpiredLeaseEndsTheUpdateAndKeepsItsJournal(t *testing.T) {
	s := newService(t)
	s.createStack()
	path, lease := s.start()
	s.send(lease, "PATCH", path+"/journalentries", entries(created(1, "a"), created(2, "b")))
	s.now = s.now.Add(4 * time.Minute)
	if status, body := s.send(lease, "POST", path+"/renew_lease", apitype.RenewUpdateLeaseRequest{Duration: 300}); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	s.now = s.now.Add(4 * time.Minute)
	s.do(http.StatusConflict, "POST", s.create(), apitype.StartUpdateRequest{})
	s.now = s.now.Add(61 * time.Second)
	for _, request := range []struct{ method, path string }{
		{"PATCH", "/journalentries"}, {"POST", "/renew_lease"}, {"POST", "/complete"}, {"POST", "/events/batch"},
	} {
		body := map[string]any{"duration": 300, "status": "succeeded"}
		if status, answered := s.send(lease, request.method, path+request.path, body); status != http.StatusForbidden {
			t.Errorf("%s after the end of the lease: %d %s", request.path, status, answered)
		}
	}
	s.start()
	if names := s.names(); names != "a b" {
		t.Errorf("the state after the dead update is %q", names)
	}
	history := decode[apitype.GetHistoryResponse](t, s.do(http.StatusOK, "GET", stack+"/updates", nil))
	if history.Updates[1].Result != "failed" || history.Updates[1].ResourceCount != 2 {
		t.Errorf("%+v", history.Updates[1])
	}
}

func TestACancelledEngineCanWriteNothing(t *testing.T) {
	s := newService(t)
	s.createStack()
	path, lease := s.start()
	s.send(lease, "PATCH", path+"/journalentries", entries(created(1, "a")))
	s.do(http.StatusOK, "POST", path+"/cancel", nil)
	s.do(http.StatusConflict, "POST", path+"/cancel", nil)
	if status, _ := s.send(lease, "PATCH", path+"/journalentries", entries(created(2, "b"))); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
	if names := s.names(); names != "a" {
		t.Errorf("the state is %q", names)
	}
}

func TestABatchThatIsSentAgainCountsOnce(t *testing.T) {
	s := newService(t)
	s.createStack()
	path, lease := s.start()
	for range 3 {
		s.send(lease, "PATCH", path+"/journalentries", entries(created(2, "b"), created(1, "a")))
	}
	if names := s.names(); names != "a b" {
		t.Errorf("the state is %q", names)
	}
}

// A copy of the database file is what a kill leaves. Every acknowledged batch is in a copy that is made afterwards, and
// bytes that a torn write left behind the last page change nothing.
func TestWhatIsAcknowledgedSurvivesAKill(t *testing.T) {
	s := newService(t)
	s.createStack()
	path, lease := s.start()
	wanted := ""
	for i := 1; i <= 20; i++ {
		name := fmt.Sprint("item-", i)
		if status, body := s.send(lease, "PATCH", path+"/journalentries", entries(created(i, name))); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		wanted = strings.TrimSpace(wanted + " " + name)
		content, err := os.ReadFile(filepath.Join(s.folder, "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		killed := &testService{t: t, folder: t.TempDir(), now: s.now}
		torn := append(content, bytes.Repeat([]byte{0xff}, 1000*i)...)
		if err := os.WriteFile(filepath.Join(killed.folder, "state.db"), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		killed.open()
		if names := killed.names(); names != wanted {
			t.Fatalf("after %d batches the state is %q", i, names)
		}
		if err := killed.database.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConcurrentUpdatesOfManyStacks(t *testing.T) {
	s := newService(t)
	var all sync.WaitGroup
	for i := range 12 {
		name := fmt.Sprint("stack-", i)
		s.do(http.StatusOK, "POST", project, apitype.CreateStackRequest{StackName: name})
		all.Go(func() {
			path := project + "/" + name
			_, body := s.send("token "+accessToken, "POST", path+"/update", apitype.UpdateProgramRequest{})
			update := path + "/update/" + decode[apitype.UpdateProgramResponse](t, body).UpdateID
			_, body = s.send("token "+accessToken, "POST", update, apitype.StartUpdateRequest{JournalVersion: 1})
			lease := "update-token " + decode[apitype.StartUpdateResponse](t, body).Token
			for n := 1; n <= 10; n++ {
				if status, body := s.send(lease, "PATCH", update+"/journalentries", entries(created(n, fmt.Sprint(n)))); status != http.StatusOK {
					t.Errorf("%s: %d %s", name, status, body)
				}
			}
			if status, body := s.send(lease, "POST", update+"/complete", apitype.CompleteUpdateRequest{Status: "succeeded"}); status != http.StatusOK {
				t.Errorf("%s: %d %s", name, status, body)
			}
		})
	}
	all.Wait()
	listed := decode[apitype.ListStacksResponse](t, s.do(http.StatusOK, "GET", "/api/user/stacks?project=project", nil))
	if len(listed.Stacks) != 12 {
		t.Fatalf("%d stacks", len(listed.Stacks))
	}
	for _, stack := range listed.Stacks {
		if stack.ResourceCount == nil || *stack.ResourceCount != 10 {
			t.Errorf("%s has %v resources", stack.StackName, stack.ResourceCount)
		}
	}
}

func TestAClientWithoutAJournalSavesCheckpoints(t *testing.T) {
	s := newService(t)
	s.createStack()
	path := s.create()
	started := decode[apitype.StartUpdateResponse](t, s.do(http.StatusOK, "POST", path, apitype.StartUpdateRequest{}))
	lease := "update-token " + started.Token
	deployment := `{"resources":[{"urn":"urn:pulumi:dev::project::test:index:Item::a","custom":true,"id":"a","type":"test:index:Item"}]}`
	verbatim := map[string]any{"version": 3, "untypedDeployment": json.RawMessage(`{"version":3,"deployment":` + deployment + `}`)}
	if status, body := s.send(lease, "PATCH", path+"/checkpointverbatim", verbatim); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if names := s.names(); names != "a" {
		t.Errorf("the state is %q", names)
	}
	plain := map[string]any{"version": 3, "deployment": json.RawMessage(`{}`)}
	if status, body := s.send(lease, "PATCH", path+"/checkpoint", plain); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if names := s.names(); names != "" {
		t.Errorf("the state is %q", names)
	}
}

func TestSecretsAreDecryptedByTheServiceThatEncryptedThem(t *testing.T) {
	s := newService(t)
	s.createStack()
	plaintexts := [][]byte{[]byte("one"), []byte("two")}
	encrypted := decode[apitype.BatchEncryptResponse](t, s.do(http.StatusOK, "POST", stack+"/batch-encrypt", apitype.BatchEncryptRequest{Plaintexts: plaintexts}))
	decrypted := decode[apitype.BatchDecryptResponse](t, s.do(http.StatusOK, "POST", stack+"/batch-decrypt", apitype.BatchDecryptRequest{Ciphertexts: encrypted.Ciphertexts}))
	if len(decrypted.Plaintexts) != 2 || bytes.Contains(encrypted.Ciphertexts[0], []byte("one")) {
		t.Errorf("%v", decrypted)
	}
	damaged := append([]byte{1}, encrypted.Ciphertexts[0][1:]...)
	s.do(http.StatusBadRequest, "POST", stack+"/decrypt", apitype.DecryptValueRequest{Ciphertext: damaged})
}

func TestOldSnapshotsAreDeleted(t *testing.T) {
	s := newService(t)
	s.createStack()
	empty := apitype.UntypedDeployment{Version: 3, Deployment: []byte(`{}`)}
	for range store.SnapshotsKept + 2 {
		s.do(http.StatusOK, "POST", stack+"/import", empty)
	}
	s.do(http.StatusNotFound, "GET", stack+"/export/2", nil)
	s.do(http.StatusOK, "GET", stack+"/export/3", nil)
}

func decode[T any](t *testing.T, encoded []byte) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(encoded, &value); err != nil {
		t.Fatalf("%v: %s", err, encoded)
	}
	return value
}
