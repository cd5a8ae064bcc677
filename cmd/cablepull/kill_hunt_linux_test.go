package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/hunt"
	"github.com/cablepull/cablepull/sim"
)

// TestKilledHunt: a hunt that is killed leaves files that are whole, and what
// it kept and found stays as it was when it is started again.
func TestKilledHunt(t *testing.T) {
	t.Parallel()
	path, corpus, out := huntedFile(t, deaf), filepath.Join(t.TempDir(), "corpus"), filepath.Join(t.TempDir(), "found")
	random, kept := sim.Stream(11, "kills"), map[string]string{}
	for killed := 0; killed < kills(t); killed++ {
		cmd := command("hunt", path, "--for", "2m", "--jobs", "2", "--recover", "10s", "--corpus", corpus, "--out", out)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }() // killed, or the test says so
		for more := 1 + random.IntN(4); len(wholeFiles(t, corpus, out)) < len(kept)+more; {
			select {
			case <-ended:
				t.Fatalf("after %d kills the hunt ended by itself, with %d files", killed, len(wholeFiles(t, corpus, out)))
			default:
			}
			time.Sleep(time.Duration(random.Int64N(int64(5 * time.Millisecond)))) // until it has written some
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-ended
		now := wholeFiles(t, corpus, out)
		for name, text := range kept {
			if now[name] != text {
				t.Errorf("after %d kills %s: got %q, was %q", killed+1, name, now[name], text)
			}
		}
		kept = now
	}
	status, stdout, stderr := invoke(t, "hunt", path, "--schedules", "64", "--recover", "10s", "--corpus", corpus, "--out", out)
	if status != exitFailed || !strings.Contains(stdout, "1 found, 0 allowed") {
		t.Errorf("to its end: status %d, %s%s", status, stdout, stderr)
	}
}

// wholeFiles returns the schedules and findings of a hunt by path. Each must be
// whole.
func wholeFiles(t *testing.T, corpus, out string) map[string]string {
	t.Helper()
	if _, err := (hunt.Corpus{Dir: corpus}).Load(); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, pattern := range []string{filepath.Join(corpus, "*.schedule"), filepath.Join(out, "*.yaml")} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if all[name] = string(text); !strings.HasSuffix(all[name], "\n") {
				t.Fatalf("%s: got %q, want it to end with a line", name, text)
			}
			if strings.HasSuffix(name, ".yaml") {
				if _, err := scenarios.Parse(name, text); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return all
}
