package reports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/cablepull/cablepull/reports/pcapng"
	"github.com/cablepull/cablepull/sim/event"
)

// The files of a run, in the order in which they appear.
const (
	CaptureFile = "capture.pcapng"
	EventsFile  = "events.jsonl"
	JUnitFile   = "junit.xml"
	RunFile     = "run.json"
)

// ProgramsFolder is the folder with the output of real programs, a file for
// each.
const ProgramsFolder = "programs"

// Directory is where one run leaves its artefacts. Whatever happens to the
// process, a file there is complete or absent: each is written under a
// temporary name, synced, and renamed. All files there are of the same run once
// run.json is, since it goes first and comes last. One run at a time may use a
// directory.
type Directory struct {
	path        string
	made        bool           // by us, so that an empty one is removed
	pending     []*pendingFile // in the order in which they get their names
	capture     *pcapng.Writer // nil: none was asked for
	captureFile *pendingFile
	programs    string // temporary name of the folder; empty: none was asked for
}

// Temporary names are dot-files, so that nobody takes them for artefacts.
const (
	temporaryPrefix = ".cablepull-"
	temporarySuffix = ".tmp"
)

// OpenDirectory makes the directory path if there is none, and clears away what
// a killed run left unfinished.
func OpenDirectory(path string) (*Directory, error) {
	_, err := os.Stat(path)
	made := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), temporaryPrefix) || !strings.HasSuffix(e.Name(), temporarySuffix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(path, e.Name())); err != nil {
			return nil, fmt.Errorf("reports: unfinished file of an earlier run: %w", err)
		}
	}
	return &Directory{path: path, made: made}, nil
}

// Programs makes the folder for the output of real programs and returns its
// temporary name. It appears with the other files, if there is anything in it.
func (d *Directory) Programs() (string, error) {
	if d.programs == "" {
		path := d.temporary(ProgramsFolder)
		if err := os.Mkdir(path, 0o755); err != nil {
			return "", fmt.Errorf("reports: %s: %w", filepath.Join(d.path, ProgramsFolder), err)
		}
		d.programs = path
	}
	return d.programs, nil
}

// Capture begins capture.pcapng. It is written while the run goes on and
// appears with the other files. Comment is shown by Wireshark's file properties.
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

// Write finishes the capture, if there is one, and writes the other files. It
// does what it can: an error of one file keeps none of the others away, and all
// errors are returned, each with the name of its file.
func (d *Directory) Write(r *Result) error {
	var errs []error
	if d.capture != nil {
		if err := d.capture.Close(); err != nil {
			errs = append(errs, d.captureFile.fail(err))
		}
	}
	errs = append(errs,
		d.write(EventsFile, func(w io.Writer) error { return event.WriteLines(w, r.Events) }),
		d.write(JUnitFile, func(w io.Writer) error { return WriteJUnit(w, r.Scenario, []Result{*r}) }),
		d.write(RunFile, r.WriteJSON),
	)
	for _, name := range []string{RunFile, CaptureFile, EventsFile, JUnitFile} {
		if err := os.Remove(filepath.Join(d.path, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, fmt.Errorf("reports: file of an earlier run: %w", err))
		}
	}
	errs = append(errs, d.commitPrograms())
	for _, p := range d.pending {
		errs = append(errs, p.commit())
	}
	d.pending = nil
	return errors.Join(errs...)
}

// commitPrograms gives the folder its name, in the place of that of an earlier
// run.
func (d *Directory) commitPrograms() error {
	path := filepath.Join(d.path, ProgramsFolder)
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("reports: folder of an earlier run: %w", err)
	}
	if d.programs == "" || os.Remove(d.programs) == nil { // it was empty
		return nil
	}
	if err := os.Rename(d.programs, path); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	d.programs = ""
	return nil
}

// Close gives up what Write has not finished, and with it a directory that was
// made for nothing. It may be called after Write.
func (d *Directory) Close() {
	for _, p := range d.pending {
		p.abandon()
	}
	d.pending = nil
	if d.programs != "" {
		os.RemoveAll(d.programs) // whatever stays is cleared away by the next run
	}
	if d.made {
		os.Remove(d.path) // one that holds something stays
	}
}

// write writes one file under its temporary name.
func (d *Directory) write(name string, content func(io.Writer) error) error {
	p, err := d.create(name)
	if err != nil {
		return err
	}
	if err := content(p); err != nil {
		return p.fail(err)
	}
	return nil
}

// pendingFile is a file under its temporary name.
type pendingFile struct {
	*os.File
	path   string // which it will have
	failed bool
}

// temporary is the path of a file that has not its name yet.
func (d *Directory) temporary(name string) string {
	return filepath.Join(d.path, fmt.Sprintf("%s%s-%d%s", temporaryPrefix, name, os.Getpid(), temporarySuffix))
}

func (d *Directory) create(name string) (*pendingFile, error) {
	file, err := os.OpenFile(d.temporary(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("reports: %s: %w", filepath.Join(d.path, name), err)
	}
	p := &pendingFile{File: file, path: filepath.Join(d.path, name)}
	d.pending = append(d.pending, p)
	return p, nil
}

// fail notes that the file is not whole, so that commit drops it.
func (p *pendingFile) fail(err error) error {
	p.failed = true
	return fmt.Errorf("reports: %s: %w", p.path, err)
}

// commit gives the file its name, unless it failed before.
func (p *pendingFile) commit() error {
	if p.failed {
		p.abandon()
		return nil // said already
	}
	err := errors.Join(p.Sync(), p.File.Close())
	if err == nil {
		err = os.Rename(p.Name(), p.path)
	}
	if err != nil {
		os.Remove(p.Name()) // what matters has gone wrong already
		return p.fail(err)
	}
	return nil
}

func (p *pendingFile) abandon() {
	p.File.Close() // nobody will read it
	os.Remove(p.Name())
}
