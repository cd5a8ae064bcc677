package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// errNoLicense means that a library does not say under which terms it may be
// passed on.
var errNoLicense = errors.New("no license")

// licenseFile is how files with terms are called.
var licenseFile = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice|copyright)([.-].*)?$`)

// thirdParty returns the licenses of Go and of all libraries in the program,
// which their authors want to be passed on with it.
func thirdParty(ctx context.Context, platforms []platform) ([]byte, error) {
	folders, err := modules(ctx, platforms)
	if err != nil {
		return nil, err
	}
	goRoot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return nil, err
	}
	folders["Go and its standard library"] = goRoot
	return licenses(folders)
}

// licenses joins the files with terms in folders, ordered by the names of what
// is in them.
func licenses(folders map[string]string) ([]byte, error) {
	var text strings.Builder
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		files, err := os.ReadDir(folders[name])
		if err != nil {
			return nil, err
		}
		found := false
		for _, f := range files {
			if f.IsDir() || !licenseFile.MatchString(f.Name()) {
				continue
			}
			terms, err := os.ReadFile(filepath.Join(folders[name], f.Name()))
			if err != nil {
				return nil, err
			}
			found = true
			fmt.Fprintf(&text, "=== %s: %s\n\n%s\n\n", name, f.Name(), strings.TrimSpace(string(terms)))
		}
		if !found {
			problems = append(problems, fmt.Errorf("%s: %w: want a file such as LICENSE in %s", name, errNoLicense, folders[name]))
		}
	}
	return []byte(text.String()), errors.Join(problems...)
}
