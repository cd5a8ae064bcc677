package main

import (
	"encoding/json"
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
