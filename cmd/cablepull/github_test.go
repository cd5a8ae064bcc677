package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnnotate: failures are workflow commands on standard error, so that
// standard output stays what it is, JSON too; the table goes to the file that
// the runner names, or to another one, after what is in it.
func TestAnnotate(t *testing.T) {
	fails, dir := writeScenario(t, "b"), t.TempDir()
	step, other := filepath.Join(dir, "step.md"), filepath.Join(dir, "new", "other.md")
	t.Setenv(summaryVariable, step)
	if err := os.WriteFile(step, []byte("before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := "::error file=" + fails + ",line=9,col=5,title=quick%3A expected b is Active from 21s::" +
		"expected b is Active from 21s; got never Active%0Areplay: cablepull run " + fails + " --seed 1\n"
	for _, args := range [][]string{{"--annotate", "github"}, {"--annotate", "github", "--json"}, {"--annotate", "github", "--summary", other}, {"--summary", other}} {
		status, stdout, stderr := invoke(t, append([]string{"run", fails}, args...)...)
		if annotated := args[0] == "--annotate"; status != exitFailed || strings.Contains(stdout, "::error") || annotated && stderr != want || !annotated && stderr != "" {
			t.Errorf("%v: status %d, %q, got %q, want %q", args, status, stdout, stderr, want)
		}
		if args[len(args)-1] == "--json" && !json.Valid([]byte(stdout)) {
			t.Errorf("%v: standard output is not JSON: %s", args, stdout)
		}
	}
	for path, begins := range map[string]string{step: "before\n### cablepull: 0 passed, 1 failed\n", other: "### cablepull: 0 passed, 1 failed\n"} {
		text, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(text), begins) || strings.Count(string(text), "| failed | quick seed 1 |") != 2 {
			t.Errorf("%s: %v, want %q first and two tables in\n%s", path, err, begins, text)
		}
	}
	if status, _, stderr := invoke(t, "run", "--all", "--tag", "drift", "--annotate", "github", "--summary", other); status != exitPassed || strings.Contains(stderr, "::warning") {
		t.Errorf("the library warns on purpose: status %d, %q", status, stderr)
	}
	t.Setenv(summaryVariable, "")
	if status, _, stderr := invoke(t, "run", writeScenario(t, "a"), "--annotate", "github"); status != exitPassed || stderr != "" {
		t.Errorf("one that passes, without a file for a summary: status %d, %q", status, stderr)
	}
}

// TestAnnotateMistakes: a file that cannot be run has an annotation for each of
// its problems, at its line; another error has one without a place.
func TestAnnotateMistakes(t *testing.T) {
	t.Setenv(summaryVariable, "")
	path := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(path, []byte("name: broken\nduratoin: 40s\nsedments: {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := invoke(t, "run", path, "--annotate", "github")
	for _, want := range []string{
		"::error file=" + path + ",line=2,col=1,title=invalid scenario::duratoin: unknown key",
		"::error file=" + path + ",line=3,col=1,title=invalid scenario::sedments: unknown key",
		"\n" + path + ":2:1: duratoin: unknown key",
	} {
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("status %d, %q, want %s in\n%s", status, stdout, want, stderr)
		}
	}
	status, _, stderr = invoke(t, "run", "cable-pul", "--annotate", "github")
	if status != exitUsage || !strings.HasPrefix(stderr, "::error title=cablepull::") || strings.Count(stderr, "::error") != 1 {
		t.Errorf("status %d, got %q", status, stderr)
	}
}
