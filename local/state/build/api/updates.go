package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"chainfleet/state/service"
	"chainfleet/state/store"
)

func (a *api) createUpdate(kind apitype.UpdateKind) answer {
	return func(r *http.Request) (any, error) {
		request, err := read[apitype.UpdateProgramRequest](r)
		if err != nil {
			return nil, err
		}
		updateID, err := a.rules.CreateUpdate(stackName(r), kind, request)
		return apitype.UpdateProgramResponse{UpdateID: updateID}, err
	}
}

func (a *api) startUpdate(r *http.Request) (any, error) {
	request, err := read[apitype.StartUpdateRequest](r)
	if err != nil {
		return nil, err
	}
	response, err := a.rules.StartUpdate(stackName(r), r.PathValue("update"), request)
	return response, err
}

// updateStatus is what the client polls after an import. An answer without a continuation token ends the polling.
func (a *api) updateStatus(r *http.Request) (any, error) {
	update, err := a.rules.Update(stackName(r), r.PathValue("update"))
	if err != nil {
		return nil, err
	}
	results := apitype.UpdateResults{Status: apitype.UpdateStatus(update.Status), Events: []apitype.UpdateEvent{}}
	if update.Status == store.Requested || update.Status == store.Running {
		results.ContinuationToken = new(string)
	}
	return results, nil
}

func (a *api) cancelUpdate(r *http.Request) (any, error) {
	return struct{}{}, a.rules.CancelUpdate(stackName(r), r.PathValue("update"))
}

func (a *api) history(r *http.Request) (any, error) {
	updates, err := a.rules.History(stackName(r))
	if err != nil {
		return nil, err
	}
	response := apitype.GetHistoryResponse{Updates: []apitype.UpdateInfo{}}
	for _, update := range page(updates, r) {
		response.Updates = append(response.Updates, infoOf(update))
	}
	return response, nil
}

// historyEntry answers for a version, or for `latest`.
func (a *api) historyEntry(r *http.Request) (any, error) {
	updates, err := a.rules.History(stackName(r))
	if err != nil {
		return nil, err
	}
	for _, update := range updates {
		wanted := r.PathValue("version")
		if wanted == "latest" || wanted == strconv.Itoa(update.Version) {
			return map[string]any{"info": infoOf(update)}, nil
		}
	}
	return nil, &apitype.ErrorResponse{Code: http.StatusNotFound, Message: "Not Found: Update not found"}
}

func page(updates []store.Update, r *http.Request) []store.Update {
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if size <= 0 {
		return updates
	}
	from := min(max(number-1, 0)*size, len(updates))
	return updates[from:min(from+size, len(updates))]
}

func infoOf(update store.Update) apitype.UpdateInfo {
	result := map[store.Status]apitype.UpdateResult{
		store.Requested: apitype.NotStartedResult,
		store.Running:   apitype.InProgressResult,
		store.Succeeded: apitype.SucceededResult,
	}[update.Status]
	if result == "" {
		result = apitype.FailedResult
	}
	return apitype.UpdateInfo{
		Kind:            update.Kind,
		StartTime:       update.StartTime,
		Message:         update.Metadata.Message,
		Environment:     update.Metadata.Environment,
		Config:          update.Config,
		Result:          result,
		EndTime:         update.EndTime,
		Version:         update.Version,
		ResourceChanges: update.ResourceChanges,
		ResourceCount:   update.ResourceCount,
	}
}

// A leaseAnswer is an answer to the engine of a running update.
type leaseAnswer func(r *http.Request, lease service.Lease) (any, error)

func (a *api) leaseRoutes() map[string]leaseAnswer {
	const update = "/api/stacks/{org}/{project}/{stack}/{kind}/{update}"
	return map[string]leaseAnswer{
		"PATCH " + update + "/journalentries":     a.appendEntries,
		"PATCH " + update + "/checkpoint":         a.saveCheckpoint,
		"PATCH " + update + "/checkpointverbatim": a.saveCheckpointVerbatim,
		"POST " + update + "/events/batch":        a.recordEvents,
		"POST " + update + "/renew_lease":         a.renewLease,
		"POST " + update + "/complete":            a.completeUpdate,
	}
}

func (a *api) leased(next leaseAnswer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if kind != "update-token" || token == "" {
			respond(w, nil, &apitype.ErrorResponse{Code: http.StatusUnauthorized, Message: "Unauthorized: An update token is required."})
			return
		}
		body, err := next(r, service.Lease{Stack: stackName(r), UpdateID: r.PathValue("update"), Token: token})
		respond(w, body, err)
	})
}

func (a *api) appendEntries(r *http.Request, lease service.Lease) (any, error) {
	request, err := read[struct {
		Entries []json.RawMessage `json:"entries"`
	}](r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.rules.AppendEntries(lease, request.Entries)
}

func (a *api) saveCheckpoint(r *http.Request, lease service.Lease) (any, error) {
	request, err := read[apitype.PatchUpdateCheckpointRequest](r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.rules.SaveCheckpoint(lease, apitype.UntypedDeployment{
		Version: request.Version, Features: request.Features, Deployment: request.Deployment,
	})
}

func (a *api) saveCheckpointVerbatim(r *http.Request, lease service.Lease) (any, error) {
	request, err := read[apitype.PatchUpdateVerbatimCheckpointRequest](r)
	if err != nil {
		return nil, err
	}
	var deployment apitype.UntypedDeployment
	if err := json.Unmarshal(request.UntypedDeployment, &deployment); err != nil {
		return nil, invalid("the deployment cannot be read: %v", err)
	}
	return struct{}{}, a.rules.SaveCheckpoint(lease, deployment)
}

func (a *api) recordEvents(r *http.Request, lease service.Lease) (any, error) {
	batch, err := read[apitype.EngineEventBatch](r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.rules.RecordEvents(lease, batch.Events)
}

func (a *api) renewLease(r *http.Request, lease service.Lease) (any, error) {
	request, err := read[apitype.RenewUpdateLeaseRequest](r)
	if err != nil {
		return nil, err
	}
	expires, err := a.rules.RenewLease(lease, time.Duration(request.Duration)*time.Second)
	return apitype.RenewUpdateLeaseResponse{Token: lease.Token, TokenExpiration: expires.Unix()}, err
}

func (a *api) completeUpdate(r *http.Request, lease service.Lease) (any, error) {
	request, err := read[apitype.CompleteUpdateRequest](r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.rules.CompleteUpdate(lease, request.Status)
}
