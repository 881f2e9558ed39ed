// Package api serves the rules of package service over HTTP, with the paths, bodies and statuses of the engine's client
// (https://github.com/pulumi/pulumi/blob/v3.248.0/pkg/backend/httpstate/client/client.go).
package api

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"chainfleet/state/service"
	"chainfleet/state/store"
)

// Handler serves the API to the holder of the access token.
//
// The secrets key, in hexadecimal digits, encrypts the secrets of stacks that use the service's own secrets provider.
func Handler(rules *service.Service, accessToken, secretsKey string) (http.Handler, error) {
	cipher, err := newCipher(secretsKey)
	if err != nil {
		return nil, err
	}
	a := &api{rules: rules, cipher: cipher}
	mux := http.NewServeMux()
	for pattern, answer := range a.routes() {
		mux.Handle(pattern, authorized(accessToken, answer))
	}
	for pattern, answer := range a.leaseRoutes() {
		mux.Handle(pattern, a.leased(answer))
	}
	mux.HandleFunc("/", unknown)
	return loggingFaults(mux), nil
}

type api struct {
	rules  *service.Service
	cipher cipherKey
}

// An answer is the body of a response, which is encoded as JSON. The error of a refusal is an *apitype.ErrorResponse.
type answer func(r *http.Request) (any, error)

// An encoded body is sent as it is.
type encoded []byte

func (a *api) routes() map[string]answer {
	const stack = "/api/stacks/{org}/{project}/{stack}"
	const update = stack + "/{kind}/{update}"
	routes := map[string]answer{
		"GET /api/user":                       a.user,
		"GET /api/user/organizations/default": a.defaultOrganization,
		"GET /api/capabilities":               a.capabilities,
		"GET /api/user/stacks":                a.listStacks,

		"GET /api/stacks/{org}/{project}":    a.findProject,
		"POST /api/stacks/{org}/{project}":   a.createStack,
		"GET " + stack:                       a.getStack,
		"DELETE " + stack:                    a.deleteStack,
		"POST " + stack + "/rename":          a.renameStack,
		"PATCH " + stack + "/tags":           a.setTags,
		"PUT " + stack + "/config":           a.setConfig,
		"GET " + stack + "/export":           a.exportStack,
		"GET " + stack + "/export/{version}": a.exportStack,
		"POST " + stack + "/import":          a.importStack,

		"GET " + stack + "/updates":           a.history,
		"GET " + stack + "/updates/{version}": a.historyEntry,
		"POST " + update:                      a.startUpdate,
		"GET " + update:                       a.updateStatus,
		"POST " + update + "/cancel":          a.cancelUpdate,

		"POST " + stack + "/encrypt":       a.encrypt,
		"POST " + stack + "/decrypt":       a.decrypt,
		"POST " + stack + "/batch-encrypt": a.batchEncrypt,
		"POST " + stack + "/batch-decrypt": a.batchDecrypt,
		// The client reports decryptions by other secrets providers to Pulumi Cloud's audit log.
		"POST " + stack + "/decrypt/log-decryption":       nothing,
		"POST " + stack + "/decrypt/log-batch-decryption": nothing,

		"GET " + stack + "/deployments/settings": a.deploymentSettings,
	}
	// CreateUpdate in the client: an import of resources is an update too.
	for _, kind := range []apitype.UpdateKind{
		apitype.UpdateUpdate, apitype.PreviewUpdate, apitype.RefreshUpdate, apitype.DestroyUpdate,
	} {
		routes["POST "+stack+"/"+string(kind)] = a.createUpdate(kind)
	}
	return routes
}

// faults writes to standard error. One of the engine's dependencies silences Go's standard logger.
var faults = log.New(os.Stderr, "", log.LstdFlags)

func nothing(*http.Request) (any, error) { return struct{}{}, nil }

func authorized(accessToken string, next answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if kind != "token" || !same(token, accessToken) {
			respond(w, nil, &apitype.ErrorResponse{Code: http.StatusUnauthorized, Message: "Unauthorized: No credentials provided or are invalid."})
			return
		}
		body, err := next(r)
		respond(w, body, err)
	})
}

// unknown names what is lacking in the log: a path that the client uses and this service does not know.
func unknown(w http.ResponseWriter, r *http.Request) {
	faults.Printf("unknown endpoint: %s %s", r.Method, r.URL.Path)
	respond(w, nil, &apitype.ErrorResponse{Code: http.StatusNotFound, Message: "Not Found"})
}

// loggingFaults answers a panic with 500, as any other fault, and keeps the service running for the other stacks.
func loggingFaults(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if problem := recover(); problem != nil {
				faults.Printf("%s %s: panic: %v", r.Method, r.URL.Path, problem)
				respond(w, nil, errors.New("the state service has a fault; its log says more"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func respond(w http.ResponseWriter, body any, err error) {
	status := http.StatusOK
	if err != nil {
		var refused *apitype.ErrorResponse
		if !errors.As(err, &refused) {
			faults.Printf("fault: %v", err)
			refused = &apitype.ErrorResponse{Code: http.StatusInternalServerError, Message: err.Error()}
		}
		status, body = refused.Code, refused
	}
	content, isEncoded := body.(encoded)
	if !isEncoded {
		if content, err = json.Marshal(body); err != nil {
			faults.Printf("fault: %v", err)
			status, content = http.StatusInternalServerError, nil
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone away needs no answer.
	_, _ = w.Write(content)
}

// bodyLimit is the size of a request, unpacked: a deployment of 100,000 resources has about 700 MB.
const bodyLimit = 1 << 30

func read[T any](r *http.Request) (T, error) {
	var body T
	reader := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return body, invalid("the body is not packed with gzip: %v", err)
		}
		reader = unpacked
	}
	if err := json.NewDecoder(io.LimitReader(reader, bodyLimit)).Decode(&body); err != nil {
		return body, invalid("the body cannot be read: %v", err)
	}
	return body, nil
}

func stackName(r *http.Request) store.StackName {
	return store.StackName{
		Organization: r.PathValue("org"), Project: r.PathValue("project"), Stack: r.PathValue("stack"),
	}
}
