package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// instant is that of the releases of tests.
var instant = time.Date(2026, time.January, 31, 12, 0, 0, 0, time.UTC)

// TestArchiveIsTheSameForTheSameFiles, in whatever order they come, and holds
// nothing of the machine.
func TestArchiveIsTheSameForTheSameFiles(t *testing.T) {
	files := []file{{"a/b/c", 0o644, []byte("text")}, {"a/run", 0o755, []byte("code")}, {"tmp/", 0o1777, nil}, {"tmp/x/y", 0o600, nil}}
	var first, second bytes.Buffer
	if err := writeArchive(&first, instant, files); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(files)
	if err := writeArchive(&second, instant, files); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same files in another order give other bytes")
	}
	zip, err := gzip.NewReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %o %q", h.Name, h.Mode, body))
		if !h.ModTime.Equal(instant) || h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s: got owner %d:%d %q:%q and instant %v", h.Name, h.Uid, h.Gid, h.Uname, h.Gname, h.ModTime)
		}
	}
	want := []string{
		`a/ 755 ""`, `a/b/ 755 ""`, `a/b/c 644 "text"`, `a/run 755 "code"`, `tmp/ 1777 ""`, `tmp/x/ 755 ""`, `tmp/x/y 600 ""`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
}

// TestReleaseReplacesOnlyReleases: a folder with anything else stays.
func TestReleaseReplacesOnlyReleases(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "dist")
	r := release{out: folder, log: io.Discard}
	for _, round := range []string{"first", "second"} {
		r.files = nil
		r.add(round, []byte(round))
		r.add(checksums, sums(r.files))
		if err := errors.Join(r.checkFolder(), r.write()); err != nil {
			t.Fatalf("%s: %v", round, err)
		}
		names, err := filepath.Glob(filepath.Join(filepath.Dir(folder), "*", "*"))
		if err != nil || len(names) != 2 {
			t.Errorf("after the %s release there are %v (%v), want its two files", round, names, err)
		}
	}
	if err := os.Remove(filepath.Join(folder, checksums)); err != nil {
		t.Fatal(err)
	}
	if err := r.checkFolder(); !errors.Is(err, errForeign) {
		t.Errorf("a folder without checksums: got %v, want %v", err, errForeign)
	}
}

// TestLicenses: each library gives its terms, in the order of names, and one
// without any is an error.
func TestLicenses(t *testing.T) {
	write := func(name string) string {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, name), []byte("terms\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	text, err := licenses(map[string]string{"b v1": write("LICENSE.md"), "a v2": write("UNLICENSE"), "c v3": write("Copying")})
	want := "=== a v2: UNLICENSE\n\nterms\n\n=== b v1: LICENSE.md\n\nterms\n\n=== c v3: Copying\n\nterms\n\n"
	if err != nil || string(text) != want {
		t.Errorf("got %q (%v), want %q", text, err, want)
	}
	if _, err := licenses(map[string]string{"a v1": write("licenses.go")}); !errors.Is(err, errNoLicense) {
		t.Errorf("without a license: got %v, want %v", err, errNoLicense)
	}
}
