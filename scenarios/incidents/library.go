package incidents

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/topology"
)

// ErrUnknown is wrapped by the error for a scenario that is not in the library.
var ErrUnknown = errors.New("unknown scenario")

//go:embed *.yaml
var files embed.FS

// All returns the incidents, sorted by name.
func All() ([]*scenarios.Scenario, error) {
	var all []*scenarios.Scenario
	for _, name := range Names() {
		s, err := Find(name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Tagged returns the incidents that have one of the tags, in any case, or all
// if there are no tags.
func Tagged(tags []string) ([]*scenarios.Scenario, error) {
	all, err := All()
	if err != nil || len(tags) == 0 {
		return all, err
	}
	return slices.DeleteFunc(all, func(s *scenarios.Scenario) bool {
		return !slices.ContainsFunc(tags, func(want string) bool {
			return slices.ContainsFunc(s.Tags, func(t string) bool { return strings.EqualFold(t, want) })
		})
	}), nil
}

// Names returns the names of the incidents, sorted.
func Names() []string {
	entries, err := fs.ReadDir(files, ".") // sorted by file name
	if err != nil {
		return nil // not reached: the folder is compiled in
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	return names
}

// Find returns the incident of a name.
func Find(name string) (*scenarios.Scenario, error) {
	data, err := Source(name)
	if err != nil {
		return nil, err
	}
	return scenarios.Parse("incidents/"+name+".yaml", data)
}

// Source returns the file of an incident, for the user to copy.
func Source(name string) ([]byte, error) {
	data, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("scenario: %w: %q is not in the library, want %s", ErrUnknown, name, topology.AnyOf(name, Names()))
	}
	return data, nil
}
