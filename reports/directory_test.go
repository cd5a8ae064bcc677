package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/sim/event"
)

// names lists a directory, hidden files too.
func names(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

var allFiles = []string{CaptureFile, EventsFile, JUnitFile, RunFile}

// inJUnit is junit.xml with the run alone.
var inJUnit = File{JUnitFile, func(w io.Writer, r *Result) error { return WriteJUnit(w, r.Scenario, []Result{*r}) }}

// writeAll leaves a whole run in the directory.
func writeAll(path string, r *Result) error {
	d, err := OpenDirectory(path, inJUnit)
	if err != nil {
		return err
	}
	defer d.Close()
	capture, err := d.Capture("v0.1.0", r.Scenario)
	if err != nil {
		return err
	}
	for range r.Frames {
		capture.Frame(time.Second, capture.Interface("a.lan"), make([]byte, 60))
	}
	events, err := d.Events()
	if err != nil {
		return err
	}
	for _, e := range r.Events {
		events.Write(e)
	}
	return d.Write(r)
}

// whole checks that each file that is in the directory is complete, and returns
// how many there are.
func whole(t *testing.T, path string, r *Result) int {
	t.Helper()
	found := 0
	for _, name := range names(t, path) {
		if strings.HasPrefix(name, temporaryPrefix) {
			continue
		}
		found++
		data, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		switch name {
		case RunFile:
			if !json.Valid(data) {
				t.Errorf("%s is not whole", name)
			}
		case EventsFile:
			if events, err := event.ReadLines(bytes.NewReader(data)); err != nil || len(events) != len(r.Events) {
				t.Errorf("%s: got %d events, %v, want %d", name, len(events), err, len(r.Events))
			}
		case JUnitFile:
			wellFormed(t, data)
		case CaptureFile:
			if got := framesIn(t, data); got != r.Frames {
				t.Errorf("%s: got %d frames, want %d", name, got, r.Frames)
			}
		default:
			t.Errorf("%s: nobody should have made this", name)
		}
	}
	return found
}

func framesIn(t *testing.T, data []byte) uint64 {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for n := uint64(0); ; n++ {
		if _, _, err := r.ReadPacketData(); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs", "[x]*")
	r := cablePull()
	r.Frames = 10
	for range 2 { // the second time over the first
		if err := writeAll(path, r); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(allFiles, names(t, path)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		whole(t, path, r)
	}
}

// TestNothingOfAnEarlierRunStays: a run without a capture must not stand beside
// the capture of another.
func TestNothingOfAnEarlierRunStays(t *testing.T) {
	path := t.TempDir()
	if err := writeAll(path, cablePull()); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDirectory(path, inJUnit)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(cablePull()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, path); slices.Contains(got, CaptureFile) || len(got) != 3 {
		t.Errorf("got %v, want the three files of the run without capture", got)
	}
}

func TestUnfinishedFilesAreCleared(t *testing.T) {
	path := t.TempDir()
	d, err := OpenDirectory(path, inJUnit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Capture("", ""); err != nil {
		t.Fatal(err)
	}
	// As it is where files cannot be without a name.
	for _, name := range []string{".profile", temporaryPrefix + "run.json-1" + temporarySuffix} {
		if err := os.WriteFile(filepath.Join(path, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d, err = OpenDirectory(path, inJUnit); err != nil { // as after kill -9
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".profile"}, names(t, path)); diff != "" {
		t.Errorf("after opening again (-want +got):\n%s", diff)
	}
	if _, err := d.Capture("", ""); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if diff := cmp.Diff([]string{".profile"}, names(t, path)); diff != "" {
		t.Errorf("after Close (-want +got):\n%s", diff)
	}
}

// TestPrograms: what programs said appears with the files, takes the place of
// an earlier run's, and goes with it; one that said nothing has a file too.
func TestPrograms(t *testing.T) {
	path := t.TempDir()
	said := func(texts map[string]string) *Directory {
		t.Helper()
		d, err := OpenDirectory(path, inJUnit)
		if err != nil {
			t.Fatal(err)
		}
		before := names(t, path)
		for name, text := range texts {
			output, err := d.Program(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := output.WriteString(text); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(before, names(t, path)); runtime.GOOS == "linux" && diff != "" {
			t.Errorf("while the run goes on (-want +got):\n%s", diff)
		}
		return d
	}
	for _, name := range []string{"web.nginx.log", "web.tshark.log"} {
		d := said(map[string]string{name: "it said\n", "silent.log": ""})
		if err := d.Write(cablePull()); err != nil {
			t.Fatal(err)
		}
		d.Close()
		if diff := cmp.Diff([]string{"silent.log", name}, names(t, filepath.Join(path, ProgramsFolder))); diff != "" {
			t.Errorf("folder (-want +got):\n%s", diff)
		}
	}
	d := said(nil)
	if err := d.Write(cablePull()); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if diff := cmp.Diff([]string{EventsFile, JUnitFile, RunFile}, names(t, path)); diff != "" {
		t.Errorf("without programs (-want +got):\n%s", diff)
	}
	said(map[string]string{"a.b.log": "it said\n"}).Close()
	if diff := cmp.Diff([]string{EventsFile, JUnitFile, RunFile}, names(t, path)); diff != "" {
		t.Errorf("after one that was given up (-want +got):\n%s", diff)
	}
}

// TestAllOrNothing: a run of which one file cannot be written leaves none, and
// nothing of an earlier one is touched.
func TestAllOrNothing(t *testing.T) {
	fail := func(path string) {
		t.Helper()
		d, err := OpenDirectory(path, inJUnit)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.Capture("v0.1.0", ""); err != nil {
			t.Fatal(err)
		}
		output, err := d.Program("web.nginx.log")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := output.WriteString("it said\n"); err != nil {
			t.Fatal(err)
		}
		d.captureFile.File.Close() // as a disk that is full
		if err := d.Write(cablePull()); err == nil || !strings.Contains(err.Error(), filepath.Join(path, CaptureFile)) {
			t.Errorf("got %v, want an error that names %s", err, CaptureFile)
		}
	}
	made := filepath.Join(t.TempDir(), "made")
	fail(made)
	if _, err := os.Stat(made); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory that was made for it: got %v, want it gone", err)
	}
	there, r := t.TempDir(), cablePull()
	r.Frames = 3
	if err := writeAll(there, r); err != nil {
		t.Fatal(err)
	}
	fail(there)
	if found := whole(t, there, r); found != len(allFiles) {
		t.Errorf("%d files of the earlier run are left, want %d", found, len(allFiles))
	}
}

// TestGivenUp: a run that is given up leaves no directory that was made for it,
// and touches none that was there.
func TestGivenUp(t *testing.T) {
	made, there := filepath.Join(t.TempDir(), "made"), t.TempDir()
	for _, path := range []string{made, there} {
		d, err := OpenDirectory(path, inJUnit)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Capture("v0.1.0", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Program("web.nginx.log"); err != nil {
			t.Fatal(err)
		}
		d.Close()
	}
	if _, err := os.Stat(made); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: got %v, want it gone", made, err)
	}
	if left := names(t, there); len(left) > 0 {
		t.Errorf("%s: got %v, want nothing in it", there, left)
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	path := t.TempDir()
	occupied := filepath.Join(path, EventsFile)
	if err := os.MkdirAll(filepath.Join(occupied, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := writeAll(path, cablePull())
	if err == nil || !strings.Contains(err.Error(), occupied) {
		t.Errorf("got %v, want an error that names %s", err, occupied)
	}
	if diff := cmp.Diff([]string{EventsFile}, names(t, path)); !errors.Is(err, ErrOccupied) || diff != "" {
		t.Errorf("got %v, want that something is in the way (-want +got):\n%s", err, diff)
	}
	if err := writeAll(filepath.Join(occupied, "x"), cablePull()); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDirectory(filepath.Join(occupied, "x", RunFile)); err == nil || !strings.Contains(err.Error(), RunFile) {
		t.Errorf("a directory where a file is: got %v", err)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	d := &Directory{path: path}
	if _, err := d.Capture("", ""); err == nil || !strings.Contains(err.Error(), CaptureFile) {
		t.Errorf("capture in a directory that is gone: got %v", err)
	}
}
