package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
)

// swept is a pair with a client. Even with a hold time of 20 s there is an
// active member after 40 s.
const swept = `
duration: 90s
segments: {lan: {}}
nodes:
  a:
    gateway: {}
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}
  b:
    gateway: {}
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100}}
  c1:
    nics: {lan: 192.0.2.201/24}
    client: {target: "http://192.0.2.100/", rate: 2/s, start: 41s, timeout: 1s}
timeline:
  - 45s: pull a.lan
`

func sweptFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "swept.yaml")
	if err := os.WriteFile(path, []byte(swept), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const holdKnob = "nodes.*.standby.lan.hold"

func TestSweep(t *testing.T) {
	path, dir := sweptFile(t), t.TempDir()
	csv, html, form := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.html"), filepath.Join(dir, "a.json")
	status, out, errs := invoke(t, "sweep", path, "--vary", holdKnob+"=6s,10s", "--seeds", "1..8", "--hold-out", "101..104", "--front", "outage.p50,violated",
		"--jobs", "1", "--csv", csv, "--html", html, "--json-file", form, "--plain")
	if status != exitPassed {
		t.Fatalf("status %d\n%s\n%s", status, out, errs)
	}
	for _, want := range []string{"2 settings, 24 runs, seeds 1..8", "held out", "Faults come later by up to 3s", "6s *", "outage.p99", "needs 360 more runs", "largest outage"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing from\n%s", want, out)
		}
	}
	if strings.Contains(out, "10s *") {
		t.Errorf("the longer hold time is on the front, though it costs an outage and saves nothing:\n%s", out)
	}
	rows, err := os.ReadFile(csv)
	if n := strings.Count(string(rows), "\n"); err != nil || n != 1+2*8+2*4 {
		t.Errorf("got %d lines (%v), want a head, 16 runs and 8 that were held out:\n%s", n, err, rows)
	}
	page, err := os.ReadFile(html)
	if err != nil || !strings.Contains(string(page), "What one costs in the other") || !strings.Contains(string(page), `id="behind"`) {
		t.Errorf("the page lacks the front or the runs behind it (%v)", err)
	}
	text, err := os.ReadFile(form)
	var r reports.Sweep
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil || len(r.Points) != 2 || len(r.Points[0].Figures) != len(r.Figures) || r.Points[0].Figures[0].Measured != 8 || r.Points[0].HoldOut[0].Measured != 4 {
		t.Errorf("JSON: %v, %+v", err, r)
	}
	// A point is played again by its own command.
	words := strings.Fields(strings.NewReplacer("'", "", "cablepull ", "").Replace(r.Points[0].Examples[1].Replay))
	status, out, errs = invoke(t, append(words, "--plain")...)
	if value := r.Points[0].Examples[1].Value; status != exitPassed || !strings.Contains(out, strings.TrimSuffix(value, "s")) {
		t.Errorf("%v: status %d, want the outage %s in\n%s%s", words, status, value, out, errs)
	}
}

func TestSweepAgainstAndSearches(t *testing.T) {
	path := sweptFile(t)
	slower := filepath.Join(t.TempDir(), "slower.yaml")
	if err := os.WriteFile(slower, []byte(strings.ReplaceAll(swept, "group: 30,", "group: 30, hold: 14s,")), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		args   []string
		status int
		want   []string
	}{
		{"against", []string{"--against", slower, "--seeds", "1..10"}, exitPassed, []string{"swept against slower, seed by seed", "smaller (p = 0.002)", "outage.p50"}},
		{"against itself", []string{"--against", path, "--seeds", "1..10"}, exitPassed, []string{"no difference: all pairs are equal", path + " against " + path}},
		{"lowest", []string{"--lowest", holdKnob + "=6s..20s", "--while", "outage.p50..60s", "--seeds", "1..6"}, exitPassed, []string{"holds up to 6s, where the search ended"}},
		{"highest", []string{"--highest", holdKnob + "=6s..20s", "--while", "outage.p50..10s", "--seeds", "1..8"}, exitPassed, []string{"is the highest value for which outage.p50..10s holds with 95 % confidence"}},
		{"nowhere", []string{"--highest", holdKnob + "=6s..20s", "--while", "outage.p50..1s", "--seeds", "1..8"}, exitFailed, []string{"nothing found for which outage.p50..1s holds; at 6s it does not"}},
		{"too few", []string{"--highest", holdKnob + "=6s..20s", "--while", "outage.p99..60s", "--seeds", "1..8"}, exitFailed, []string{"the runs do not tell: needs about 291 more runs"}},
		{"optimise", []string{"--vary", holdKnob + "=6s..20s", "--optimise", "outage.p50", "--budget", "16", "--seeds", "1..3", "--hold-out", "11..13"}, exitPassed, []string{holdKnob + "=6s: the best of", "with the seeds that were held out"}},
		{"sensitivity", []string{"--vary", holdKnob + "=9s..20s", "--vary", "nodes.c1.client.rate=1/s,2/s", "--sensitivity", "--points", "16", "--seeds", "1", "--figures", "outage"}, exitPassed, []string{"What the figures depend on", "hold "}},
		{"until", []string{"--until", "outage.p50±20%", "--seeds", "1..100"}, exitPassed, []string{"outage.p50+-20% is reached with 100 seeds"}},
		{"quiet", []string{"--seeds", "1..3", "--quiet"}, exitPassed, nil},
	} {
		status, out, errs := invoke(t, append([]string{"sweep", path, "--jobs", "1", "--plain"}, c.args...)...)
		if status != c.status {
			t.Errorf("%s: status %d, want %d\n%s%s", c.name, status, c.status, out, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(strings.Join(strings.Fields(out), " "), want) && !strings.Contains(out, want) {
				t.Errorf("%s: %q is missing from\n%s", c.name, want, out)
			}
		}
		if c.want == nil && out != "" {
			t.Errorf("%s: got %q, want nothing", c.name, out)
		}
	}
}

// TestSweepMistakes: each says which flag, what was wrong and what is allowed,
// before anything is played.
func TestSweepMistakes(t *testing.T) {
	path := sweptFile(t)
	for _, c := range []struct {
		args string
		want string
	}{
		{"--vary nodes.*.standby.lan.holt=6s,8s", `did you mean "hold"`},
		{"--vary hold", "--vary: got \"hold\", want PATH="},
		{"--vary nodes.*.standby.lan.hold=6s..30s", "without a step, want one, or a number of points"},
		{"--vary nodes.*.standby.lan.hold=1s,2s", "hold"},
		{"--vary nodes.*.standby.lan.hold=6s,8s --vary nodes.*.standby.lan.hold=6s", "twice"},
		{"--set x", "want PATH=VALUE"},
		{"--figures outrage.p99", `did you mean "outage"`},
		{"--figures outage.p101", "want a statistic"},
		{"--front outage.p99", "want two or more"},
		{"--seeds 5..1", "--seeds: got"},
		{"--hold-out 1..3", "seed 1 is one of --seeds"},
		{"--highest nodes.c1.client.rate", "need --while"},
		{"--while outage.p99..10s", "add one of them"},
		{"--highest nodes.c1.client.rate --while outage.p99", "--while: "},
		{"--highest nodes.c1.client.rat --while outage.p99..1s", `did you mean "rate"`},
		{"--highest nodes.c1.client.target --while outage.p99..1s", "give a range"},
		{"--highest a --lowest b --while outage.p99..1s", "got --highest and --lowest, want one"},
		{"--optimise outage.p99", "needs --vary"},
		{"--budget 3", "--budget is of --optimise"},
		{"--sensitivity", "needs two or more --vary"},
		{"--until outage.p99", "--until: got"},
		{"--points 0", "--points: got 0"},
		{"--design square", `got "square", want grid`},
		{"--design halton", "needs --points"},
		{"--phase odd", `--phase: got "odd"`},
		{"--shard 3/16", "needs --out"},
		{"--shard 17/16 --out x", "--shard: got"},
		{"--shard 1/2 --out x --csv y", "cablepull merge"},
		{"--force", "--force is for --out"},
		{"--jobs 0", "--jobs: got 0"},
		{"--noise busy-hypervisr", `did you mean "busy-hypervisor"`},
		{"--csv=", "--csv: got nothing"},
		{"--json --quiet", "exclude each other"},
		{"--variant x", "no variants"},
		{"more.yaml", "want one"},
	} {
		status, out, errs := invoke(t, append([]string{"sweep", path}, strings.Fields(c.args)...)...)
		if status != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d, %q, got\n%s\nwant an error with %q", c.args, status, out, errs, c.want)
		}
	}
}

// TestSweepJudgesOverSeeds: at each setting, and runs that do not tell fail.
func TestSweepJudgesOverSeeds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "judged.yaml")
	if err := os.WriteFile(path, []byte(swept+"over-seeds: {outage.p50: ..7s, outage.p99: ..1m}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, errs := invoke(t, "sweep", path, "--vary", holdKnob+"=6s,12s", "--seeds", "1..10", "--jobs", "1", "--plain", "--quiet")
	for _, want := range []string{
		"ok   over-seeds: outage.p50..7s: got holds", "FAIL over-seeds: outage.p50..7s: got fails",
		"FAIL over-seeds: outage.p99..1m: got undecided, 5.5s (5s.., needs 289 more runs)", "(hold=12s)",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing from\n%s%s", want, out, errs)
		}
	}
	if status != exitFailed || strings.Count(out, "over-seeds:") != 4 {
		t.Errorf("status %d, %d judgements, want failure and two at each of two settings\n%s", status, strings.Count(out, "over-seeds:"), out)
	}
}

// TestMergeJudgesOverSeeds: shards that are put together are judged as one run
// of all.
func TestMergeJudgesOverSeeds(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "judged.yaml")
	if err := os.WriteFile(path, []byte(swept+"over-seeds: {outage.p50: ..1s}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	merge := []string{"merge", "--plain"}
	for _, shard := range []string{"1", "2"} {
		folder := filepath.Join(dir, shard)
		merge = append(merge, folder)
		if status, out, errs := invoke(t, "run", path, "--seeds", "1..8", "--shard", shard+"/2", "--out", folder, "--plain"); status != exitPassed {
			t.Fatalf("status %d\n%s%s", status, out, errs)
		}
	}
	status, out, errs := invoke(t, merge...)
	if status != exitFailed || !strings.Contains(out, "outage.p50: fails: got") || errs != "" {
		t.Errorf("status %d, want failure by what is expected of all seeds\n%s%s", status, out, errs)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if status, out, errs = invoke(t, merge...); status != exitPassed || !strings.Contains(errs, "judged.yaml: it is not here as it was played, so nothing is judged") {
		t.Errorf("without the file: status %d, want a note\n%s%s", status, out, errs)
	}
}
