package reports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/cablepull/cablepull/reports/pcapng"
	"github.com/cablepull/cablepull/sim/event"
)

// The files of a run that this package writes, in the order in which they
// appear.
const (
	CaptureFile = "capture.pcapng"
	EventsFile  = "events.jsonl"
	JUnitFile   = "junit.xml"
	RunFile     = "run.json"
)

// File is a file that a directory writes when the run is over, besides the
// capture, the events and run.json.
type File struct {
	Name  string
	Write func(io.Writer, *Result) error
}

// ProgramsFolder is the folder with the output of real programs, a file for
// each.
const ProgramsFolder = "programs"

// Directory is where one run leaves its artefacts: all of them, or none.
// Whatever happens to the process, each file is complete or absent, because
// files get their names only when all are written. If run.json exists, all
// files are of its run: it is the first to be removed and the last to appear.
// Only one run at a time may use a directory.
type Directory struct {
	path        string
	made        bool           // we made it, and remove it if it stays empty
	files       []File         // to write at the end
	capture     *pcapng.Writer // nil if there is no capture
	captureFile *pendingFile
	events      *event.Writer // nil if there are none yet
	eventsFile  *pendingFile

	mu       sync.Mutex
	programs []*pendingFile
	pending  []*pendingFile // all others, in the order in which they get their names
}

// OpenDirectory makes the directory path if it does not exist, and removes the
// unfinished files of a killed run. Write will write the files.
func OpenDirectory(path string, files ...File) (*Directory, error) {
	_, err := os.Stat(path)
	made := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	if err := clearTemporaries(path); err != nil {
		return nil, err
	}
	return &Directory{path: path, made: made, files: files}, nil
}

// Program returns the file for the output of a real program, by its name in the
// folder. It appears with the other files. Any goroutine may call it.
func (d *Directory) Program(name string) (*os.File, error) {
	p, err := createPending(d.path, filepath.Join(d.path, ProgramsFolder, name))
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.programs = append(d.programs, p)
	return p.File, nil
}

// Capture begins capture.pcapng. It is written during the run and appears with
// the other files. Wireshark's file properties show the comment.
func (d *Directory) Capture(version, comment string) (*pcapng.Writer, error) {
	if d.capture != nil {
		return d.capture, nil
	}
	file, err := d.create(CaptureFile)
	if err != nil {
		return nil, err
	}
	d.captureFile = file
	d.capture = pcapng.NewWriter(file, "cablepull "+version, comment)
	return d.capture, nil
}

// Events begins events.jsonl. It is written during the run and appears with the
// other files.
func (d *Directory) Events() (*event.Writer, error) {
	if d.events != nil {
		return d.events, nil
	}
	file, err := d.create(EventsFile)
	if err != nil {
		return nil, err
	}
	d.events, d.eventsFile = event.NewWriter(file), file
	return d.events, nil
}

// Write finishes the capture, if there is one, and the events, writes the other
// files, and makes all appear in place of those of an earlier run. If one of
// them cannot be written, none appears and those of the earlier run stay; the
// error names each file and its problem.
func (d *Directory) Write(r *Result) error {
	defer d.abandon()
	var errs []error
	if d.capture != nil {
		errs = append(errs, d.captureFile.fill(func(io.Writer) error { return d.capture.Close() }))
	}
	errs = append(errs, d.finishEvents())
	for _, f := range d.files {
		errs = append(errs, d.write(f.Name, func(w io.Writer) error { return f.Write(w, r) }))
	}
	errs = append(errs, d.write(RunFile, r.WriteJSON))
	for _, p := range append(d.pending, d.programs...) {
		errs = append(errs, p.settle())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := d.clear(); err != nil {
		return err
	}
	return d.appear()
}

func (d *Directory) finishEvents() error {
	events, err := d.Events()
	if err != nil {
		return err
	}
	return d.eventsFile.fill(func(io.Writer) error { return events.Flush() })
}

// clear makes way for the files of this run.
func (d *Directory) clear() error {
	var errs []error
	for _, name := range d.names() {
		errs = append(errs, free(filepath.Join(d.path, name)))
	}
	if err := os.RemoveAll(filepath.Join(d.path, ProgramsFolder)); err != nil {
		errs = append(errs, fmt.Errorf("reports: folder of an earlier run: %w", err))
	}
	return errors.Join(errs...)
}

// names lists the files that a run may leave; run.json is the first.
func (d *Directory) names() []string {
	all := []string{RunFile, CaptureFile, EventsFile}
	for _, f := range d.files {
		all = append(all, f.Name)
	}
	return all
}

// appear gives the files their names.
func (d *Directory) appear() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.programs) > 0 {
		if err := os.Mkdir(filepath.Join(d.path, ProgramsFolder), 0o755); err != nil {
			return fmt.Errorf("reports: %w", err)
		}
	}
	all := append(d.programs, d.pending...)
	d.programs, d.pending = nil, nil
	var errs []error
	for _, p := range all {
		errs = append(errs, p.appear())
	}
	return errors.Join(errs...)
}

// Close discards what Write has not finished, and removes the directory if we
// made it and it is empty. It may be called after Write.
func (d *Directory) Close() {
	d.abandon()
	if d.made {
		os.Remove(d.path) // fails unless it is empty
	}
}

// abandon ends the files that have not appeared.
func (d *Directory) abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range append(d.pending, d.programs...) {
		p.abandon()
	}
	d.pending, d.programs = nil, nil
}

// write writes one file, which does not have its name yet.
func (d *Directory) write(name string, content func(io.Writer) error) error {
	p, err := d.create(name)
	if err != nil {
		return err
	}
	return p.fill(content)
}

func (d *Directory) create(name string) (*pendingFile, error) {
	p, err := createPending(d.path, filepath.Join(d.path, name))
	if err == nil {
		d.pending = append(d.pending, p)
	}
	return p, err
}
