// Command pulumi-language-nodejs is a language host for Node: the engine starts it and lets it run programs. It takes the
// place of the official language host beside an engine that was built from its Go module, which does not contain one. It is
// written in Go, as the official one is, because the engine starts two of them before a program runs, one after the other.
package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// version is that of the engine. The build sets it.
var version string

func main() {
	endWithEngine()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(math.MaxInt32), grpc.MaxSendMsgSize(math.MaxInt32))
	// The engine's address is the last argument.
	pulumirpc.RegisterLanguageRuntimeServer(server, newHost(os.Args[len(os.Args)-1]))
	// The engine reads the port.
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	if err := server.Serve(listener); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
	os.Exit(1)
}

// endWithEngine ends this process with the engine: on a signal, or when the engine's end of the pipe on standard input
// closes, which the kernel does even after kill -9. The programs end with this process.
func endWithEngine() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		os.Exit(0)
	}()
	// If standard input is no pipe, a person has started the program in a terminal.
	info, err := os.Stdin.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	mutex  sync.Mutex
	engine string
	// Cancelled by the engine's request to abort all operations.
	operations context.Context
	abort      context.CancelFunc
}

func newHost(engine string) *host {
	operations, abort := context.WithCancel(context.Background())
	return &host{engine: engine, operations: operations, abort: abort}
}

// command is a command that is killed when the engine cancels its request, or all requests.
func (h *host) command(request context.Context, name string, arguments ...string) (*exec.Cmd, context.CancelFunc) {
	ctx, cancel := context.WithCancel(request)
	detach := context.AfterFunc(h.operations, cancel)
	return exec.CommandContext(ctx, name, arguments...), func() {
		detach()
		cancel()
	}
}

func (h *host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.engine = request.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *host) engineAddress() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.engine
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (h *host) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	output, err := exec.Command(node, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --version: %w", node, err)
	}
	return &pulumirpc.AboutResponse{Executable: node, Version: strings.TrimSpace(string(output))}, nil
}

func (h *host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	packages, err := requiredPackages(request.GetInfo().GetProgramDirectory())
	return &pulumirpc.GetRequiredPackagesResponse{Packages: packages}, err
}

func (h *host) GetProgramDependencies(
	_ context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	dependencies, err := programDependencies(request.GetInfo().GetProgramDirectory())
	return &pulumirpc.GetProgramDependenciesResponse{Dependencies: dependencies}, err
}

// Run runs the user's program under the SDK's `cmd/run` until the program ends. The program inherits the output streams,
// which the engine shows.
func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	entry, err := sdkEntry(request.GetPwd(), "run")
	if err != nil {
		return nil, err
	}
	options := optionsOf(request.GetInfo())
	arguments := append(append(options.nodeArguments(), entry), programArguments(request, h.engineAddress())...)
	program, release := h.command(ctx, "node", arguments...)
	defer release()
	program.Dir = request.GetPwd()
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	environment, err := programEnvironment(request, options)
	if err != nil {
		return nil, err
	}
	program.Env = append(os.Environ(), environment...)
	return outcome(runWithHost(program))
}

// RunPlugin runs a provider or a policy pack that is written in TypeScript; the engine's request names its folder.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse],
) error {
	entry := "run-plugin"
	if request.GetKind() == "analyzer" {
		entry = "run-policy-pack"
	}
	file, err := sdkEntry(request.GetPwd(), entry)
	if err != nil {
		return err
	}
	output := &serialStream[pulumirpc.RunPluginResponse]{stream: stream}
	arguments := append([]string{file}, pluginArguments(request)...)
	plugin, release := h.command(stream.Context(), "node", arguments...)
	defer release()
	// Without the copy, an empty list would stand for the environment of this process.
	plugin.Dir, plugin.Env = request.GetPwd(), append([]string{}, request.GetEnv()...)
	plugin.Stdout = writer(func(text []byte) error {
		return output.send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	plugin.Stderr = writer(func(text []byte) error {
		return output.send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	code, err := exitCode(runWithHost(plugin))
	if err != nil {
		return err
	}
	return output.send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}

// pluginArguments is the folder and the engine's arguments. `cmd/run-policy-pack` has the address of the engine before the
// folder (its printUsage: "RUN <engine-address> <program>"), and `cmd/run-plugin` the folder first.
func pluginArguments(request *pulumirpc.RunPluginRequest) []string {
	folder := request.GetInfo().GetProgramDirectory()
	if request.GetKind() == "analyzer" {
		return append(append([]string{}, request.GetArgs()...), folder)
	}
	return append([]string{folder}, request.GetArgs()...)
}

// InstallDependencies serves `pulumi install`: npm installs the packages in the program's lock file.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	output := &serialStream[pulumirpc.InstallDependenciesResponse]{stream: stream}
	npm, release := h.command(stream.Context(), "npm", "install")
	defer release()
	npm.Dir = request.GetInfo().GetProgramDirectory()
	npm.Stdout = writer(func(text []byte) error {
		return output.send(&pulumirpc.InstallDependenciesResponse{Stdout: text})
	})
	npm.Stderr = writer(func(text []byte) error {
		return output.send(&pulumirpc.InstallDependenciesResponse{Stderr: text})
	})
	if err := runWithHost(npm); err != nil {
		return fmt.Errorf("npm install in %s: %w", npm.Dir, err)
	}
	return nil
}

func (h *host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// Cancel kills the programs and plugins.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.abort()
	return &emptypb.Empty{}, nil
}
