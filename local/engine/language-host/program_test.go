package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func request() *pulumirpc.RunRequest {
	return &pulumirpc.RunRequest{
		Info:             &pulumirpc.ProgramInfo{RootDirectory: "/project", EntryPoint: "main.ts"},
		MonitorAddress:   "127.0.0.1:1",
		Project:          "fleet",
		Stack:            "dev",
		Pwd:              "/project/program",
		Parallel:         128,
		Config:           map[string]string{"fleet:key": "hunter2"},
		ConfigSecretKeys: []string{"fleet:key"},
	}
}

func TestTheCommandLineHasTheValuesOfTheRequestAndNoEmptyOption(t *testing.T) {
	run := request()
	run.Args = []string{"own", "arguments"}
	wanted := "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project fleet --stack dev --pwd /project/program " +
		"--root-directory /project --parallel 128 main.ts own arguments"
	if line := strings.Join(programArguments(run, "127.0.0.1:2"), " "); line != wanted {
		t.Errorf("got %s", line)
	}
	run.DryRun = true
	if !slices.Contains(programArguments(run, ""), "--dry-run") {
		t.Error("the program does not learn that it runs for a preview")
	}
}

func TestTheConfigIsInTheEnvironmentAndNeverOnTheCommandLine(t *testing.T) {
	environment, err := programEnvironment(request(), optionsOf(request().Info))
	if err != nil {
		t.Fatal(err)
	}
	wanted := []string{
		`PULUMI_CONFIG={"fleet:key":"hunter2"}`,
		`PULUMI_CONFIG_SECRET_KEYS=["fleet:key"]`,
		"PULUMI_NODEJS_TYPESCRIPT=true",
	}
	if !slices.Equal(environment, wanted) {
		t.Errorf("got %v", environment)
	}
	if strings.Contains(strings.Join(programArguments(request(), ""), " "), "hunter2") {
		t.Error("the secret is on the command line")
	}
}

func TestAProgramWithoutConfigReadsEmptyJson(t *testing.T) {
	environment, err := programEnvironment(&pulumirpc.RunRequest{}, runtimeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(environment, []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"}) {
		t.Errorf("got %v", environment)
	}
}

func TestTheOptionsInPulumiYamlChooseTypeScriptItsConfigurationAndTheOptionsOfNode(t *testing.T) {
	values, err := structpb.NewStruct(map[string]any{
		"typescript": false, "tsconfig": "other.json", "nodeargs": " --require  ./typescript.js ",
	})
	if err != nil {
		t.Fatal(err)
	}
	options := optionsOf(&pulumirpc.ProgramInfo{Options: values})
	environment, err := programEnvironment(request(), options)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(environment, "PULUMI_NODEJS_TSCONFIG_PATH=other.json") ||
		slices.Contains(environment, "PULUMI_NODEJS_TYPESCRIPT=true") {
		t.Errorf("got %v", environment)
	}
	if !slices.Equal(options.nodeArguments(), []string{"--require", "./typescript.js"}) {
		t.Errorf("got %v", options.nodeArguments())
	}
}

func TestTheEngineLearnsHowAProgramEnded(t *testing.T) {
	for script, wanted := range map[string]*pulumirpc.RunResponse{
		"exit 0":        {},
		"exit 32":       {Bail: true},
		"exit 1":        {Error: "Program exited with non-zero exit code: 1"},
		"kill -KILL $$": {Error: "Program was ended by SIGKILL before it finished"},
	} {
		response, err := outcome(runWithHost(exec.Command("sh", "-c", script)))
		if err != nil {
			t.Fatal(err)
		}
		if response.GetBail() != wanted.GetBail() || response.GetError() != wanted.GetError() {
			t.Errorf("%s: got %v", script, response)
		}
	}
	if _, err := outcome(runWithHost(exec.Command("/there/is/no/such/program"))); err == nil {
		t.Error("a program that cannot be started is no error")
	}
}

func TestArgumentsOfPlugins(t *testing.T) {
	request := func(kind string) *pulumirpc.RunPluginRequest {
		return &pulumirpc.RunPluginRequest{
			Kind: kind, Args: []string{"127.0.0.1:4"}, Info: &pulumirpc.ProgramInfo{ProgramDirectory: "/folder"},
		}
	}
	if got := pluginArguments(request("analyzer")); !slices.Equal(got, []string{"127.0.0.1:4", "/folder"}) {
		t.Errorf("a policy pack starts with %v", got)
	}
	if got := pluginArguments(request("resource")); !slices.Equal(got, []string{"/folder", "127.0.0.1:4"}) {
		t.Errorf("a provider starts with %v", got)
	}
}
