package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWarnings: what a file probably does not mean is said once on stderr, with
// its place, however many runs follow, and stands in the JSON of each. It
// changes neither verdict nor status.
func TestWarnings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quick.yaml")
	text := strings.ReplaceAll(quick, "WHO", "a")
	if err := os.WriteFile(path, []byte(strings.Replace(text, "priority: 100}", "priority: 100, hold: 12s}", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	const message = ":7:114: nodes.b.standby.lan.hold: timers are 3s and 12s here and 3s and 10s on a.lan: members of group 30 on segment lan should have the same; " +
		"its standby waits for the hold time that the active says, and the others for their own"
	for _, seeds := range []string{"1", "1..3"} {
		status, stdout, stderr := invoke(t, "run", path, "--seeds", seeds, "--json")
		if status != 0 || strings.Count(stderr, "warning") != 1 || !strings.HasPrefix(stderr, "cablepull: warning: "+path+message+"\n") {
			t.Errorf("seeds %s: status %d, got %q", seeds, status, stderr)
		}
		var runs struct{ Runs []struct{ Warnings []string } }
		err := json.Unmarshal([]byte(stdout), &runs)
		for _, r := range runs.Runs {
			if !slices.Equal(r.Warnings, []string{path + message}) {
				t.Errorf("seeds %s: JSON: got %q", seeds, r.Warnings)
			}
		}
		if want := map[string]int{"1": 1, "1..3": 3}[seeds]; err != nil || len(runs.Runs) != want {
			t.Errorf("seeds %s: got %d runs, %v", seeds, len(runs.Runs), err)
		}
	}
	for _, args := range [][]string{{path}, {path, "--seeds", "1..3"}} {
		status, stdout, stderr := invoke(t, append([]string{"run", "--strict"}, args...)...)
		if status != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "cablepull: run: --strict: got 1 warning, want none:\n"+path+message+"\n") {
			t.Errorf("%v, strict: status %d, %q and %q", args, status, stdout, stderr)
		}
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := invoke(t, "run", path, "--strict", "--json"); status != 0 || stderr != "" || !strings.Contains(stdout, `"warnings": []`) {
		t.Errorf("without a warning: status %d, %q", status, stderr)
	}
}
