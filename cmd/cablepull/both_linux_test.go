package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// TestBothWorlds: the runs of both worlds side by side, on paper and in files;
// the status is that of the worse. Several are compared pair by pair.
func TestBothWorlds(t *testing.T) {
	t.Parallel() // it waits
	start, scenario, dir := as(t, nobody, strings.Replace(brief, "SENT", "5..40", 1))
	out := filepath.Join(dir, "out")
	status, stdout, stderr := finish(t, start("run", scenario, "--world", "both", "--out", out, "--junit", filepath.Join(dir, "junit.xml")))
	if status != exitPassed || stderr != "" {
		t.Fatalf("status %d, want %d, and nothing on standard error\n%s%s", status, exitPassed, stdout, stderr)
	}
	if !regexp.MustCompile(`outage +c1 +\S+ +\S+ +\S+\n`).MatchString(stdout) || !strings.Contains(stdout, "PASS  in both worlds") {
		t.Errorf("the outage in both worlds, or the verdict, is not in\n%s", stdout)
	}
	checkFiles(t, out, "brief-seed-1", reports.IndexFile)
	out = filepath.Join(out, "brief-seed-1")
	checkFiles(t, out, "netns", "virtual", reports.ComparisonFile)
	for _, world := range []string{"netns", "virtual"} {
		checkFiles(t, filepath.Join(out, world), trial.ArtefactNames()...)
	}
	junit, err := os.ReadFile(filepath.Join(dir, "junit.xml"))
	if err != nil || !bytes.Contains(junit, []byte(`"cablepull.netns"`)) || !bytes.Contains(junit, []byte(`"cablepull.virtual"`)) {
		t.Errorf("JUnit: %v, want a case of each world in\n%s", err, junit)
	}

	status, stdout, stderr = finish(t, start("run", scenario, "--world", "both", "--seeds", "1..2", "--json"))
	var got struct{ Comparisons []reports.Comparison }
	if err := jsonform.Read([]byte(stdout), &got); status != exitPassed || err != nil || len(got.Comparisons) != 2 {
		t.Fatalf("status %d, %v, %d comparisons; want %d and two\n%s", status, err, len(got.Comparisons), exitPassed, stderr)
	}
	for i, c := range got.Comparisons {
		if c.Seed != uint64(i+1) || c.Virtual.World != "virtual" || c.Netns.World != "netns" || c.Virtual.Digest == "" || c.Netns.Digest != "" || len(c.Times) == 0 {
			t.Errorf("comparison %d: got seed %d, %s, %s, digests %q and %q, %d times",
				i, c.Seed, c.Virtual.World, c.Netns.World, c.Virtual.Digest, c.Netns.Digest, len(c.Times))
		}
	}
	if want := "cablepull: 2 runs in real time, 2 in parallel: about 2s\n"; stderr != want {
		t.Errorf("standard error: got %q, want %q", stderr, want)
	}
}

// TestBothFail: an expectation that holds in neither world fails both.
func TestBothFail(t *testing.T) {
	t.Parallel() // it waits
	start, scenario, _ := as(t, nobody, strings.Replace(brief, "SENT", "1", 1))
	status, stdout, _ := finish(t, start("run", scenario, "--world", "both"))
	if status != exitFailed || !strings.Contains(stdout, "FAIL  in both worlds") {
		t.Errorf("status %d, want %d and that it failed in both\n%s", status, exitFailed, stdout)
	}
}
