package service

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"chainfleet/state/replay"
	"chainfleet/state/store"
)

// LeaseLimit is the longest lease (RenewUpdateLeaseRequest in
// https://github.com/pulumi/pulumi/blob/v3.248.0/sdk/go/common/apitype/updates.go) and the first one of an update, which the client assumes to last as long
// (newUpdate in https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/httpstate/state.go).
const LeaseLimit = 5 * time.Minute

// CreateUpdate makes an update that has not started.
func (s *Service) CreateUpdate(
	name store.StackName, kind apitype.UpdateKind, request apitype.UpdateProgramRequest,
) (updateID string, err error) {
	err = s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		updateID = newID()
		return tx.PutUpdate(&store.Update{
			ID:       updateID,
			StackID:  stack.ID,
			Kind:     kind,
			DryRun:   kind == apitype.PreviewUpdate || request.Options.DryRun,
			Config:   request.Config,
			Metadata: request.Metadata,
			Status:   store.Requested,
		})
	})
	return updateID, err
}

// StartUpdate starts an update and gives it the lock of its stack. A dry run needs no lock.
func (s *Service) StartUpdate(
	name store.StackName, updateID string, request apitype.StartUpdateRequest,
) (response apitype.StartUpdateResponse, err error) {
	err = s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		update, err := updateOf(tx, stack, updateID)
		if err != nil {
			return err
		}
		if update.Status != store.Requested {
			return refusal(http.StatusConflict, "The update has already been started.")
		}
		update.Version = stack.Version
		if !update.DryRun {
			if err := s.unlocked(tx, stack); err != nil {
				return err
			}
			update.Version = stack.Version + 1
			update.JournalVersion = min(request.JournalVersion, replay.JournalVersion)
			stack.ActiveUpdate = update.ID
			if err := tx.AddToHistory(stack, update); err != nil {
				return err
			}
		}
		if request.Tags != nil {
			stack.Tags = request.Tags
		}
		now := s.now()
		update.Status = store.Running
		update.StartTime = now.Unix()
		update.LeaseExpires = now.Add(LeaseLimit)
		update.Token = newToken()
		response = apitype.StartUpdateResponse{
			Version:         update.Version,
			Token:           update.Token,
			TokenExpiration: update.LeaseExpires.Unix(),
			JournalVersion:  update.JournalVersion,
		}
		if err := tx.PutUpdate(update); err != nil {
			return err
		}
		return tx.PutStack(stack)
	})
	return response, err
}

// Update returns an update. An update whose lease has expired counts as failed.
func (s *Service) Update(name store.StackName, updateID string) (update *store.Update, err error) {
	err = s.store.Read(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		update, err = updateOf(tx, stack, updateID)
		return err
	})
	if err == nil {
		s.failExpired(update)
	}
	return update, err
}

// History returns the updates that changed a stack, the latest first.
func (s *Service) History(name store.StackName) (updates []store.Update, err error) {
	err = s.store.Read(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		updates, err = tx.History(stack)
		return err
	})
	for i := range updates {
		s.failExpired(&updates[i])
	}
	return updates, err
}

func (s *Service) failExpired(update *store.Update) {
	if update.Status == store.Running && !s.now().Before(update.LeaseExpires) {
		update.Status = store.Failed
		update.EndTime = update.LeaseExpires.Unix()
	}
}

// Lease names a running update and the token of its engine.
type Lease struct {
	Stack    store.StackName
	UpdateID string
	Token    string
}

// held returns the update of a lease.
func (s *Service) held(tx *store.Tx, lease Lease) (*store.Update, error) {
	stack, err := stackNamed(tx, lease.Stack)
	if err != nil {
		return nil, err
	}
	update, err := updateOf(tx, stack, lease.UpdateID)
	if err != nil {
		return nil, err
	}
	return update, s.requireHeld(update, lease)
}

// requireHeld refuses a token that is unknown, expired or of an ended update with 403: the client takes 403 as the end
// of the lease, and anything else as a passing problem (RenewLeaseFunc in
// https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/httpstate/state.go).
func (s *Service) requireHeld(update *store.Update, lease Lease) error {
	if update.Status == store.Running && s.now().Before(update.LeaseExpires) && sameToken(update, lease) {
		return nil
	}
	return refusal(http.StatusForbidden, "The update token is invalid or has expired.")
}

func sameToken(update *store.Update, lease Lease) bool {
	return subtle.ConstantTimeCompare([]byte(update.Token), []byte(lease.Token)) == 1
}

// RenewLease lengthens a lease. The token stays: requests with the old token may be on their way.
func (s *Service) RenewLease(lease Lease, duration time.Duration) (expires time.Time, err error) {
	if duration <= 0 || duration > LeaseLimit {
		return expires, refusal(http.StatusBadRequest, "a lease lasts from 1 to %d seconds", int(LeaseLimit.Seconds()))
	}
	err = s.store.Write(func(tx *store.Tx) error {
		update, err := s.held(tx, lease)
		if err != nil {
			return err
		}
		expires = s.now().Add(duration)
		update.LeaseExpires = expires
		return tx.PutUpdate(update)
	})
	return expires, err
}

// AppendEntries adds entries to the journal of an update. They are on the disk when the function returns.
func (s *Service) AppendEntries(lease Lease, entries []json.RawMessage) error {
	sequenceIDs := make([]int64, len(entries))
	for i, encoded := range entries {
		entry, err := replay.Entry(encoded)
		if err != nil {
			return refusal(http.StatusBadRequest, "%v", err)
		}
		sequenceIDs[i] = entry.SequenceID
	}
	return s.store.WriteBatched(func(tx *store.Tx) error {
		update, err := s.held(tx, lease)
		if err != nil {
			return err
		}
		if update.JournalVersion == 0 {
			return refusal(http.StatusBadRequest, "the update was started without a journal")
		}
		for i, entry := range entries {
			if err := tx.AppendEntry(update.ID, sequenceIDs[i], entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// SaveCheckpoint replaces the deployment of an update whose client keeps no journal.
func (s *Service) SaveCheckpoint(lease Lease, deployment apitype.UntypedDeployment) error {
	if _, err := replay.ResourceCount(&deployment); err != nil {
		return refusal(http.StatusBadRequest, "%v", err)
	}
	encoded, err := json.Marshal(deployment)
	if err != nil {
		return err
	}
	return s.store.Write(func(tx *store.Tx) error {
		update, err := s.held(tx, lease)
		if err != nil {
			return err
		}
		if update.DryRun || update.JournalVersion != 0 {
			return refusal(http.StatusBadRequest, "the update saves no checkpoints")
		}
		return tx.PutCheckpoint(update.ID, encoded)
	})
}

// RecordEvents takes the counts of changes from the engine's events and drops the rest: the record of a run has them.
func (s *Service) RecordEvents(lease Lease, events []apitype.EngineEvent) error {
	var changes map[apitype.OpType]int
	for _, event := range events {
		if event.SummaryEvent != nil {
			changes = event.SummaryEvent.ResourceChanges
		}
	}
	if changes == nil {
		return s.store.Read(func(tx *store.Tx) error {
			_, err := s.held(tx, lease)
			return err
		})
	}
	return s.store.WriteBatched(func(tx *store.Tx) error {
		update, err := s.held(tx, lease)
		if err != nil {
			return err
		}
		update.ResourceChanges = changes
		return tx.PutUpdate(update)
	})
}

// CompleteUpdate ends an update. A repeated request is accepted: the first answer may have been lost.
func (s *Service) CompleteUpdate(lease Lease, status apitype.UpdateStatus) error {
	ended := map[apitype.UpdateStatus]store.Status{
		apitype.UpdateStatusSucceeded: store.Succeeded,
		apitype.UpdateStatusFailed:    store.Failed,
		apitype.UpdateStatusCancelled: store.Cancelled,
	}[status]
	if ended == "" {
		return refusal(http.StatusBadRequest, "an update cannot end with the status %q", status)
	}
	return s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, lease.Stack)
		if err != nil {
			return err
		}
		update, err := updateOf(tx, stack, lease.UpdateID)
		if err != nil {
			return err
		}
		if update.Status == ended && sameToken(update, lease) {
			return nil
		}
		if err := s.requireHeld(update, lease); err != nil {
			return err
		}
		return s.end(tx, stack, update, ended)
	})
}

// CancelUpdate ends a running update without its engine, whose token is invalid from then on.
func (s *Service) CancelUpdate(name store.StackName, updateID string) error {
	return s.store.Write(func(tx *store.Tx) error {
		stack, err := stackNamed(tx, name)
		if err != nil {
			return err
		}
		update, err := updateOf(tx, stack, updateID)
		if err != nil {
			return err
		}
		if update.Status != store.Running {
			return refusal(http.StatusConflict, "The update is not in progress.")
		}
		return s.end(tx, stack, update, store.Cancelled)
	})
}

func newID() string { return randomHex(16) }

func newToken() string { return randomHex(32) }

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random)
}
