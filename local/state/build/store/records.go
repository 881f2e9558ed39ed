package store

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// StackName names a stack as in the paths of the API.
type StackName struct {
	Organization string `json:"organization"`
	Project      string `json:"project"`
	Stack        string `json:"stack"`
}

func (n StackName) String() string { return n.Organization + "/" + n.Project + "/" + n.Stack }

// Stack is a stack without its deployment.
type Stack struct {
	ID     string                          `json:"id"`
	Name   StackName                       `json:"name"`
	Tags   map[apitype.StackTagName]string `json:"tags"`
	Config *apitype.StackConfig            `json:"config,omitempty"`
	// Version is the number of updates that have ended.
	Version int `json:"version"`
	// ActiveUpdate is the update that was started last, which may have ended.
	ActiveUpdate string `json:"activeUpdate"`
}

// Status is the stage of an update's life.
type Status string

const (
	Requested Status = "requested"
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// Update is an operation on a stack: an update, refresh, destroy, preview, import or renaming.
type Update struct {
	ID      string             `json:"id"`
	StackID string             `json:"stackId"`
	Kind    apitype.UpdateKind `json:"kind"`
	// DryRun is true for a preview, which neither locks nor changes the stack, and has no place in the history.
	DryRun   bool                           `json:"dryRun"`
	Config   map[string]apitype.ConfigValue `json:"config"`
	Metadata apitype.UpdateMetadata         `json:"metadata"`
	Status   Status                         `json:"status"`
	// Version is the version of the stack after this update.
	Version int `json:"version"`
	// Token authorizes the requests of a running update until the lease expires.
	Token          string    `json:"token"`
	LeaseExpires   time.Time `json:"leaseExpires"`
	JournalVersion int64     `json:"journalVersion"`
	// StartTime and EndTime are seconds since 1970; 0 before the update has started or ended.
	StartTime int64 `json:"startTime"`
	EndTime   int64 `json:"endTime"`
	// ResourceChanges are the counts in the engine's summary; nil if the engine has sent none.
	ResourceChanges map[apitype.OpType]int `json:"resourceChanges,omitempty"`
	// ResourceCount is the number of resources after the update.
	ResourceCount int `json:"resourceCount"`
}

// HoldsLock tells whether the update keeps other updates from starting.
func (u *Update) HoldsLock(now time.Time) bool {
	return u.Status == Running && !u.DryRun && now.Before(u.LeaseExpires)
}
