package api

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// organization is the user and the only organization. A backend of files calls its organization the same, so that a
// full stack name (organization/project/stack) is right in both.
const organization = "organization"

// user answers the client's GetPulumiAccountDetails; the type of the answer is private there.
func (a *api) user(*http.Request) (any, error) {
	return map[string]any{
		"id": organization, "githubLogin": organization, "name": organization, "email": "",
		"organizations": []any{map[string]any{"githubLogin": organization, "name": organization}},
	}, nil
}

func (a *api) defaultOrganization(*http.Request) (any, error) {
	return apitype.GetDefaultOrganizationResponse{GitHubLogin: organization}, nil
}

// capabilities announces batches of secrets and the deployments that the engine at this version writes. Delta
// checkpoints are for clients without a journal over slow lines.
func (a *api) capabilities(*http.Request) (any, error) {
	schema, err := json.Marshal(apitype.DeploymentSchemaVersionConfig{Version: apitype.DeploymentSchemaVersionLatest})
	return apitype.CapabilitiesResponse{Capabilities: []apitype.APICapabilityConfig{
		{Capability: apitype.BatchEncrypt},
		{Capability: apitype.DeploymentSchemaVersion, Version: 1, Configuration: schema},
	}}, err
}

// deploymentSettings answers as for a stack that Pulumi Deployments does not know.
func (a *api) deploymentSettings(r *http.Request) (any, error) {
	if _, _, err := a.rules.Stack(stackName(r)); err != nil {
		return nil, err
	}
	return nil, &apitype.ErrorResponse{Code: http.StatusNotFound, Message: "Not Found: Deployment settings not found"}
}

func invalid(format string, values ...any) error {
	return &apitype.ErrorResponse{Code: http.StatusBadRequest, Message: "Bad Request: " + fmt.Sprintf(format, values...)}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
