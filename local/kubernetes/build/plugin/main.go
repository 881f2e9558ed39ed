// The official Kubernetes plugin. The plugin's own main package embeds two files that only the release pipeline generates;
// this main package reads the same files from the program's folder.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func main() {
	provider.Serve("kubernetes", version.Version, beside("schema.json"), beside("terraform-mapping.json"))
}

func beside(name string) []byte {
	program, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(filepath.Dir(program), name))
	if err != nil {
		log.Fatal(err)
	}
	return content
}
