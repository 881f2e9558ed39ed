// Package store keeps stacks, updates, journals and snapshots in one bbolt database. A transaction is on the disk
// (fdatasync) when its function returns, or leaves no trace: bbolt writes a new root page last, with a checksum, and
// ignores a root page that is torn.
package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Store is the database of one state service.
type Store struct{ db *bolt.DB }

// Open opens or creates the database in a folder.
//
// It fails if another process has the database open.
func Open(folder string) (*Store, error) {
	file := filepath.Join(folder, "state.db")
	db, err := bolt.Open(file, 0o600, &bolt.Options{Timeout: 2 * time.Second, FreelistType: bolt.FreelistMapType})
	if errors.Is(err, bolt.ErrTimeout) {
		return nil, fmt.Errorf("%s is in use by another process", file)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", file, err)
	}
	// A batch waits this long for others to share its fsync.
	db.MaxBatchDelay = time.Millisecond
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("preparing %s: %w", file, err), db.Close())
	}
	return &Store{db}, nil
}

// Close waits for the transactions in progress.
func (s *Store) Close() error { return s.db.Close() }

// Read runs a function on a consistent view of the database.
func (s *Store) Read(read func(*Tx) error) error {
	return s.db.View(func(tx *bolt.Tx) error { return read(&Tx{tx}) })
}

// Write runs a function whose changes reach the disk together, or not at all if the function fails. One write runs at
// a time.
func (s *Store) Write(write func(*Tx) error) error {
	return s.db.Update(func(tx *bolt.Tx) error { return write(&Tx{tx}) })
}

// WriteBatched is Write for small changes of concurrent callers, which share one fsync. The function may run twice.
func (s *Store) WriteBatched(write func(*Tx) error) error {
	return s.db.Batch(func(tx *bolt.Tx) error { return write(&Tx{tx}) })
}

// Tx is a transaction.
type Tx struct{ tx *bolt.Tx }

var (
	stacks      = []byte("stacks")      // organization/project/stack → Stack
	updates     = []byte("updates")     // update → Update
	history     = []byte("history")     // stack id, version → update
	snapshots   = []byte("snapshots")   // stack id, version → deployment
	checkpoints = []byte("checkpoints") // running update → deployment that a client without a journal has saved
	journals    = []byte("journals")    // running update → bucket of sequence id → entry
	buckets     = [][]byte{stacks, updates, history, snapshots, checkpoints, journals}
)

// Stack returns a stack; nil if there is none of that name.
func (t *Tx) Stack(name StackName) (*Stack, error) {
	return decoded[Stack](t.tx.Bucket(stacks).Get([]byte(name.String())))
}

// Stacks returns all stacks, sorted by name.
func (t *Tx) Stacks() ([]Stack, error) {
	var all []Stack
	err := t.tx.Bucket(stacks).ForEach(func(_, value []byte) error {
		stack, err := decoded[Stack](value)
		if err == nil {
			all = append(all, *stack)
		}
		return err
	})
	return all, err
}

// PutStack saves a stack under its name.
func (t *Tx) PutStack(stack *Stack) error {
	return t.put(stacks, []byte(stack.Name.String()), stack)
}

// ForgetName removes the entry of a stack that was renamed.
func (t *Tx) ForgetName(name StackName) error {
	return t.tx.Bucket(stacks).Delete([]byte(name.String()))
}

// DeleteStack deletes a stack with its history, snapshots and updates.
func (t *Tx) DeleteStack(stack *Stack) error {
	updateIDs, err := t.updatesOf(stack)
	if err != nil {
		return err
	}
	for _, id := range updateIDs {
		if err := errors.Join(t.ForgetUpdate(id), t.ForgetProgress(id)); err != nil {
			return err
		}
	}
	for _, bucket := range [][]byte{history, snapshots} {
		if err := deletePrefix(t.tx.Bucket(bucket), []byte(stack.ID)); err != nil {
			return err
		}
	}
	return t.ForgetName(stack.Name)
}

// Update returns an update; nil if there is none of that id.
func (t *Tx) Update(id string) (*Update, error) {
	return decoded[Update](t.tx.Bucket(updates).Get([]byte(id)))
}

// PutUpdate saves an update.
func (t *Tx) PutUpdate(update *Update) error { return t.put(updates, []byte(update.ID), update) }

// ForgetUpdate deletes an update that is not part of the history.
func (t *Tx) ForgetUpdate(id string) error { return t.tx.Bucket(updates).Delete([]byte(id)) }

// AddToHistory makes an update the one of its version.
func (t *Tx) AddToHistory(stack *Stack, update *Update) error {
	return t.tx.Bucket(history).Put(versionKey(stack.ID, update.Version), []byte(update.ID))
}

// History returns the updates that changed a stack, the latest first.
func (t *Tx) History(stack *Stack) ([]Update, error) {
	ids, err := t.updatesOf(stack)
	if err != nil {
		return nil, err
	}
	all := make([]Update, 0, len(ids))
	for i := len(ids) - 1; i >= 0; i-- {
		update, err := t.Update(ids[i])
		if err != nil {
			return nil, err
		}
		if update != nil {
			all = append(all, *update)
		}
	}
	return all, nil
}

func (t *Tx) updatesOf(stack *Stack) ([]string, error) {
	var ids []string
	err := forPrefix(t.tx.Bucket(history), []byte(stack.ID), func(_, id []byte) error {
		ids = append(ids, string(id))
		return nil
	})
	return ids, err
}

// Snapshot returns a deployment as JSON, valid until the end of the transaction; nil if there is none of that version.
func (t *Tx) Snapshot(stack *Stack, version int) []byte {
	return t.tx.Bucket(snapshots).Get(versionKey(stack.ID, version))
}

// SnapshotsKept is the number of a stack's latest deployments that stay in the database. Pulumi Cloud keeps all.
const SnapshotsKept = 10

// PutSnapshot saves the deployment of a version, as JSON, and deletes the oldest.
func (t *Tx) PutSnapshot(stack *Stack, version int, deployment []byte) error {
	bucket := t.tx.Bucket(snapshots)
	if err := bucket.Put(versionKey(stack.ID, version), deployment); err != nil {
		return err
	}
	if version <= SnapshotsKept {
		return nil
	}
	return bucket.Delete(versionKey(stack.ID, version-SnapshotsKept))
}

// Checkpoint returns the deployment, as JSON, that a running update saved as a whole, valid until the end of the
// transaction; nil if there is none.
func (t *Tx) Checkpoint(updateID string) []byte {
	return t.tx.Bucket(checkpoints).Get([]byte(updateID))
}

// PutCheckpoint saves the deployment of a running update, as JSON.
func (t *Tx) PutCheckpoint(updateID string, deployment []byte) error {
	return t.tx.Bucket(checkpoints).Put([]byte(updateID), deployment)
}

// AppendEntry adds an entry to the journal of an update. An entry that is sent again replaces itself.
func (t *Tx) AppendEntry(updateID string, sequenceID int64, entry []byte) error {
	journal, err := t.tx.Bucket(journals).CreateBucketIfNotExists([]byte(updateID))
	if err != nil {
		return err
	}
	// Most entries come in order: full pages instead of half-full ones.
	journal.FillPercent = 0.9
	return journal.Put(binary.BigEndian.AppendUint64(nil, uint64(sequenceID)), entry)
}

// Journal passes on each entry of an update in the order of the sequence ids. The bytes are valid until the end of the
// transaction.
func (t *Tx) Journal(updateID string, each func(entry []byte) error) error {
	journal := t.tx.Bucket(journals).Bucket([]byte(updateID))
	if journal == nil {
		return nil
	}
	return journal.ForEach(func(_, entry []byte) error { return each(entry) })
}

// ForgetProgress deletes the journal and the checkpoint of an update that has ended.
func (t *Tx) ForgetProgress(updateID string) error {
	if err := t.tx.Bucket(checkpoints).Delete([]byte(updateID)); err != nil {
		return err
	}
	err := t.tx.Bucket(journals).DeleteBucket([]byte(updateID))
	if errors.Is(err, bolt.ErrBucketNotFound) {
		return nil
	}
	return err
}

func (t *Tx) put(bucket, key []byte, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return t.tx.Bucket(bucket).Put(key, encoded)
}

func decoded[T any](encoded []byte) (*T, error) {
	if encoded == nil {
		return nil, nil
	}
	value := new(T)
	return value, json.Unmarshal(encoded, value)
}

func versionKey(stackID string, version int) []byte {
	return binary.BigEndian.AppendUint64([]byte(stackID), uint64(version))
}
