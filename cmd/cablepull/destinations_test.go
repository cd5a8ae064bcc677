package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// filesBelow lists the files below a folder, with slashes.
func filesBelow(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			below, _ := filepath.Rel(folder, path) // it is below
			all = append(all, filepath.ToSlash(below))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	slices.Sort(all)
	return all
}

// artefactsIn are the paths of all artefacts in folders.
func artefactsIn(folders ...string) []string {
	var all []string
	for _, folder := range folders {
		for _, name := range trial.ArtefactNames() {
			all = append(all, folder+"/"+name)
		}
	}
	return all
}

// TestOutHasOneShape: one run and several leave a folder each, and a list of
// all runs. With --keep failures those that passed leave none, and are listed.
func TestOutHasOneShape(t *testing.T) {
	passes, fails := writeScenario(t, "a"), writeScenario(t, "b")
	for _, c := range []struct {
		args   []string
		status int
		kept   []string
		runs   int
	}{
		{[]string{passes}, exitPassed, []string{"quick-seed-1"}, 1},
		{[]string{fails, "--seeds", "1..2"}, exitFailed, []string{"quick-seed-1", "quick-seed-2"}, 2},
		{[]string{passes, "--seeds", "3,5", "--jobs", "2"}, exitPassed, []string{"quick-seed-3", "quick-seed-5"}, 2},
		{[]string{passes, "--keep", "failures"}, exitPassed, nil, 1},
		{[]string{passes, "--seeds", "1..3", "--keep", "failures"}, exitPassed, nil, 3},
		{[]string{fails, "--keep", "failures"}, exitFailed, []string{"quick-seed-1"}, 1},
	} {
		out := filepath.Join(t.TempDir(), "runs", "x")
		cmd := command(append([]string{"run", "--json", "--out", out}, c.args...)...)
		printed, _ := cmd.Output() // the status says it
		if status := cmd.ProcessState.ExitCode(); status != c.status {
			t.Errorf("%v: got status %d, want %d", c.args, status, c.status)
		}
		want := append(artefactsIn(c.kept...), reports.IndexFile)
		slices.Sort(want)
		if got := filesBelow(t, out); !slices.Equal(got, want) {
			t.Errorf("%v: got %v, want %v", c.args, got, want)
		}
		data, err := os.ReadFile(filepath.Join(out, reports.IndexFile))
		var index struct{ Runs []reports.Indexed }
		if err == nil {
			err = json.Unmarshal(data, &index)
		}
		var folders []string
		for _, r := range index.Runs {
			if r.Folder != "" {
				folders = append(folders, r.Folder)
			}
			if r.Passed != (c.status == exitPassed) || r.File != c.args[0] || r.Scenario != "quick" {
				t.Errorf("%v: the list has %+v", c.args, r)
			}
		}
		if err != nil || len(index.Runs) != c.runs || !slices.Equal(folders, c.kept) {
			t.Errorf("%v: the list: %v, %+v", c.args, err, index)
		}
		var all struct{ Runs []reports.Indexed }
		if err := json.Unmarshal(printed, &all); err != nil || len(all.Runs) != c.runs {
			t.Errorf("%v: printed %d runs, %v; want %d", c.args, len(all.Runs), err, c.runs)
		}
	}
}

// TestEarlierRuns: a directory with runs of an earlier call is left alone, and
// with --force its runs are replaced, and nothing else.
func TestEarlierRuns(t *testing.T) {
	passes, out := writeScenario(t, "a"), t.TempDir()
	if status, _, stderr := invoke(t, "run", passes, "--seeds", "1..5", "--out", out); status != exitPassed {
		t.Fatalf("an empty directory: status %d, %s", status, stderr)
	}
	mine := filepath.Join(out, "quick-seed-2", "notes.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := filesBelow(t, out)
	const sentence = "it has runs of an earlier call (quick-seed-1, quick-seed-2, quick-seed-3 and 3 more): name another directory, or replace them with --force\n"
	status, stdout, stderr := invoke(t, "run", passes, "--seed", "7", "--out", out)
	if status != exitUsage || stdout != "" || !strings.HasSuffix(stderr, out+": "+sentence) || !slices.Equal(filesBelow(t, out), before) {
		t.Errorf("status %d, %q, %q, and now %v; want %q, and nothing changed", status, stdout, stderr, filesBelow(t, out), sentence)
	}
	status, _, stderr = invoke(t, "run", passes, "--seed", "7", "--out", out, "--force")
	want := append(artefactsIn("quick-seed-7"), "quick-seed-2/notes.txt", reports.IndexFile)
	slices.Sort(want)
	if got := filesBelow(t, out); status != exitPassed || !slices.Equal(got, want) {
		t.Errorf("--force: status %d, %s, got %v, want %v", status, stderr, got, want)
	}
}

// TestPlacesAreCheckedFirst: what cannot be written is said before anything
// runs, and a folder that is missing is made.
func TestPlacesAreCheckedFirst(t *testing.T) {
	passes, dir := writeScenario(t, "a"), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--junit", filepath.Join(file, "junit.xml")}, {"--junit", dir}, {"--out", file}, {"--out", filepath.Join(file, "x")},
		{"--junit", "/proc/nowhere/junit.xml"}, {"--out", "/proc/nowhere"},
		{"--summary", filepath.Join(file, "x")}, {"--summary", dir},
	} {
		status, stdout, stderr := invoke(t, append([]string{"run", passes}, args...)...)
		if status != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "cablepull: run: "+args[0]+": ") {
			t.Errorf("%v: got status %d, %q and %q; want %d and the flag", args, status, stdout, stderr, exitUsage)
		}
	}
	junit := filepath.Join(dir, "a", "b", "junit.xml")
	if status, _, stderr := invoke(t, "run", passes, "--junit", junit); status != exitPassed || !slices.Equal(filesBelow(t, dir), []string{"a/b/junit.xml", "file"}) {
		t.Errorf("status %d, %s, got %v", status, stderr, filesBelow(t, dir))
	}
}
