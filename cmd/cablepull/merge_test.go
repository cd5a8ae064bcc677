package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/job"
)

// TestMerge: shards that are put together give the table, JSON, JUnit, folders
// and exit status of one run of all; what is missing is named.
func TestMerge(t *testing.T) {
	passes, fails := writeScenario(t, "a"), filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(fails, []byte(strings.NewReplacer("WHO", "b", "name: quick", "name: broken").Replace(quick)), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	args := []string{"run", passes, fails, "--seeds", "1..4", "--plain"}
	wantStatus, wantText, _ := invoke(t, append(args, "--out", filepath.Join(dir, "whole"), "--junit", filepath.Join(dir, "whole.xml"))...)
	var shards []string
	for _, number := range []string{"2", "1", "3"} {
		shard := filepath.Join(dir, "shard-"+number)
		if status, out, stderr := invoke(t, append(args, "--shard", number+"/3", "--out", shard)...); status > exitFailed {
			t.Fatalf("status %d, %s\n%s", status, stderr, out)
		}
		shards = append(shards, shard)
	}
	together := filepath.Join(dir, "together")
	merge := append([]string{"merge", "--plain", "--out", together, "--junit", filepath.Join(dir, "together.xml")}, shards...)
	status, text, stderr := invoke(t, merge...)
	if status != wantStatus || status != exitFailed || stderr != "" || timeless(text) != timeless(wantText) {
		t.Errorf("status %d, want %d, %s\ngot\n%s\nwant\n%s", status, wantStatus, stderr, text, wantText)
	}
	for _, name := range []string{reports.RunFile, reports.CaptureFile} {
		got, _ := filepath.Glob(filepath.Join(together, "*", name))
		want, _ := filepath.Glob(filepath.Join(dir, "whole", "*", name))
		if len(got) != len(want) || len(got) != 8 {
			t.Errorf("got %d times %s, want %d", len(got), name, len(want))
		}
	}
	got, err1 := os.ReadFile(filepath.Join(dir, "together.xml"))
	want, err2 := os.ReadFile(filepath.Join(dir, "whole.xml"))
	if err1 != nil || err2 != nil || strings.Count(string(got), "Members at the end") != 4 || strings.Count(string(got), "<testcase") != strings.Count(string(want), "<testcase") {
		t.Errorf("JUnit: %v, %v\ngot\n%s\nwant\n%s", err1, err2, got, want)
	}
	status, text, _ = invoke(t, append([]string{"merge", "--json"}, append(shards, shards[0])...)...)
	var all struct{ Runs []struct{ Scenario string } }
	if err := json.Unmarshal([]byte(text), &all); err != nil || status != exitFailed || len(all.Runs) != 8 || all.Runs[0].Scenario != "quick" {
		t.Errorf("JSON: status %d, %v, %+v", status, err, all)
	}
	status, text, stderr = invoke(t, "merge", "--plain", shards[0], shards[2])
	if status != exitUsage || !strings.Contains(stderr, "merge: shard 1/3 is missing: ") || !strings.Contains(stderr, " of 8 runs") || !strings.Contains(text, "runs: ") {
		t.Errorf("without one: status %d, %s\n%s", status, stderr, text)
	}
	if status, _, stderr = invoke(t, merge...); status != exitUsage || !strings.Contains(stderr, "--force") {
		t.Errorf("the same folder again: status %d, %s", status, stderr)
	}
	falsify(t, shards[1])
	if status, _, stderr = invoke(t, append([]string{"merge", "--plain", filepath.Join(dir, "false")}, shards...)...); status != exitUsage || !strings.Contains(stderr, "no plan.json") {
		t.Errorf("no shard: status %d, %s", status, stderr)
	}
	if status, _, stderr = invoke(t, append([]string{"merge", "--plain"}, shards...)...); status != exitUsage || !strings.Contains(stderr, "damaged") {
		t.Errorf("a line that was changed: status %d, %s", status, stderr)
	}
}

// falsify changes the verdict of the first result in a journal.
func falsify(t *testing.T, folder string) {
	t.Helper()
	path := filepath.Join(folder, job.ResultsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(`"verdict":"passed"`, `"verdict":"violated"`, `"verdict":"failed"`, `"verdict":"violated"`).Replace(string(text))
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// timeless is a table without the columns and words that say how long real
// time it took.
func timeless(table string) string {
	var kept []string
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) > 3 && (words[0] == "ok" || words[0] == "FAIL") && !strings.Contains(line, "replay") {
			words = words[:6]
		}
		if before, _, is := strings.Cut(line, " simulated in "); is {
			words = strings.Fields(before)
		}
		kept = append(kept, strings.Join(words, " "))
	}
	return strings.Join(kept, "\n")
}

// TestShardRefuses: what has no meaning, and the folder of another call.
func TestShardRefuses(t *testing.T) {
	path, out := writeScenario(t, "a"), filepath.Join(t.TempDir(), "out")
	if status, _, stderr := invoke(t, "run", path, "--shard", "1/1", "--out", out); status != exitPassed || stderr != "" {
		t.Fatalf("status %d, %s", status, stderr)
	}
	for want, args := range map[string][]string{
		`run: --shard: got "4/3", want a number and how many`: {"run", path, "--shard", "4/3", "--out", out},
		`run: --shard is about the artefacts: add --out DIR`:  {"run", path, "--shard", "1/3"},
		`run: --shard divides runs, and --world both`:         {"run", path, "--shard", "1/3", "--out", out, "--world", "both"},
		`name another directory, or replace them`:             {"run", path, "--shard", "1/1", "--out", out, "--seed", "2"},
		`run: --matrix: got 1ms, want the time of a shard`:    {"run", path, "--matrix", "1ms"},
		`merge: name the folders of the shards`:               {"merge"},
		`merge: --report: the shards have no pictures`:        {"merge", out, "--report", out + ".html"},
	} {
		if status, _, stderr := invoke(t, args...); status != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, got %s, want %s", args, status, stderr, want)
		}
	}
	if status, out, stderr := invoke(t, "run", path, "--shard", "1/1", "--out", out, "--seed", "2", "--force", "--plain"); status != exitPassed || !strings.Contains(out, "1 run: 1 passed") {
		t.Errorf("by force: status %d, %s\n%s", status, stderr, out)
	}
}

// TestMatrix: the shards of a matrix are those that run plays, and there are as
// few as the time allows.
func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		time          string
		fewest, shard int
	}{{"10h", 1, 1}, {"1s", 2, 256}} {
		status, text, stderr := invoke(t, "run", "cable-pull", "--seeds", "1..60", "--matrix", c.time)
		var m struct {
			Include []struct {
				Shard, Name string
				Runs        int
			}
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil || status != exitPassed || len(m.Include) < c.fewest || len(m.Include) > c.shard || strings.Count(text, "\n") != 1 {
			t.Fatalf("%s: status %d, %v, %s\n%s", c.time, status, err, stderr, text)
		}
		runs := 0
		for _, s := range m.Include {
			if _, err := job.ParseShard(s.Shard); err != nil || strings.Contains(s.Name, "/") || s.Runs < 1 {
				t.Errorf("got %+v, %v", s, err)
			}
			runs += s.Runs
		}
		if runs != 60 || !strings.Contains(stderr, "60 runs in ") {
			t.Errorf("%s: got %d runs, %s", c.time, runs, stderr)
		}
	}
}
