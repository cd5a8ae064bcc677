package main

import (
	"strings"
	"testing"
)

// TestView: the flags of the timeline narrow what a single run prints, and are
// refused where they would change nothing.
func TestView(t *testing.T) {
	path := writeScenario(t, "a")
	status, page, stderr := invoke(t, "run", path, "--from", "15s", "--to", "25s", "--node", "b")
	if status != exitPassed || stderr != "" || !strings.Contains(page, "\nTimeline: 15s to 25s, only node b. Measures") || strings.Contains(page, "\na    ") || !strings.Contains(page, "lines before 15.000s\n") {
		t.Errorf("status %d, %s\n%s", status, stderr, page)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--from", "40s"}, "run: --from: got 40s, want 0s or more, and less than 40s, when quick ends"},
		{[]string{"--from", "-1s"}, "run: --from: got -1s, want 0s or more"},
		{[]string{"--from", "9s", "--to", "9s"}, "run: --to: got 9s, want more than 9s, and at most 40s, when quick ends"},
		{[]string{"--to", "0s"}, "run: --to: got 0s, want more than 0s"},
		{[]string{"--to", "41s"}, "run: --to: got 41s, want more than 0s, and at most 40s"},
		{[]string{"--from", "soon"}, `run: --from: got "soon", want a duration such as 5s`},
		{[]string{"--node", "a,bb"}, `quick has no node "bb", want a or b (did you mean "b"?)`},
		{[]string{"--node", "a", "--json"}, "run: --node is of the timeline, and --json prints none"},
		{[]string{"--to", "9s", "--quiet"}, "run: --to is of the timeline, and --quiet prints none"},
		{[]string{"--from", "9s", "--world", "both"}, "run: --from is of the timeline, and --world both prints a comparison"},
		{[]string{"--from", "9s", "--seeds", "1..2"}, "run: --from is of the timeline, which only a single run prints"},
		{[]string{"--quiet", "--json"}, "run: got --quiet and --json, want one of them"},
	} {
		status, stdout, stderr := invoke(t, append([]string{"run", path}, c.args...)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: status %d, printed %q, want %q in\n%s", c.args, status, stdout, c.want, stderr)
		}
	}
}

// TestQuiet: one line for a run that passed, the failure of one that did not,
// failures and totals of several.
func TestQuiet(t *testing.T) {
	passes, fails := writeScenario(t, "a"), writeScenario(t, "b")
	status, stdout, stderr := invoke(t, "run", passes, "--quiet")
	if status != exitPassed || stderr != "" || stdout != "PASS  quick seed 1: 1 expectation met, no invariant violated\n" {
		t.Errorf("one: status %d, %q, %q", status, stdout, stderr)
	}
	status, stdout, stderr = invoke(t, "run", fails, "--quiet")
	if status != exitFailed || stderr != "" || strings.Count(stdout, "\n") != 3 || !strings.HasPrefix(stdout, "FAIL  quick seed 1: 1 of 1 expectation not met\n  FAIL b is ") {
		t.Errorf("a failure: status %d, %q, %q", status, stdout, stderr)
	}
	status, stdout, stderr = invoke(t, "run", passes, fails, "--quiet")
	if lines := strings.Split(stdout, "\n"); status != exitFailed || stderr != "" || len(lines) != 3 || !strings.HasPrefix(lines[0], "FAIL quick seed 1: ") || !strings.HasPrefix(lines[1], "2 runs: 1 passed, 1 failed") {
		t.Errorf("two: status %d, %q, %q", status, stdout, stderr)
	}
}
