package trial

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// Source is a scenario and the word by which any process can find it.
type Source struct {
	Word     string              `json:"word"` // a path, or the name of an incident
	Scenario *scenarios.Scenario `json:"-"`    // nil until it is opened
	File     bool                `json:"-"`    // whether the word is a path
	found    bool                // the word leads any process to the scenario
}

// ErrNoFile says that a word looks like a path but there is no such file.
var ErrNoFile = errors.New("there is no such file")

// Open reads a scenario file if the word looks like a path or names a file.
// Else it finds the incident of the library.
func Open(word string) (Source, error) {
	looksLikePath := strings.ContainsRune(word, filepath.Separator) || strings.HasSuffix(word, ".yaml") || strings.HasSuffix(word, ".yml")
	if _, err := os.Stat(word); err == nil || looksLikePath {
		s, err := scenarios.Load(word)
		if errors.Is(err, fs.ErrNotExist) {
			return Source{}, fmt.Errorf("%s: %w", word, ErrNoFile)
		}
		return Source{word, s, true, true}, err
	}
	s, err := incidents.Find(word)
	return Source{word, s, false, true}, err
}

// Incident is a scenario of the library, as it is there: worker processes find
// it by its name.
func Incident(s *scenarios.Scenario) Source {
	return Source{Word: s.Name, Scenario: s, found: true}
}

// ProgramsError says that a scenario file would run programs on this machine
// without permission.
type ProgramsError struct {
	Word     string
	Programs []scenarios.Program
}

// Error implements error.
func (e *ProgramsError) Error() string {
	p := e.Programs[0]
	return fmt.Sprintf("%s:%d: node %s would run %s on this machine without permission", e.Word, p.Line, p.Node, p.Name)
}

// Warnings returns the warnings of the scenario, each a line that begins with
// its place: file, line and column.
func (s Source) Warnings() []string {
	var all []string
	for _, w := range s.Scenario.Warnings {
		w.Excerpt = ""
		all = append(all, s.name()+":"+w.String())
	}
	return all
}

// name is what messages call the file of the scenario.
func (s Source) name() string { return cmp.Or(s.Scenario.File(), s.Word) }

// Permit returns a *ProgramsError for a file that runs real programs. Incidents
// of the library may run theirs.
func (s Source) Permit() error {
	if !s.File {
		return nil
	}
	if programs := s.Scenario.Programs(); len(programs) > 0 {
		return &ProgramsError{s.Word, programs}
	}
	return nil
}
