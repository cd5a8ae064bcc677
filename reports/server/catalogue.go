package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// The limits of what is read.
const (
	runsMax = 20_000   // runs in the list
	fileMax = 64 << 20 // bytes of run.json, and of events.jsonl for lanes
)

// catalogue finds the runs below a folder. It reads each run.json once, unless
// it changes.
type catalogue struct {
	root *os.Root

	mu    *sync.Mutex
	known map[string]*known // by folder
}

// known is a run.json that was read.
type known struct {
	at   time.Time
	size int64
	run  run
}

// run is a run of the list.
type run struct {
	*reports.Result
	Path    string    // of its folder, with slashes, from the one that is served
	At      time.Time // when it was written
	Problem string    // why it cannot be read; then Result has only its name
}

// found is what there is below a folder.
type found struct {
	runs    []run
	series  []series // that go on, or were killed
	omitted bool     // there are too many runs
}

// series is a series of runs that goes on, or was killed.
type series struct {
	*reports.Progress
	Path    string `json:"path"`
	Stopped bool   `json:"stopped"` // its process is gone
}

func newCatalogue(root *os.Root) catalogue {
	return catalogue{root, &sync.Mutex{}, map[string]*known{}}
}

// is says whether a folder has a run.
func (c catalogue) is(folder string) bool {
	info, err := c.root.Lstat(path.Join(folder, reports.RunFile))
	return err == nil && info.Mode().IsRegular()
}

// list finds all runs, by path. It does not follow links.
func (c catalogue) list() found {
	var f found
	seen := map[string]bool{}
	// A folder that cannot be read has no runs that could be shown.
	_ = fs.WalkDir(c.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		case d.Name() == reports.ProgressFile:
			if p, err := reports.ReadProgress(c.root, path.Dir(name)); err == nil {
				f.series = append(f.series, series{p, path.Dir(name), p.Stale()})
			}
		case d.Name() == reports.RunFile && len(f.runs) == runsMax:
			f.omitted = true
			return fs.SkipAll
		case d.Name() == reports.RunFile:
			seen[path.Dir(name)] = true
			f.runs = append(f.runs, c.read(path.Dir(name)))
		}
		return nil
	})
	c.forget(seen)
	slices.SortStableFunc(f.runs, func(a, b run) int { return cmp.Compare(a.Path, b.Path) })
	return f
}

// forget drops what is not there any more.
func (c catalogue) forget(except map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for folder := range c.known { // order: each is kept or dropped by itself
		if !except[folder] {
			delete(c.known, folder)
		}
	}
}

// read returns the run of a folder.
func (c catalogue) read(folder string) run {
	name := path.Join(folder, reports.RunFile)
	info, err := c.root.Lstat(name)
	if err != nil {
		return unreadable(folder, err)
	}
	c.mu.Lock()
	k := c.known[folder]
	c.mu.Unlock()
	if k != nil && k.at.Equal(info.ModTime()) && k.size == info.Size() {
		return k.run
	}
	r := run{Result: &reports.Result{}, Path: folder, At: info.ModTime()}
	text, err := c.text(name, info)
	if err == nil {
		err = jsonform.Read(text, r.Result)
	}
	if err != nil {
		r = unreadable(folder, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[folder] = &known{info.ModTime(), info.Size(), r}
	return r
}

// errTooLarge says that a file is too large to show.
var errTooLarge = errors.New("too large to show")

// text returns the content of a regular file.
func (c catalogue) text(name string, info fs.FileInfo) ([]byte, error) {
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", name)
	case info.Size() > fileMax:
		return nil, fmt.Errorf("%s: %d MiB: %w", name, info.Size()>>20, errTooLarge)
	}
	return c.root.ReadFile(name)
}

func unreadable(folder string, err error) run {
	return run{Result: &reports.Result{Scenario: path.Base(folder)}, Path: folder, Problem: err.Error()}
}

// artefacts lists the files that a run left, by name.
func (c catalogue) artefacts(folder string) []artefact {
	var all []artefact
	for _, below := range []string{"", reports.ProgramsFolder} {
		entries, err := fs.ReadDir(c.root.FS(), path.Join(folder, below))
		if err != nil {
			continue
		}
		for _, e := range entries {
			info, err := e.Info()
			if err == nil && e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") && e.Name() != reports.ProgressFile {
				all = append(all, artefact{path.Join(below, e.Name()), info.Size()})
			}
		}
	}
	return all
}

// artefact is a file that a run left.
type artefact struct {
	Name string
	Size int64 // in bytes
}
