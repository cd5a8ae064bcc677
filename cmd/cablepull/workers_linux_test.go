package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
)

// writeEndless returns the path of a scenario whose trials take many minutes.
func writeEndless(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "endless.yaml")
	text := strings.NewReplacer("WHO", "a", "name: quick", "name: endless", "duration: 40s", "duration: 100000h").Replace(quick)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWorkersKilled: runs whose workers are killed, again and again, are in the
// table, in the JSON and in the JUnit file, as errors with their own names, and
// the totals add up. Method: once all short runs have left their reports, every
// worker that appears is killed.
func TestWorkersKilled(t *testing.T) {
	t.Parallel()
	short, endless := writeScenario(t, "a"), writeEndless(t)
	for _, format := range []string{"--json", "--plain"} {
		out := filepath.Join(t.TempDir(), "out")
		junit := filepath.Join(t.TempDir(), "junit.xml")
		cmd := command("run", short, endless, "--yes", "--seeds", "1..3", "--jobs", "2", "--out", out, "--junit", junit, format)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for running := true; running; {
			select {
			case <-ended:
				running = false
			case <-time.After(5 * time.Millisecond):
				if whole, _ := filepath.Glob(filepath.Join(out, "quick-*", reports.RunFile)); len(whole) < 3 {
					continue
				}
				for _, pid := range below(cmd.Process.Pid) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		}
		if status := cmd.ProcessState.ExitCode(); status != exitUsage {
			t.Errorf("%s: got status %d, want %d: whoever kills workers is not the bench\n%s", format, status, exitUsage, &stderr)
		}
		if format == "--json" {
			checkKilledJSON(t, stdout.Bytes())
		} else if got := stdout.String(); !strings.Contains(got, "6 runs: 3 passed, 3 without a verdict") || strings.Count(got, "signal: killed") < 3 {
			t.Errorf("got %s, want all six runs, and how the workers of three ended", got)
		}
		checkKilledJUnit(t, junit)
	}
}

// checkKilledJSON wants three runs that passed, and then three with an error.
func checkKilledJSON(t *testing.T, text []byte) {
	t.Helper()
	var all struct {
		Runs []struct {
			Scenario, Error string
			Seed            uint64
			Passed, Defect  bool
		}
	}
	if err := json.Unmarshal(text, &all); err != nil || len(all.Runs) != 6 {
		t.Fatalf("got %d runs (%v), want 6", len(all.Runs), err)
	}
	for i, r := range all.Runs {
		killed := i >= 3
		if r.Seed != uint64(i%3+1) || (r.Scenario == "endless") != killed || r.Passed == killed || r.Defect {
			t.Errorf("run %d: got %s seed %d, passed %t, defect %t", i, r.Scenario, r.Seed, r.Passed, r.Defect)
		}
		if strings.Count(r.Error, "signal: killed") != map[bool]int{true: 2}[killed] {
			t.Errorf("run %d: got the error %q, want how both of its workers ended, if they were killed", i, r.Error)
		}
	}
}

// checkKilledJUnit wants the same of a JUnit file.
func checkKilledJUnit(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name  string    `xml:"name,attr"`
			Error *struct{} `xml:"error"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if all.Tests != 6 || all.Errors != 3 || all.Failures != 0 || all.Skipped != 0 || len(all.Cases) != 6 {
		t.Errorf("JUnit: got %+v, want 6 tests of which 3 are errors", all)
	}
	for _, c := range all.Cases {
		if (c.Error != nil) != strings.HasPrefix(c.Name, "endless seed ") {
			t.Errorf("JUnit: %s: an error %t", c.Name, c.Error != nil)
		}
	}
}

// TestParentKilled: the workers of a command that is killed do not play their
// trials to the end, which would take them many minutes. Method: workers have
// the standard error of the command, so the end of that is the end of the last.
func TestParentKilled(t *testing.T) {
	t.Parallel()
	cmd := command("run", writeEndless(t), "--yes", "--seeds", "1..4", "--jobs", "2")
	var stderr bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &stderr, 20*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(slowdown * 10 * time.Second); len(below(cmd.Process.Pid)) < 2; {
		if time.Now().After(deadline) {
			t.Fatalf("it has no workers: %s", &stderr)
		}
		time.Sleep(5 * time.Millisecond)
	}
	workers := below(cmd.Process.Pid)
	for _, pid := range workers { // they play as soon as they have taken some time
		for used := ""; used == "" || used == "0"; time.Sleep(5 * time.Millisecond) {
			stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
			if err != nil {
				t.Fatal(err)
			}
			used = strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[11] // utime, in 10 ms
		}
	}
	_ = cmd.Process.Kill()
	if err := cmd.Wait(); errors.Is(err, exec.ErrWaitDelay) {
		for _, pid := range workers {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		t.Error("its workers go on")
	}
}
