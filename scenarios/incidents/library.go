package incidents

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/topology"
)

// ErrUnknown is wrapped by the error for a scenario that is not in the library.
var ErrUnknown = errors.New("unknown incident")

// ErrFolder is wrapped by the error for a folder that the library does not
// have.
var ErrFolder = errors.New("unknown folder")

//go:embed */*.yaml
var files embed.FS

// paths are the files by the name of the incident; library_test.go checks that
// no name is in two folders.
var paths = sync.OnceValue(func() map[string]string {
	found := map[string]string{}
	all, _ := fs.Glob(files, "*/*.yaml") // the pattern is well-formed
	for _, file := range all {
		found[strings.TrimSuffix(path.Base(file), ".yaml")] = file
	}
	return found
})

// Choice says which incidents are wanted. What is empty leaves out none.
type Choice struct {
	Tags    []string // those that have one of these tags, in any case
	Folders []string // those in one of these folders
}

// Choose returns the incidents of a choice, sorted by name. The error for a
// folder that the library does not have is ErrFolder.
func Choose(c Choice) ([]*scenarios.Scenario, error) {
	for _, folder := range c.Folders {
		if !slices.Contains(Folders(), folder) {
			return nil, fmt.Errorf("incidents: %w: got %q, want %s", ErrFolder, folder, topology.AnyOf(folder, Folders()))
		}
	}
	var chosen []*scenarios.Scenario
	for _, name := range Names() {
		if len(c.Folders) > 0 && !slices.Contains(c.Folders, Folder(name)) {
			continue
		}
		s, err := Find(name)
		if err != nil {
			return nil, err
		}
		if len(c.Tags) == 0 || slices.ContainsFunc(c.Tags, func(want string) bool {
			return slices.ContainsFunc(s.Tags, func(t string) bool { return strings.EqualFold(t, want) })
		}) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

// All returns the incidents, sorted by name.
func All() ([]*scenarios.Scenario, error) { return Choose(Choice{}) }

// Names returns the names of the incidents, sorted.
func Names() []string { return topology.Names(paths()) }

// Folders lists the folders, sorted: one for each kind of system.
func Folders() []string {
	entries, _ := files.ReadDir(".") // it is embedded
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// Folder returns the folder of an incident, which is not part of its name.
func Folder(name string) string { return path.Dir(paths()[name]) }

// Find returns the incident of a name.
func Find(name string) (*scenarios.Scenario, error) {
	data, err := Source(name)
	if err != nil {
		return nil, err
	}
	return scenarios.Parse("incidents/"+paths()[name], data)
}

// Source returns the file of an incident, for the user to copy.
func Source(name string) ([]byte, error) {
	data, err := files.ReadFile(paths()[name])
	if err != nil {
		hint := "see cablepull list"
		if near := topology.Nearest(name, Names()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, fmt.Errorf("%w: %q is not one of the %d in the library (%s)", ErrUnknown, name, len(Names()), hint)
	}
	return data, nil
}
