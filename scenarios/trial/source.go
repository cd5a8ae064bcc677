package trial

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// Stdin is the word for the scenario on standard input.
const Stdin = "-"

// Source is a scenario and the word by which any process can find it.
type Source struct {
	Word     string              `json:"word"`           // a path, the name of an incident, or Stdin
	Text     []byte              `json:"text,omitempty"` // what was read from standard input, which no other process can
	Scenario *scenarios.Scenario `json:"-"`              // nil until it is opened
	File     bool                `json:"-"`              // whether it is the user's own, and not from the library
	found    bool                // the word leads any process to the scenario
}

// Label is what messages call the source: its word, or <stdin>.
func (s Source) Label() string {
	if s.Word == Stdin {
		return scenarios.Stdin
	}
	return s.Word
}

// ErrNoFile says that there is no file at a path.
var ErrNoFile = errors.New("there is no such file")

// IsPath reports whether a word is the path of a file: it contains a slash, or
// ends in .yaml or .yml. All others are names of incidents, even if a file or
// folder of that name is at hand, so that a command means the same everywhere.
func IsPath(word string) bool {
	return strings.ContainsAny(word, "/"+string(filepath.Separator)) || strings.HasSuffix(word, ".yaml") || strings.HasSuffix(word, ".yml")
}

// Open reads a scenario file if the word is a path. Else it finds the incident
// of the library. The errors are those of [scenarios.Load], ErrNoFile and
// [incidents.ErrUnknown].
func Open(word string) (Source, error) {
	if IsPath(word) {
		s, err := scenarios.Load(word)
		if errors.Is(err, fs.ErrNotExist) {
			return Source{}, fmt.Errorf("%s: %w", word, ErrNoFile)
		}
		return Source{Word: word, Scenario: s, File: true, found: true}, err
	}
	s, err := incidents.Find(word)
	if file := fileCalled(word); errors.Is(err, incidents.ErrUnknown) && file != "" {
		err = fmt.Errorf("%w; the file of that name is %s", err, file)
	}
	return Source{Word: word, Scenario: s, found: true}, err
}

// fileCalled returns the file that somebody may mean who names no path. It is
// empty if there is none.
func fileCalled(word string) string {
	for _, ending := range []string{"", ".yaml", ".yml"} {
		if info, err := os.Stat(word + ending); err == nil && info.Mode().IsRegular() {
			return "./" + word + ending
		}
	}
	return ""
}

// Read reads a scenario from standard input. The errors are those of
// [scenarios.Read].
func Read(stdin io.Reader) (Source, error) {
	s, text, err := scenarios.Read(stdin)
	return Source{Word: Stdin, Text: text, Scenario: s, File: true, found: true}, err
}

// again opens the source in another process.
func (s Source) again() (Source, error) {
	if s.Word == Stdin {
		return Read(bytes.NewReader(s.Text))
	}
	return Open(s.Word)
}

// Incident is a scenario of the library, as it is there: worker processes find
// it by its name.
func Incident(s *scenarios.Scenario) Source {
	return Source{Word: s.Name, Scenario: s, found: true}
}

// ProgramsError says that a scenario file would run programs on this machine
// without permission.
type ProgramsError struct {
	Label    string // of the source
	Programs []scenarios.Program
}

// Error implements error.
func (e *ProgramsError) Error() string {
	p := e.Programs[0]
	return fmt.Sprintf("%s:%d: node %s would run %s on this machine without permission", e.Label, p.Line, p.Node, p.Name)
}

// Warnings returns the warnings of the scenario, each a line that begins with
// its place: file, line and column.
func (s Source) Warnings() []string {
	var all []string
	for _, w := range s.Scenario.Warnings {
		w.Excerpt = ""
		all = append(all, s.FileName()+":"+w.String())
	}
	return all
}

// FileName is what messages call the file of the scenario.
func (s Source) FileName() string { return cmp.Or(s.Scenario.File(), s.Label()) }

// Permit returns a *ProgramsError for a file that runs real programs. Incidents
// of the library may run theirs.
func (s Source) Permit() error {
	if !s.File {
		return nil
	}
	if programs := s.Scenario.Programs(); len(programs) > 0 {
		return &ProgramsError{s.Label(), programs}
	}
	return nil
}
