package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// program is the package of the command that is released.
const program = "./cmd/cablepull"

// withoutHTTP2 is a build tag of net/http. The only server of the program
// speaks without TLS, and so never HTTP/2, which takes 0.35 MB.
const withoutHTTP2 = "nethttpomithttp2"

// build compiles the program for a platform into a file, with more build tags.
// What decides about its bytes is said here and not taken from the environment.
// Go takes the profile of the program's folder by itself.
func (s source) build(ctx context.Context, p platform, file string, tags ...string) error {
	cmd := exec.CommandContext(ctx, "go",
		"build", "-trimpath", "-pgo=auto", "-ldflags=-s -w -X main.released="+s.version,
		"-tags="+strings.Join(append(tags, withoutHTTP2), ","),
		"-buildvcs=false", // a tarball gives the same bytes as a checkout
		"-o", file, program)
	cmd.Env = environment(p)
	_, err := output(cmd)
	return err
}

// environment is that of the go command for a platform.
func environment(p platform) []string {
	return append(os.Environ(),
		"CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch,
		"GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=", "GOEXPERIMENT=", "GOFIPS140=off", "GOWORK=off")
}

// modules lists the folders of the modules that the program has been made from,
// for any of the platforms, by name and version.
func modules(ctx context.Context, platforms []platform) (map[string]string, error) {
	found := make(map[string]string)
	for _, p := range platforms {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-buildvcs=false", "-pgo=off",
			"-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", program)
		cmd.Env = environment(p)
		list, err := output(cmd)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(list) {
			if name, folder, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				found[name] = folder
			}
		}
	}
	return found, nil
}
