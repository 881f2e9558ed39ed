package main

import (
	"os"
	"path/filepath"
	"testing"
)

// project writes files into a folder and returns the folder.
func project(t *testing.T, files map[string]string) string {
	folder := t.TempDir()
	for path, text := range files {
		file := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestPackagesWithAPluginAreRequiredWithItsNameAndVersion(t *testing.T) {
	folder := project(t, map[string]string{
		"node_modules/plain/package.json":       `{"name": "plain", "version": "1.0.0"}`,
		"node_modules/damaged/package.json":     `{"name": `,
		"node_modules/.cache/package.json":      `{"name": "cache", "version": "1.0.0", "pulumi": {"resource": true}}`,
		"node_modules/@pulumi/aws/package.json": `{"name": "@pulumi/aws", "version": "7.48.0", "pulumi": {"resource": true}}`,
		"node_modules/@other/dns/package.json": `{"name": "@other/dns", "version": "0.1.0",
			"pulumi": {"resource": true, "name": "dns", "version": "0.2.0", "server": "https://example.org"}}`,
		"program/index.ts": "",
	})
	required, err := requiredPackages(filepath.Join(folder, "program"))
	if err != nil {
		t.Fatal(err)
	}
	if len(required) != 2 {
		t.Fatalf("got %v", required)
	}
	dns, aws := required[0], required[1]
	if dns.Name != "dns" || dns.Version != "v0.2.0" || dns.Server != "https://example.org" || dns.Kind != "resource" {
		t.Errorf("got %v", dns)
	}
	if aws.Name != "aws" || aws.Version != "v7.48.0" || aws.Server != "" {
		t.Errorf("got %v", aws)
	}
}

func TestNothingIsRequiredWithoutInstalledPackages(t *testing.T) {
	required, err := requiredPackages(project(t, map[string]string{"index.ts": ""}))
	if err != nil || len(required) != 0 {
		t.Errorf("got %v, %v", required, err)
	}
}

func TestTheDirectDependenciesAreListedOnceWithTheirInstalledVersions(t *testing.T) {
	folder := project(t, map[string]string{
		"package.json":                `{"dependencies": {"b": "^1", "a": "^1"}, "devDependencies": {"b": "^1", "c": "^1"}}`,
		"node_modules/a/package.json": `{"name": "a", "version": "1.0.1"}`,
		"node_modules/b/package.json": `{"name": "b", "version": "1.0.2"}`,
	})
	dependencies, err := programDependencies(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(dependencies) != 3 || dependencies[0].Name != "a" || dependencies[0].Version != "1.0.1" ||
		dependencies[1].Version != "1.0.2" || dependencies[2].Version != "" {
		t.Errorf("got %v", dependencies)
	}
}

func TestTheClosestSdkRunsTheProgram(t *testing.T) {
	folder := project(t, map[string]string{
		"node_modules/@pulumi/pulumi/cmd/run/index.js": "",
		"program/node_modules/other/package.json":      "{}",
	})
	entry, err := sdkEntry(filepath.Join(folder, "program"), "run")
	if err != nil {
		t.Fatal(err)
	}
	if wanted := filepath.Join(folder, "node_modules/@pulumi/pulumi/cmd/run/index.js"); entry != wanted {
		t.Errorf("got %s", entry)
	}
	if _, err := sdkEntry(t.TempDir(), "run"); err == nil {
		t.Error("a missing SDK is no error")
	}
}
