package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// manifest is what is read of a package.json.
type manifest struct {
	Name            string            `json:"name"`
	Version         string            `json:"version"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
	Pulumi          struct {
		Resource bool   `json:"resource"`
		Name     string `json:"name"`
		Version  string `json:"version"`
		Server   string `json:"server"`
	} `json:"pulumi"`
}

// readManifest is empty if there is no readable package.json in the folder.
func readManifest(folder string) manifest {
	var read manifest
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil || json.Unmarshal(text, &read) != nil {
		return manifest{}
	}
	return read
}

// requiredPackages are the installed packages that need a provider plugin: their package.json contains
// `"pulumi": {"resource": true}`.
func requiredPackages(program string) ([]*pulumirpc.PackageDependency, error) {
	folders, err := installed(program)
	if err != nil {
		return nil, err
	}
	var required []*pulumirpc.PackageDependency
	for _, folder := range folders {
		read := readManifest(folder)
		if !read.Pulumi.Resource || read.Name == "" {
			continue
		}
		name, version := read.Pulumi.Name, read.Pulumi.Version
		if name == "" {
			name = strings.TrimPrefix(strings.TrimPrefix(read.Name, "@pulumi/"), "@")
		}
		if version == "" {
			version = read.Version
		}
		required = append(required, &pulumirpc.PackageDependency{
			Name: name, Kind: "resource", Version: "v" + version, Server: read.Pulumi.Server,
		})
	}
	return required, nil
}

// programDependencies are the program's direct dependencies with their installed versions, which `pulumi about` shows.
func programDependencies(program string) ([]*pulumirpc.DependencyInfo, error) {
	own := readManifest(filepath.Dir(closest(program, "package.json")))
	modules := closest(program, "node_modules")
	var names []string
	for _, list := range []map[string]string{own.Dependencies, own.DevDependencies} {
		for name := range list {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var dependencies []*pulumirpc.DependencyInfo
	for _, name := range slices.Compact(names) {
		read := readManifest(filepath.Join(modules, name))
		dependencies = append(dependencies, &pulumirpc.DependencyInfo{Name: name, Version: read.Version})
	}
	return dependencies, nil
}

// installed are the folders of every package in the closest node_modules, scoped packages included.
func installed(program string) ([]string, error) {
	modules := closest(program, "node_modules")
	names, err := namesIn(modules)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, name := range names {
		folder := filepath.Join(modules, name)
		if !strings.HasPrefix(name, "@") {
			folders = append(folders, folder)
			continue
		}
		scoped, err := namesIn(folder)
		if err != nil {
			return nil, err
		}
		for _, inner := range scoped {
			folders = append(folders, filepath.Join(folder, inner))
		}
	}
	return folders, nil
}

// namesIn is empty if there is no such folder.
func namesIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names, err
}
