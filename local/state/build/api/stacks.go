package api

import (
	"net/http"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"chainfleet/state/store"
)

func (a *api) listStacks(r *http.Request) (any, error) {
	query := r.URL.Query()
	summaries, err := a.rules.Stacks(func(stack store.Stack) bool {
		tag, isTagged := stack.Tags[query.Get("tagName")]
		return (!query.Has("organization") || stack.Name.Organization == query.Get("organization")) &&
			(!query.Has("project") || stack.Name.Project == query.Get("project")) &&
			(!query.Has("tagName") || isTagged) &&
			(!query.Has("tagValue") || tag == query.Get("tagValue"))
	})
	response := apitype.ListStacksResponse{Stacks: []apitype.StackSummary{}}
	for _, summary := range summaries {
		listed := apitype.StackSummary{
			ID:          summary.Stack.ID,
			OrgName:     summary.Stack.Name.Organization,
			ProjectName: summary.Stack.Name.Project,
			StackName:   summary.Stack.Name.Stack,
		}
		if summary.Last != nil {
			listed.LastUpdate = &summary.Last.StartTime
			listed.ResourceCount = &summary.Last.ResourceCount
		}
		response.Stacks = append(response.Stacks, listed)
	}
	return response, err
}

// findProject answers HEAD, with which the client asks whether a project exists.
func (a *api) findProject(r *http.Request) (any, error) {
	stacks, err := a.rules.Stacks(func(stack store.Stack) bool {
		return stack.Name.Organization == r.PathValue("org") && stack.Name.Project == r.PathValue("project")
	})
	if err == nil && len(stacks) == 0 {
		err = &apitype.ErrorResponse{Code: http.StatusNotFound, Message: "Not Found: Project not found"}
	}
	return struct{}{}, err
}

func (a *api) createStack(r *http.Request) (any, error) {
	request, err := read[apitype.CreateStackRequest](r)
	if err != nil {
		return nil, err
	}
	name := stackName(r)
	name.Stack = request.StackName
	if name.Organization != organization {
		return nil, &apitype.ErrorResponse{
			Code:    http.StatusNotFound,
			Message: "Not Found: the local state service has one organization, whose name is " + organization,
		}
	}
	return apitype.CreateStackResponse{}, a.rules.CreateStack(name, request)
}

func (a *api) getStack(r *http.Request) (any, error) {
	stack, running, err := a.rules.Stack(stackName(r))
	if err != nil {
		return nil, err
	}
	response := apitype.Stack{
		ID:           stack.ID,
		OrgName:      stack.Name.Organization,
		ProjectName:  stack.Name.Project,
		StackName:    tokens.QName(stack.Name.Stack),
		ActiveUpdate: stack.ActiveUpdate,
		Tags:         stack.Tags,
		Config:       stack.Config,
		Version:      stack.Version,
	}
	if running != nil {
		response.CurrentOperation = &apitype.OperationStatus{
			Kind: running.Kind, Author: organization, Started: running.StartTime,
		}
	}
	return response, nil
}

func (a *api) deleteStack(r *http.Request) (any, error) {
	return struct{}{}, a.rules.DeleteStack(stackName(r), r.URL.Query().Get("force") == "true")
}

func (a *api) renameStack(r *http.Request) (any, error) {
	request, err := read[apitype.StackRenameRequest](r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.rules.RenameStack(stackName(r), request)
}

func (a *api) setTags(r *http.Request) (any, error) {
	tags, err := read[map[apitype.StackTagName]string](r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.rules.SetTags(stackName(r), tags)
}

func (a *api) setConfig(r *http.Request) (any, error) {
	config, err := read[*apitype.StackConfig](r)
	if err != nil {
		return nil, err
	}
	return config, a.rules.SetConfig(stackName(r), config)
}

func (a *api) exportStack(r *http.Request) (any, error) {
	version := 0
	if text := r.PathValue("version"); text != "" {
		number, err := strconv.Atoi(text)
		if err != nil || number <= 0 {
			return nil, invalid("%q is not a version", text)
		}
		version = number
	}
	deployment, err := a.rules.Export(stackName(r), version)
	return encoded(deployment), err
}

func (a *api) importStack(r *http.Request) (any, error) {
	deployment, err := read[apitype.UntypedDeployment](r)
	if err != nil {
		return nil, err
	}
	updateID, err := a.rules.Import(stackName(r), deployment)
	return apitype.ImportStackResponse{UpdateID: updateID}, err
}
