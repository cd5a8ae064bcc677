package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports/page"
)

// TestReport: --report writes a page about one run with all its pictures, and a
// page about many, which links to the pages next to the artefacts.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	written := func(name string, args ...string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		status, _, stderr := invoke(t, append(append([]string{"run"}, args...), "--report", path)...)
		if status != 0 {
			t.Fatalf("%v: status %d: %s", args, status, stderr)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	one := written("one.html", "cable-pull")
	for _, anchor := range []string{"expectations", "overview", "outages", "requests", "measures", "events"} {
		if !strings.Contains(one, `id="`+anchor+`"`) {
			t.Errorf("the page about one run has no section %s", anchor)
		}
	}
	many := written("many.html", "cable-pull", "crash", "--out", filepath.Join(dir, "out"))
	for _, want := range []string{"<h1>2 runs</h1>", "out/cable-pull-seed-1/" + page.File, "out/crash-seed-1/" + page.File, "<h3>Overview</h3>"} {
		if !strings.Contains(many, want) {
			t.Errorf("the page about many runs has no %s", want)
		}
	}
	for _, run := range []string{"cable-pull-seed-1", "crash-seed-1"} {
		if _, err := os.Stat(filepath.Join(dir, "out", run, page.File)); err != nil {
			t.Error(err)
		}
	}
}

// TestReportNowhere: that a page cannot be written is said before the run.
func TestReportNowhere(t *testing.T) {
	status, _, stderr := invoke(t, "run", "cable-pull", "--report", t.TempDir())
	if status != 2 || !strings.Contains(stderr, "--report") {
		t.Errorf("got status %d and %q, want 2 and the flag", status, stderr)
	}
}
