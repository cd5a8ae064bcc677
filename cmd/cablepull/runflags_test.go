package main

import (
	"strings"
	"testing"
)

// TestFlagsWithoutEffect: what can only be a mistake is refused, with the
// reason, before anything runs; what a script may do is not.
func TestFlagsWithoutEffect(t *testing.T) {
	passes := writeScenario(t, "a")
	for _, c := range []struct {
		args string
		want string // in the error; empty: it runs
	}{
		{"--slow", "--slow chooses from the library: add --all"},
		{"--tag F1", "--tag chooses from the library: add --all"},
		{"--in standby", "--in chooses from the library: add --all"},
		{"--force", "--force is about the artefacts: add --out DIR"},
		{"--keep all", "--keep is about the artefacts: add --out DIR"},
		{"--out x --keep some", `--keep: got "some", want all or failures`},
		{"--annotate gitlab", `--annotate: got "gitlab", want github`},
		{"--out=", "--out: got nothing"},
		{"--junit=", "--junit: got nothing"},
		{"--summary=", "--summary: got nothing"},
		{"--variant=", "--variant: got nothing"},
		{"--jobs 2", ""},
		{"--allow-exec", ""},
		{"--strict --yes", ""},
	} {
		status, stdout, stderr := invoke(t, append([]string{"run", passes}, strings.Fields(c.args)...)...)
		if c.want == "" && (status != exitPassed || stderr != "") {
			t.Errorf("%s: got status %d, %q, want that it runs", c.args, status, stderr)
		}
		if c.want != "" && (status != exitUsage || stdout != "" || !strings.Contains(stderr, "run: "+c.want)) {
			t.Errorf("%s: got status %d, %q, %q, want %q", c.args, status, stdout, stderr, c.want)
		}
	}
	for args, want := range map[string]string{
		"--all --strict":           "--strict is for your own files",
		"--all --allow-exec":       "--allow-exec is for files",
		"--all --tag=":             "--tag: got nothing",
		"--all --in=":              "--in: got nothing",
		"cable-pull --allow-exec":  "--allow-exec is for files",
		"cable-pull --seeds 5,5..": "--seeds: got",
	} {
		if status, stdout, stderr := invoke(t, append([]string{"run"}, strings.Fields(args)...)...); status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: got status %d, %q, %q, want %q", args, status, stdout, stderr, want)
		}
	}
}

// TestSeedsHint: only one number that looks like a count is worth a word.
func TestSeedsHint(t *testing.T) {
	for text, want := range map[string]bool{"20": true, "0x14": true, "1": false, "0": false, "20..20": false, "1..20": false, "3,7": false, "": false} {
		f := runFlags{seeds: text, given: func(string) bool { return false }}
		seeds, err := f.seedList()
		if err != nil {
			t.Fatal(err)
		}
		if got := f.hint(seeds); (got != "") != want {
			t.Errorf("--seeds %q: got the hint %q, want one: %t", text, got, want)
		}
	}
}
