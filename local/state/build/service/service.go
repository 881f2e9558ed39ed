// Package service holds the rules of stacks and updates: who may change what, and when. A refusal is an
// *apitype.ErrorResponse, as the engine's client expects it; any other error is a fault of the service.
package service

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"chainfleet/state/replay"
	"chainfleet/state/store"
)

// Service applies the rules to one database.
type Service struct {
	store *store.Store
	now   func() time.Time
}

// New makes a service. `now` is the clock of the leases.
func New(database *store.Store, now func() time.Time) *Service {
	return &Service{store: database, now: now}
}

func refusal(code int, format string, values ...any) error {
	return &apitype.ErrorResponse{
		Code:    code,
		Message: fmt.Sprintf("%s: %s", http.StatusText(code), fmt.Sprintf(format, values...)),
	}
}

func stackNamed(tx *store.Tx, name store.StackName) (*store.Stack, error) {
	stack, err := tx.Stack(name)
	if err == nil && stack == nil {
		err = refusal(http.StatusNotFound, "Stack '%s' not found", name)
	}
	return stack, err
}

func updateOf(tx *store.Tx, stack *store.Stack, id string) (*store.Update, error) {
	update, err := tx.Update(id)
	if err == nil && (update == nil || update.StackID != stack.ID) {
		err = refusal(http.StatusNotFound, "Update '%s' not found", id)
	}
	return update, err
}

// unlocked ends the stack's last update if the update's lease has expired, and refuses a stack whose last update still
// runs. The client tells the user of a conflict when a start is answered with 409 (createAndStartUpdate in
// https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/httpstate/backend.go). The wording is Pulumi Cloud's.
func (s *Service) unlocked(tx *store.Tx, stack *store.Stack) error {
	if stack.ActiveUpdate == "" {
		return nil
	}
	update, err := tx.Update(stack.ActiveUpdate)
	if err != nil || update == nil || update.Status != store.Running {
		return err
	}
	if update.HoldsLock(s.now()) {
		return refusal(http.StatusConflict, "Another update is currently in progress.")
	}
	return s.end(tx, stack, update, store.Failed)
}

// current returns the deployment of a stack as JSON: what the running update has written so far, else the latest.
func current(tx *store.Tx, stack *store.Stack) ([]byte, error) {
	if stack.ActiveUpdate == "" {
		return latest(tx, stack)
	}
	update, err := tx.Update(stack.ActiveUpdate)
	if err != nil {
		return nil, err
	}
	if update == nil || update.Status != store.Running {
		return latest(tx, stack)
	}
	return written(tx, stack, update)
}

// written returns the deployment, as JSON, that an update has written: the latest with the update's journal, or the
// last checkpoint of a client that keeps no journal.
func written(tx *store.Tx, stack *store.Stack, update *store.Update) ([]byte, error) {
	if checkpoint := tx.Checkpoint(update.ID); checkpoint != nil {
		return checkpoint, nil
	}
	before, err := latest(tx, stack)
	if err != nil {
		return nil, err
	}
	var base apitype.UntypedDeployment
	if err := json.Unmarshal(before, &base); err != nil {
		return nil, err
	}
	entries := 0
	replayed, err := replay.Journal(&base, func(add func(entry []byte) error) error {
		return tx.Journal(update.ID, func(entry []byte) error {
			entries++
			return add(entry)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("replaying update %s of %s: %w", update.ID, stack.Name, err)
	}
	if entries == 0 {
		return before, nil
	}
	return json.Marshal(replayed)
}

// latest returns the deployment, as JSON, that the last ended update left.
func latest(tx *store.Tx, stack *store.Stack) ([]byte, error) {
	if snapshot := tx.Snapshot(stack, stack.Version); snapshot != nil {
		return snapshot, nil
	}
	return json.Marshal(replay.Empty())
}

// end compacts what an update has written into the snapshot of its version, and releases the stack.
func (s *Service) end(tx *store.Tx, stack *store.Stack, update *store.Update, status store.Status) error {
	update.Status = status
	update.EndTime = s.now().Unix()
	if update.DryRun {
		return tx.ForgetUpdate(update.ID)
	}
	deployment, err := written(tx, stack, update)
	if err != nil {
		return err
	}
	return s.add(tx, stack, update, deployment)
}

// add makes a deployment the stack's latest and an ended update the one that made the deployment.
func (s *Service) add(tx *store.Tx, stack *store.Stack, update *store.Update, deployment []byte) error {
	var untyped apitype.UntypedDeployment
	if err := json.Unmarshal(deployment, &untyped); err != nil {
		return err
	}
	count, err := replay.ResourceCount(&untyped)
	if err != nil {
		return err
	}
	update.ResourceCount = count
	stack.Version = update.Version
	stack.ActiveUpdate = update.ID
	if err := tx.PutSnapshot(stack, update.Version, deployment); err != nil {
		return err
	}
	if err := tx.ForgetProgress(update.ID); err != nil {
		return err
	}
	if err := tx.PutUpdate(update); err != nil {
		return err
	}
	if err := tx.AddToHistory(stack, update); err != nil {
		return err
	}
	return tx.PutStack(stack)
}
