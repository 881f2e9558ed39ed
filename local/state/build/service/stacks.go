package service

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"chainfleet/state/replay"
	"chainfleet/state/store"
)

// CreateStack makes a stack, with a deployment if the request has one. The client looks for "already exists" in the
// refusal of a name that is taken (CreateStack in https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/httpstate/backend.go).
func (s *Service) CreateStack(name store.StackName, request apitype.CreateStackRequest) error {
	if _, err := tokens.ParseStackName(name.Stack); err != nil {
		return refusal(http.StatusBadRequest, "%v", err)
	}
	return s.store.Write(func(tx *store.Tx) error {
		existing, err := tx.Stack(name)
		if err != nil {
			return err
		}
		if existing != nil {
			return refusal(http.StatusConflict, "Stack '%s' already exists.", name)
		}
		stack := &store.Stack{ID: newID(), Name: name, Tags: request.Tags, Config: request.Config}
		if err := tx.PutStack(stack); err != nil || request.State == nil {
			return err
		}
		deployment, err := importable(*request.State)
		if err != nil {
			return err
		}
		// The first deployment is no update: it holds the choice of the secrets provider.
		return tx.PutSnapshot(stack, stack.Version, deployment)
	})
}

// Stack returns a stack and its running update; the update is nil if none runs.
func (s *Service) Stack(name store.StackName) (stack *store.Stack, running *store.Update, err error) {
	err = s.store.Read(func(tx *store.Tx) error {
		if stack, err = stackNamed(tx, name); err != nil || stack.ActiveUpdate == "" {
			return err
		}
		update, err := tx.Update(stack.ActiveUpdate)
		if err == nil && update != nil && update.HoldsLock(s.now()) {
			running = update
		}
		return err
	})
	return stack, running, err
}

// StackSummary is a stack in a list, with its last update; the update is nil if the stack was never updated.
type StackSummary struct {
	Stack store.Stack
	Last  *store.Update
}

// Stacks lists the stacks that a filter selects.
func (s *Service) Stacks(selects func(store.Stack) bool) (summaries []StackSummary, err error) {
	err = s.store.Read(func(tx *store.Tx) error {
		stacks, err := tx.Stacks()
		for _, stack := range stacks {
			if !selects(stack) {
				continue
			}
			last, err := tx.Update(stack.ActiveUpdate)
			if err != nil {
				return err
			}
			summaries = append(summaries, StackSummary{stack, last})
		}
		return err
	})
	return summaries, err
}

// DeleteStack deletes a stack; `force` deletes the stack even if its deployment has resources.
func (s *Service) DeleteStack(name store.StackName, force bool) error {
	return s.changeStack(name, func(tx *store.Tx, stack *store.Stack) error {
		deployment, err := s.deployment(tx, stack)
		if err != nil {
			return err
		}
		count, err := replay.ResourceCount(deployment)
		if err != nil {
			return err
		}
		if count > 0 && !force {
			// The client compares the whole message: isStackHasResourcesError in
			// https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/httpstate/client/client.go
			return refusal(http.StatusBadRequest, "Stack still contains resources.")
		}
		return tx.DeleteStack(stack)
	})
}

// RenameStack gives a stack another name and project, in the URNs of its deployment too.
func (s *Service) RenameStack(name store.StackName, request apitype.StackRenameRequest) error {
	to := store.StackName{Organization: name.Organization, Project: request.NewProject, Stack: request.NewName}
	if to.Project == "" {
		to.Project = name.Project
	}
	return s.changeStack(name, func(tx *store.Tx, stack *store.Stack) error {
		taken, err := tx.Stack(to)
		if err != nil {
			return err
		}
		if taken != nil {
			return refusal(http.StatusConflict, "Stack '%s' already exists.", to)
		}
		deployment, err := s.deployment(tx, stack)
		if err != nil {
			return err
		}
		renamed, err := replay.Renamed(deployment, to.Stack, to.Project)
		if err != nil {
			return refusal(http.StatusBadRequest, "%v", err)
		}
		if err := tx.ForgetName(name); err != nil {
			return err
		}
		stack.Name = to
		encoded, err := json.Marshal(renamed)
		if err != nil {
			return err
		}
		return s.add(tx, stack, s.instantUpdate(stack, apitype.RenameUpdate), encoded)
	})
}

// SetTags replaces the tags of a stack.
func (s *Service) SetTags(name store.StackName, tags map[apitype.StackTagName]string) error {
	return s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		stack.Tags = tags
		return tx.PutStack(stack)
	})
}

// SetConfig replaces the config that is kept with a stack.
func (s *Service) SetConfig(name store.StackName, config *apitype.StackConfig) error {
	return s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		stack.Config = config
		return tx.PutStack(stack)
	})
}

// Export returns the deployment of a stack as JSON. Version 0 is the current deployment, also while an update runs.
func (s *Service) Export(name store.StackName, version int) (deployment []byte, err error) {
	err = s.store.Read(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		var found []byte
		if version == 0 {
			if found, err = current(tx, stack); err != nil {
				return err
			}
		} else if found = tx.Snapshot(stack, version); found == nil {
			return refusal(http.StatusNotFound,
				"the deployment of version %d is not kept: the local state service keeps the last %d", version, store.SnapshotsKept)
		}
		deployment = bytes.Clone(found)
		return nil
	})
	return deployment, err
}

// Import replaces the deployment of a stack. Returns the update that did so.
func (s *Service) Import(name store.StackName, deployment apitype.UntypedDeployment) (updateID string, err error) {
	encoded, err := importable(deployment)
	if err != nil {
		return "", err
	}
	err = s.changeStack(name, func(tx *store.Tx, stack *store.Stack) error {
		update := s.instantUpdate(stack, apitype.StackImportUpdate)
		updateID = update.ID
		return s.add(tx, stack, update, encoded)
	})
	return updateID, err
}

// importable returns a client's deployment as JSON. It refuses what the engine could not read.
func importable(deployment apitype.UntypedDeployment) ([]byte, error) {
	if len(deployment.Deployment) == 0 || bytes.Equal(deployment.Deployment, []byte("null")) {
		deployment = *replay.Empty()
	}
	if _, err := replay.ResourceCount(&deployment); err != nil {
		return nil, refusal(http.StatusBadRequest, "%v", err)
	}
	return json.Marshal(deployment)
}

// changeStack runs a change of a stack that no update may disturb.
func (s *Service) changeStack(name store.StackName, change func(*store.Tx, *store.Stack) error) error {
	return s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		if err := s.unlocked(tx, stack); err != nil {
			return err
		}
		return change(tx, stack)
	})
}

func (s *Service) deployment(tx *store.Tx, stack *store.Stack) (*apitype.UntypedDeployment, error) {
	encoded, err := latest(tx, stack)
	if err != nil {
		return nil, err
	}
	deployment := new(apitype.UntypedDeployment)
	return deployment, json.Unmarshal(encoded, deployment)
}

// instantUpdate is the update in the history of a change that the service makes itself.
func (s *Service) instantUpdate(stack *store.Stack, kind apitype.UpdateKind) *store.Update {
	now := s.now().Unix()
	return &store.Update{
		ID: newID(), StackID: stack.ID, Kind: kind, Status: store.Succeeded,
		Version: stack.Version + 1, StartTime: now, EndTime: now,
	}
}
