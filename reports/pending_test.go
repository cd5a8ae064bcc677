package reports

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTemporaryNames: where files cannot be without a name, they appear and are
// given up all the same.
func TestTemporaryNames(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"kept", "given-up"} {
		file, err := openTemporary(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		p := &pendingFile{File: file, path: filepath.Join(folder, name), temporary: file.Name()}
		if got := names(t, folder); len(got) == 0 || got[0] == name {
			t.Errorf("before it appears: got %v, want a temporary name", got)
		}
		if name == "given-up" {
			p.abandon()
		} else if err := p.appear(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"kept"}, names(t, folder)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestWriteFile: a file takes the place of another one, of nothing else, and
// only when it is whole.
func TestWriteFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "it")
	says := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, werr := io.WriteString(w, text)
			return errors.Join(werr, err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
		if got := names(t, folder); len(got) != 1 {
			t.Errorf("got %v, want one file", got)
		}
	}
	for _, text := range []string{"first", "second"} {
		if err := WriteFile(path, says(text, nil)); err != nil {
			t.Fatal(err)
		}
		expect(text)
	}
	if err := WriteFile(path, says("third", io.ErrShortWrite)); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want %v", err, io.ErrShortWrite)
	}
	expect("second")

	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("a stranger's"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(path), os.Symlink(target, path)); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, says("fourth", nil)); !errors.Is(err, ErrOccupied) {
		t.Errorf("a link is in the way: got %v, want %v", err, ErrOccupied)
	}
	expect("a stranger's")
	if err := WriteFile(filepath.Join(folder, "no", "such"), says("", nil)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: got %v", err)
	}
}
