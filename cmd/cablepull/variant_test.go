package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// varied is the quick scenario in two variants, of which the second one fails.
const varied = `  - moves: 1
    when: {profile: ios}
variants: {nodes.*.standby.lan.profile: [datapower, ios]}
`

// TestVariants: a file with variants is played once for each, each with its
// name in table, JSON, JUnit, directory and replay, which plays that one alone.
func TestVariants(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quick.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(quick, "WHO", "a")+varied), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	junit := filepath.Join(t.TempDir(), "junit.xml")
	status, table, stderr := invoke(t, "run", path, "--plain", "--out", out, "--junit", junit)
	replay := "cablepull run " + path + " --variant profile=ios --seed 1"
	if status != 1 || stderr != "" || !strings.Contains(table, "Variants of profile") || !strings.Contains(table, "datapower") || !strings.Contains(table, "FAIL quick profile=ios seed 1: moves of the virtual IP: 1, got 0") ||
		!strings.Contains(table, "replay: "+replay) {
		t.Errorf("table: status %d, %s\n%s", status, stderr, table)
	}
	for file, want := range map[string]string{
		filepath.Join(out, "quick-profile=ios-seed-1", "run.json"):       `"variant": "profile=ios"`,
		filepath.Join(out, "quick-profile=datapower-seed-1", "run.json"): `"variant": "profile=datapower"`,
		junit: `name="quick profile=ios seed 1"`,
	} {
		if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: want %s, got %v\n%s", file, want, err, data)
		}
	}
	status, text, _ := invoke(t, "run", path, "--json")
	var runs struct {
		Runs []struct {
			Variant string
			Passed  bool
		}
	}
	if err := json.Unmarshal([]byte(text), &runs); err != nil || status != 1 || len(runs.Runs) != 2 || runs.Runs[0].Variant != "profile=datapower" || !runs.Runs[0].Passed || runs.Runs[1].Passed {
		t.Errorf("JSON: status %d, %v, %+v", status, err, runs)
	}
	status, page, _ := invoke(t, strings.Fields(replay)[1], path, "--variant", "profile=ios", "--seed", "1", "--plain")
	if status != 1 || !strings.HasPrefix(page, "quick  profile=ios  seed 1, virtual world") {
		t.Errorf("one variant: status %d\n%s", status, page)
	}
	for want, args := range map[string][]string{
		`run: --variant: scenario: quick has no variant "profile=iso", want profile=datapower or profile=ios (did you mean "profile=ios"?)`: {"run", path, "--variant", "profile=iso"},
		`run: --variant: scenario: cable-pull has no variants, got "profile=ios"`:                                                           {"run", "cable-pull", "--variant", "profile=ios"},
		`run: --variant needs one scenario; name it instead of --all`:                                                                       {"run", "--all", "--variant", "profile=ios"},
	} {
		if status, _, stderr := invoke(t, args...); status != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, got %s", args, status, stderr)
		}
	}
}

// TestSet: a run with settings and a phase has them in its names and in
// run.json, and its replay command plays the same again.
func TestSet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "quick.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(quick, "WHO", "b")+"timeline:\n  - 30s: pull a.lan\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	args := []string{"--set", "nodes.*.standby.lan.hold=12s", "--set", "nodes.a.standby.lan.priority=120", "--phase", "1.5s"}
	status, table, stderr := invoke(t, append([]string{"run", path, "--plain", "--seeds", "1,2", "--out", out}, args...)...)
	replay := "cablepull run " + path + " --set 'nodes.*.standby.lan.hold=12s' --set nodes.a.standby.lan.priority=120 --phase 1.5s --seed 2"
	if status != 1 || stderr != "" || !strings.Contains(table, "replay: "+replay) || !strings.Contains(table, "quick hold=12s,priority=120,phase=1.5s seed 2") {
		t.Errorf("status %d, %s\n%s", status, stderr, table)
	}
	type form struct {
		Variant, Phase, Digest string
		Set                    []string
	}
	data, err := os.ReadFile(filepath.Join(out, "quick-hold=12s,priority=120,phase=1.5s-seed-2", "run.json"))
	var written form
	if err := errors.Join(err, json.Unmarshal(data, &written)); err != nil || written.Phase != "1.5s" || len(written.Set) != 2 || written.Set[0] != args[1] {
		t.Errorf("run.json: got %+v, %v", written, err)
	}
	var again struct{ Runs []form }
	_, text, _ := invoke(t, append([]string{"run", path, "--json", "--seed", "2"}, args...)...)
	if err := json.Unmarshal([]byte(text), &again); err != nil || len(again.Runs) != 1 || again.Runs[0].Digest != written.Digest {
		t.Errorf("replay: got %+v, %v, want the digest %s", again, err, written.Digest)
	}
	for want, args := range map[string][]string{
		`run: --set: got "hold", want PATH=VALUE`:      {"run", path, "--set", "hold"},
		`unknown key "hlod"`:                           {"run", path, "--set", "nodes.*.standby.lan.hlod=1s"},
		`run: --phase: got -1s, want 0 or more`:        {"run", path, "--phase", "-1s"},
		`run: --set and --phase change a scenario;`:    {"run", "--all", "--phase", "1s"},
		`there is no fault that a phase could move`:    {"run", "group-collision-mac", "--phase", "1s"},
		`run: --set: got nothing, want a value, or no`: {"run", path, "--set", ""},
	} {
		if status, _, stderr := invoke(t, args...); status != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, got %s, want %s", args, status, stderr, want)
		}
	}
}
