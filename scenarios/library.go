package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// ErrUnknown is wrapped by the error for a scenario that is not in the library.
var ErrUnknown = errors.New("unknown scenario")

//go:embed incidents/*.yaml
var incidents embed.FS

const incidentsFolder = "incidents"

// Library returns the built-in incidents, sorted by name.
func Library() ([]*Scenario, error) {
	var all []*Scenario
	for _, name := range LibraryNames() {
		s, err := Find(name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// LibraryNames returns the names of the built-in incidents, sorted.
func LibraryNames() []string {
	entries, err := fs.ReadDir(incidents, incidentsFolder) // sorted by file name
	if err != nil {
		return nil // not reached: the folder is compiled in
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	return names
}

// Find returns the built-in incident of a name.
func Find(name string) (*Scenario, error) {
	data, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Parse(path.Join(incidentsFolder, name+".yaml"), data)
}

// Source returns the file of a built-in incident, for the user to copy.
func Source(name string) ([]byte, error) {
	data, err := incidents.ReadFile(incidentsFolder + "/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("scenario: %w: %q is not in the library, want %s", ErrUnknown, name, topology.AnyOf(name, LibraryNames()))
	}
	return data, nil
}
