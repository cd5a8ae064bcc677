package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOverSeeds: conditions over several seeds decide the exit status, and one
// run says that it judges none.
func TestOverSeeds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quick.yaml")
	write := func(conditions string) {
		text := strings.ReplaceAll(quick, "WHO", "a") + "over-seeds: " + conditions + "\n"
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const most = "{violated: ..20%, group-moves.max: 0}"
	junit, page := filepath.Join(t.TempDir(), "junit.xml"), filepath.Join(t.TempDir(), "page.html")
	for _, row := range []struct {
		name, conditions string
		args             []string
		status           int
		want             []string
	}{
		{"one run", most, nil, 0, []string{"over-seeds: not judged, it takes several seeds: --seeds 1..20\n"}},
		{"one run, quiet", most, []string{"--quiet"}, 0, []string{"over-seeds: not judged"}},
		{"enough runs", most, []string{"--seeds", "1..14"}, 0, []string{"ok   quick over 14 seeds: violated.any: holds: got 0 of 14: below 20 %, want ..20%", "group-moves.max: holds: got 0, want 0"}},
		{"too few runs", most, []string{"--seeds", "1..4"}, 1, []string{"FAIL quick over 4 seeds: violated.any: undecided: got 0 of 4: below 53 %, want ..20%", "needs about 10 more runs"}},
		{"fails", "{group-moves.max: 1..}", []string{"--seeds", "1,2"}, 1, []string{"FAIL quick over 2 seeds: group-moves.max: fails: got 0, want 1.."}},
		{"not measured", "{takeover-gap: ..1s}", []string{"--seeds", "1,2"}, 1, []string{"takeover-gap.p50: fails: got no value in 2 runs, want ..1s"}},
		{"JSON", most, []string{"--seeds", "1,2", "--json"}, 1, []string{`"over_seeds": [`, `"outcome": "undecided"`}},
		{"files", most, []string{"--seeds", "1,2", "--junit", junit, "--report", page}, 1, nil},
	} {
		write(row.conditions)
		status, out, stderr := invoke(t, append([]string{"run", path, "--plain"}, row.args...)...)
		if status != row.status {
			t.Errorf("%s: status %d, want %d\n%s", row.name, status, row.status, stderr)
		}
		words := strings.Join(strings.Fields(out), " ")
		for _, want := range row.want {
			if !strings.Contains(words, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s: got\n%s\nwant %s", row.name, out, want)
			}
		}
	}
	for file, want := range map[string]string{junit: `name="quick over 2 seeds: violated.any"`, page: "quick over 2 seeds <code>violated.any: undecided"} {
		if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: want %s, got %v", file, want, err)
		}
	}
}

// TestFiguresTopic: the page fits a terminal and has every figure.
func TestFiguresTopic(t *testing.T) {
	status, page, stderr := invoke(t, "help", "figures")
	if status != 0 || stderr != "" || !strings.Contains(page, "\n  outage   ") || !strings.Contains(page, "\n  violated  ") {
		t.Errorf("status %d, %s\n%s", status, stderr, page)
	}
	for line := range strings.Lines(page) {
		if len([]rune(line)) > formatWidth+1 {
			t.Errorf("a line of %d columns: %s", len([]rune(line)), line)
		}
	}
}
