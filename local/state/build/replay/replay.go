// Package replay turns journals into deployments with the engine's own code, so that a stack's state after a kill is
// what the engine itself would have made of the same entries.
package replay

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/resource/edit"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// JournalVersion is the version of the entries that the engine's replayer reads.
const JournalVersion = 1

// Journal replays a journal on the deployment with which the update began. It reads the entries one by one from `each`,
// in the order of their sequence ids, and leaves everything else to the engine's JournalReplayer
// (https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/journal.go).
//
// The manifest has the time of the call. Several interrupted operations have no order among them, as in the engine.
func Journal(base *apitype.UntypedDeployment, each func(add func(entry []byte) error) error) (
	result *apitype.UntypedDeployment, err error,
) {
	// The replayer trusts its client: an entry that refers to an operation that is not in the journal is a panic.
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("the journal contradicts itself: %v", problem)
		}
	}()
	deployment, err := typed(base)
	if err != nil {
		return nil, err
	}
	replayer := backend.NewJournalReplayer(deployment)
	err = each(func(encoded []byte) error {
		entry, err := Entry(encoded)
		if err != nil {
			return err
		}
		return replayer.Add(*entry)
	})
	if err != nil {
		return nil, err
	}
	replayed, err := replayer.GenerateDeployment()
	if err != nil {
		return nil, err
	}
	return replayed.Deployment.ToUntypedDeployment(replayed.Version, replayed.Features)
}

// Entry decodes an entry. It fails if the entry is not one that the replayer reads.
func Entry(encoded []byte) (*apitype.JournalEntry, error) {
	var entry apitype.JournalEntry
	if err := json.Unmarshal(encoded, &entry); err != nil {
		return nil, fmt.Errorf("a journal entry is not valid: %w", err)
	}
	if entry.Version != JournalVersion || entry.SequenceID <= 0 || entry.Kind.String() == "invalid" {
		return nil, fmt.Errorf("a journal entry of version %d, kind %d and sequence id %d is not valid: version %d is expected",
			entry.Version, entry.Kind, entry.SequenceID, JournalVersion)
	}
	return &entry, nil
}

// Renamed returns a deployment whose URNs name another stack and project.
func Renamed(deployment *apitype.UntypedDeployment, stackName, project string) (*apitype.UntypedDeployment, error) {
	name, err := tokens.ParseStackName(stackName)
	if err != nil {
		return nil, err
	}
	renamed, err := typed(deployment)
	if err != nil {
		return nil, err
	}
	if err := edit.RenameStack(renamed, name, tokens.PackageName(project)); err != nil {
		return nil, err
	}
	return renamed.ToUntypedDeployment(deployment.Version, deployment.Features)
}

// ResourceCount is the number of resources in a deployment. It fails if this engine cannot read the deployment.
func ResourceCount(deployment *apitype.UntypedDeployment) (int, error) {
	read, err := typed(deployment)
	if err != nil {
		return 0, err
	}
	return len(read.Resources), nil
}

// Empty is the deployment of a stack that was never updated.
func Empty() *apitype.UntypedDeployment {
	empty, err := (&apitype.DeploymentV3{}).ToUntypedDeployment(apitype.DeploymentSchemaVersionCurrent, nil)
	if err != nil {
		panic(err)
	}
	return empty
}

func typed(deployment *apitype.UntypedDeployment) (*apitype.DeploymentV3, error) {
	read, err := stack.UnmarshalUntypedDeployment(context.Background(), deployment)
	if err != nil {
		return nil, fmt.Errorf("the deployment cannot be read: %w", err)
	}
	return read, nil
}
