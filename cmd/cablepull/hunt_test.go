package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// huntable is a pair that is well.
const huntable = `about: A pair that is well.
duration: 30s
segments:
  lan: {}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}}
`

// deaf is a scenario with a client that nobody can answer, which is a finding
// without any fault.
const deaf = `about: A client whose requests nobody answers.
duration: 20s
segments:
  lan: {}
nodes:
  # the server
  web:
    nics: {lan: 192.0.2.50/24}
    backend: {}
  c1:
    nics: {lan: 192.0.2.201/24}
    client: {target: "http://192.0.2.51/", rate: 1/s}
`

func huntedFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestHuntFindsNothing: the status is 0, and a corpus is there to go on with.
func TestHuntFindsNothing(t *testing.T) {
	path := huntedFile(t, huntable)
	corpus, out := filepath.Join(t.TempDir(), "corpus"), filepath.Join(t.TempDir(), "found")
	hunt := func() string {
		status, stdout, stderr := invoke(t, "hunt", path, "--schedules", "40", "--jobs", "2", "--corpus", corpus, "--out", out)
		if status != exitPassed || stderr != "" {
			t.Fatalf("got status %d, %s%s", status, stdout, stderr)
		}
		return stdout
	}
	stdout := hunt()
	want := "Hunting in mine with seed 1; after the last fault it must recover within 26s (two hello times 6s + two hold times 20s).\n\n40 schedules, "
	if !strings.HasPrefix(stdout, want) || !strings.HasSuffix(stdout, " of them led to new ones; 0 found, 0 allowed\n") {
		t.Errorf("got\n%s\nwant\n%s", stdout, want)
	}
	kept, err := os.ReadDir(corpus)
	if err != nil || len(kept) < 10 || !strings.HasSuffix(kept[0].Name(), ".schedule") {
		t.Errorf("got a corpus of %d, %v", len(kept), err)
	}
	if again := hunt(); !strings.Contains(again, fmt.Sprintf("\nIt begins with %d schedules of %s.\n", len(kept), corpus)) {
		t.Errorf("with a corpus of %d: got\n%s", len(kept), again)
	}
	if more, err := os.ReadDir(corpus); err != nil || len(more) < len(kept) {
		t.Errorf("got a corpus of %d after %d, %v", len(more), len(kept), err)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("the folder for findings exists: %v", err)
	}
}

// TestHuntFinds: what is found is said, written as a scenario that fails, and
// not reported again if it is allowed.
func TestHuntFinds(t *testing.T) {
	path, out := huntedFile(t, deaf), t.TempDir()
	status, stdout, _ := invoke(t, "hunt", path, "--schedules", "3", "--recover", "10s", "--out", out)
	for _, part := range []string{`role "client is not answered`, "Without any fault, recovers does not hold at ", "cablepull run ", "1 found, 0 allowed"} {
		if status != exitFailed || !strings.Contains(stdout, part) {
			t.Fatalf("got status %d, want %q in\n%s", status, part, stdout)
		}
	}
	files, _ := filepath.Glob(filepath.Join(out, "found-recovers-*.yaml"))
	if len(files) != 1 {
		t.Fatalf("got %v", files)
	}
	if status, stdout, _ := invoke(t, "run", files[0]); status != exitFailed || !strings.Contains(stdout, "c1 is not answered") {
		t.Errorf("the finding: got status %d\n%s", status, stdout)
	}
	if text, err := os.ReadFile(strings.TrimSuffix(files[0], ".yaml") + ".txt"); err != nil || !strings.Contains(string(text), "the cluster recovers within 10s") {
		t.Errorf("its timeline: got %s, %v", text, err)
	}
	allow := filepath.Join(t.TempDir(), "allow.yaml")
	if err := os.WriteFile(allow, []byte("allow:\n- {invariant: recovers, role: 'client is not *', reason: there is no server}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, _ = invoke(t, "hunt", path, "--schedules", "3", "--recover", "10s", "--allow", allow, "--json")
	var report huntReport
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || status != exitPassed {
		t.Fatalf("got status %d, %v\n%s", status, err, stdout)
	}
	if len(report.Findings) != 1 || report.Findings[0].Allowed != "there is no server" || report.Findings[0].Times != 3 || report.Schedules != 3 {
		t.Errorf("got %+v", report)
	}
}

// TestHuntVariant: a hunt in one variant writes findings with its values.
func TestHuntVariant(t *testing.T) {
	path, out := huntedFile(t, deaf+"variants:\n  nodes.c1.client.rate: [1/s, 2/s]\n"), t.TempDir()
	status, stdout, stderr := invoke(t, "hunt", path, "--variant", "rate=2/s", "--schedules", "1", "--recover", "10s", "--out", out)
	files, _ := filepath.Glob(filepath.Join(out, "found-recovers-*.yaml"))
	if status != exitFailed || len(files) != 1 {
		t.Fatalf("got status %d, %v\n%s%s", status, files, stdout, stderr)
	}
	if text, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(text), "\nvariants:\n  nodes.c1.client.rate: [2/s]\n") {
		t.Errorf("got %v\n%s", err, text)
	}
	if status, stdout, _ := invoke(t, "run", files[0]); status != exitFailed || !strings.Contains(stdout, "c1 is not answered") {
		t.Errorf("the finding: got status %d\n%s", status, stdout)
	}
}

// TestHuntUsage: what cannot be hunted in, and why.
func TestHuntUsage(t *testing.T) {
	path := huntedFile(t, huntable)
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "hunt: name an incident"},
		{[]string{path, "--schedules", "0"}, "hunt: --schedules: got 0, want at least 1"},
		{[]string{path, "--schedules", "5", "--for", "1s"}, "hunt: got --for and --schedules, want one of them"},
		{[]string{path, "--for", "-1s"}, "hunt: --for: got -1s"},
		{[]string{path, "--jobs", "0"}, "hunt: --jobs: got 0"},
		{[]string{path, "--recover", "0s"}, "hunt: --recover: got 0s"},
		{[]string{path, "--window", "-1s"}, "hunt: --window: got -1s"},
		{[]string{path, "--allow", "nowhere.yaml"}, "hunt: --allow: open nowhere.yaml"},
		{[]string{path, "--corpus", path}, "hunt: --corpus: got " + path + ", where " + path + " is a file, want a folder"},
		{[]string{path, "--out", filepath.Join(path, "sub")}, "hunt: --out: got " + path + "/sub, where " + path + " is a file"},
		{[]string{"lb-damp"}, "hunt: lb-damp has variants, name one: --variant "},
		{[]string{"lb-damp", "--variant", "damp=1"}, "hunt: --variant: scenario: lb-damp has no variant \"damp=1\""},
		{[]string{path, "--variant", "x=1"}, "has no variants"},
		{[]string{"real-curl"}, "and a hunt is in virtual time"},
		{[]string{"cable-pul"}, `did you mean "cable-pull"`},
		{[]string{path, "--scedules", "5"}, "did you mean --schedules?"},
	} {
		status, stdout, stderr := invoke(t, append([]string{"hunt"}, test.args...)...)
		if status != exitUsage || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: got status %d, %s%s, want %s", test.args, status, stdout, stderr, test.want)
		}
	}
	if status, stdout, _ := invoke(t, "hunt", "--print-allow"); status != exitPassed || !strings.Contains(stdout, "\nallow:\n") {
		t.Errorf("got status %d\n%s", status, stdout)
	}
}
