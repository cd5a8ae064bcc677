package reports

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// progressOf reads the progress in a folder, which must be there.
func progressOf(t *testing.T, path string) *Progress {
	t.Helper()
	root, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	p, err := ReadProgress(root, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProgress: the file says how far the series is, belongs to this process,
// and is gone at the end, as are all temporary ones.
func TestProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	r, err := StartProgress(path, 3)
	if err != nil {
		t.Fatal(err)
	}
	p := progressOf(t, path)
	if p.Stale() || p.Process != os.Getpid() || p.Total != 3 || p.Running == nil {
		t.Errorf("got %+v, stale %v, want an empty series of this process", p, p.Stale())
	}
	r.Running("a seed 1")
	r.Running("b seed 1")
	r.Running("c seed 1")
	r.Done("a seed 1", true, time.Minute)
	r.Done("c seed 1", false, time.Second)
	want := &Progress{Total: 3, Done: 2, Failed: 1, Running: []string{"b seed 1"}, Simulated: 61 * time.Second}
	deadline := time.Now().Add(10 * time.Second)
	for p = progressOf(t, path); p.Done < 2 && time.Now().Before(deadline); p = progressOf(t, path) {
	}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreFields(Progress{}, "Began", "Updated", "Process", "Started")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !p.Updated.After(p.Began) {
		t.Errorf("updated at %v, but began at %v", p.Updated, p.Began)
	}
	r.Running("d seed 1") // not written any more
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	r.Done("d seed 1", true, 0)
	if got := names(t, path); len(got) != 0 {
		t.Errorf("%q stay", got)
	}
}

// TestProgressOfNobody: a series without a folder reports nothing.
func TestProgressOfNobody(t *testing.T) {
	var r *Reporter
	r.Running("a")
	r.Done("a", true, 0)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestStale: the file of a process that is gone is stale, also if another one
// has its number by now.
func TestStale(t *testing.T) {
	here := processStarted(os.Getpid())
	for _, c := range []struct {
		process int
		started string
		stale   bool
	}{
		{os.Getpid(), here, false},
		{1 << 30, "1", true},
		{1 << 30, "", true},
	} {
		p := Progress{Process: c.process, Started: c.started}
		if p.Stale() != c.stale {
			t.Errorf("process %d started at %q: got stale %v, want %v", c.process, c.started, !c.stale, c.stale)
		}
	}
	if p := (Progress{Process: os.Getpid(), Started: here + "0"}); here != "" && !p.Stale() {
		t.Errorf("the process began at %s, and one that began at %s lives", here, p.Started)
	}
}

// TestProgressInTheWay: what cannot be written is reported, and so is half a
// file.
func TestProgressInTheWay(t *testing.T) {
	path := t.TempDir()
	if err := os.MkdirAll(filepath.Join(path, ProgressFile, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := StartProgress(path, 1); err == nil {
		t.Error("a folder has the name of the file, and nobody says so")
	}
	if got := names(t, path); !cmp.Equal(got, []string{ProgressFile}) {
		t.Errorf("got %q, want only what was in the way", got)
	}
	other := t.TempDir()
	root, err := os.OpenRoot(other)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := ReadProgress(root, "."); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is none", err)
	}
	if err := os.WriteFile(filepath.Join(other, ProgressFile), []byte(`{"total":`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadProgress(root, "."); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v for half a file", err)
	}
}
