package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
)

// runtimeOptions are `runtime.options` in Pulumi.yaml, with the names of the official language host.
type runtimeOptions struct {
	typescript bool
	// Path of the TypeScript configuration. Empty for the SDK's default.
	tsconfig string
	// Command line options of node, separated by blanks.
	nodeargs string
}

func optionsOf(info *pulumirpc.ProgramInfo) runtimeOptions {
	options := runtimeOptions{typescript: true}
	values := info.GetOptions().AsMap()
	if typescript, ok := values["typescript"].(bool); ok {
		options.typescript = typescript
	}
	options.tsconfig, _ = values["tsconfig"].(string)
	options.nodeargs, _ = values["nodeargs"].(string)
	return options
}

func (o runtimeOptions) nodeArguments() []string { return strings.Fields(o.nodeargs) }

// programArguments is the command line of `cmd/run`, without options that have no value.
func programArguments(request *pulumirpc.RunRequest, engine string) []string {
	var arguments []string
	for _, option := range [][2]string{
		{"monitor", request.GetMonitorAddress()},
		{"engine", engine},
		{"organization", request.GetOrganization()},
		{"project", request.GetProject()},
		{"stack", request.GetStack()},
		{"pwd", request.GetPwd()},
		{"root-directory", request.GetInfo().GetRootDirectory()},
		{"parallel", strconv.Itoa(int(request.GetParallel()))},
	} {
		if option[1] != "" {
			arguments = append(arguments, "--"+option[0], option[1])
		}
	}
	if request.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	entry := request.GetInfo().GetEntryPoint()
	if entry == "" {
		entry = "."
	}
	return append(append(arguments, entry), request.GetArgs()...)
}

// programEnvironment is what `cmd/run` reads of its environment. The configuration is passed here, because every user of
// the machine can see the arguments of a process.
func programEnvironment(request *pulumirpc.RunRequest, options runtimeOptions) ([]string, error) {
	config := request.GetConfig()
	if config == nil {
		config = map[string]string{}
	}
	keys := request.GetConfigSecretKeys()
	if keys == nil {
		keys = []string{}
	}
	configJSON, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	keysJSON, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	environment := []string{
		"PULUMI_CONFIG=" + string(configJSON),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(keysJSON),
	}
	if options.typescript {
		environment = append(environment, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if options.tsconfig != "" {
		environment = append(environment, "PULUMI_NODEJS_TSCONFIG_PATH="+options.tsconfig)
	}
	return environment, nil
}

// sdkEntry is the path of one of the SDK's entry points, in the closest node_modules that has the SDK.
func sdkEntry(folder, name string) (string, error) {
	for parent := folder; ; parent = filepath.Dir(parent) {
		entry := filepath.Join(parent, "node_modules", "@pulumi", "pulumi", "cmd", name, "index.js")
		if path, err := filepath.EvalSymlinks(entry); err == nil {
			return path, nil
		}
		if parent == filepath.Dir(parent) {
			return "", fmt.Errorf(
				"the package @pulumi/pulumi is not installed for the program in %s: run npm ci there", folder)
		}
	}
}

// runWithHost runs a command that the kernel kills when this process ends, even by kill -9.
func runWithHost(command *exec.Cmd) error {
	// The signal is sent when the thread ends that has started the command; see PR_SET_PDEATHSIG in prctl(2).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return command.Run()
}

// errorWasShown is the exit code of `cmd/run` after it has shown the program's error itself, so that the engine shows no
// second message.
const errorWasShown = 32

// outcome reports to the engine how the program ended.
func outcome(err error) (*pulumirpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case !errors.As(err, &exit):
		return nil, err
	case exit.ExitCode() == errorWasShown:
		return &pulumirpc.RunResponse{Bail: true}, nil
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		name := unix.SignalName(status.Signal())
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program was ended by %s before it finished", name)}, nil
	}
	return &pulumirpc.RunResponse{
		Error: fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode()),
	}, nil
}

// exitCode is that of an ended command; 1 if a signal has ended it.
func exitCode(err error) (int32, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case !errors.As(err, &exit):
		return 0, err
	case exit.ExitCode() < 0:
		return 1, nil
	}
	return int32(exit.ExitCode()), nil
}

// serialStream sends the messages of several goroutines one after the other.
type serialStream[Message any] struct {
	mutex  sync.Mutex
	stream grpc.ServerStreamingServer[Message]
}

func (s *serialStream[Message]) send(message *Message) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.stream.Send(message)
}

// writer passes on what is written.
type writer func(text []byte) error

func (w writer) Write(text []byte) (int, error) {
	return len(text), w(append([]byte{}, text...))
}

// closest is the path of the file or folder with that name in the given folder, or in the closest parent folder that
// contains one.
func closest(folder, name string) string {
	for parent := folder; ; parent = filepath.Dir(parent) {
		path := filepath.Join(parent, name)
		if _, err := os.Stat(path); err == nil || parent == filepath.Dir(parent) {
			return path
		}
	}
}
