package disturbance

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/topology"
)

// Errors, for errors.Is.
var (
	ErrUnknown = errors.New("unknown noise model")
	ErrInvalid = errors.New("invalid noise model")
)

//go:embed models/*.yaml traces/*.txt
var files embed.FS

// Names lists the models of the library, sorted.
func Names() []string { return namesIn("models", ".yaml") }

// TraceNames lists the traces that are built in, sorted.
func TraceNames() []string { return namesIn("traces", ".txt") }

func namesIn(folder, ending string) []string {
	entries, _ := fs.ReadDir(files, folder) // it is embedded, and sorted
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ending))
	}
	return all
}

// Find returns a model of the library.
func Find(name string) (*File, error) {
	data, err := files.ReadFile(path.Join("models", name+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("%w: got %q, want %s, or the path of a file such as ./%s.yaml", ErrUnknown, name, topology.AnyOf(name, Names()), name)
	}
	return Parse(name+".yaml", data)
}

// Text returns the file of a model of the library.
func Text(name string) ([]byte, error) {
	if _, err := Find(name); err != nil {
		return nil, err
	}
	return files.ReadFile(path.Join("models", name+".yaml"))
}

// Read reads the file of a model, but does not parse it.
func Read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("noise: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("noise: %s is not a regular file", file)
	case info.Size() > form.SizeMax:
		return nil, fmt.Errorf("noise: %s: %w: got %d bytes, want at most %d", file, ErrInvalid, info.Size(), form.SizeMax)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	return data, nil
}

// format is that of files with models.
var format = &form.Format{Noun: "noise model"}

// File is a model, and where each of its values stood.
type File struct {
	*noise.Model
	file    string
	decoder *form.Decoder
}

// Parse reads a model from the content of a file. It is called as the file is,
// without its ending. The error names all problems with their places.
func Parse(file string, data []byte) (*File, error) {
	m := &noise.Model{}
	d, done := format.Decode(data, m)
	m.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if done && len(d.Problems()) == 0 {
		problems := m.Find(traces())
		if len(problems) == 0 {
			problems = m.Problems()
		}
		for _, p := range problems {
			d.Fail(d.PlaceOfPath(p.Path), p.Path, "%s", p.Message)
		}
	}
	if problems := d.Problems(); len(problems) > 0 {
		return nil, &Invalid{file, problems, d.More()}
	}
	return &File{m, file, d}, nil
}

// Fits returns *Invalid if the model names something that a topology does not
// have.
func (f *File) Fits(t topology.Topology) error {
	var all []form.Problem
	for _, p := range f.ProblemsIn(t) {
		all = append(all, f.decoder.ProblemAt(p.Path, p.Message))
	}
	if len(all) > 0 {
		return &Invalid{File: f.file, Problems: all}
	}
	return nil
}

// Invalid is the error for a model with problems. It is ErrInvalid.
type Invalid struct {
	File     string
	Problems []form.Problem // in the order of the file
	More     int            // that were left out, because there are too many
}

// Error prints each problem with its place.
func (e *Invalid) Error() string {
	var lines []string
	for _, p := range e.Problems {
		lines = append(lines, e.File+":"+p.String())
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more", e.File, e.More))
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes errors.Is true for ErrInvalid.
func (e *Invalid) Unwrap() error { return ErrInvalid }

// traces are those that are built in. A line holds spans; what follows # is a
// comment.
var traces = sync.OnceValue(func() map[string][]time.Duration {
	all := map[string][]time.Duration{}
	for _, name := range TraceNames() {
		data, _ := files.ReadFile(path.Join("traces", name+".txt")) // it is embedded
		lines := bufio.NewScanner(bytes.NewReader(data))
		for lines.Scan() {
			line, _, _ := strings.Cut(lines.Text(), "#")
			for word := range strings.FieldsSeq(line) {
				span, err := time.ParseDuration(word)
				if err != nil {
					panic(fmt.Sprintf("disturbance: trace %s: %v", name, err)) // a test reads all
				}
				all[name] = append(all[name], span)
			}
		}
	}
	return all
})
