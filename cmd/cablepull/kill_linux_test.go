package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/sim"
)

// killsVariable says how often the tests kill a command and its workers, if
// five times are not enough.
const killsVariable = "CABLEPULL_KILLS"

// kills is how often a test kills.
func kills(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(killsVariable), "5"))
	if err != nil || n < 1 {
		t.Fatalf("%s: got %q, want a number", killsVariable, os.Getenv(killsVariable))
	}
	return n
}

// killing starts a command again and again until it ends by itself. Until it
// has killed as often as it should, it kills either the command or one of its
// workers, after a random time that is below longest. It returns what the last
// one printed, its exit status, and how often the command and workers died.
func killing(t *testing.T, seed uint64, kills int, longest time.Duration, args ...string) (stdout string, status, commands, workers int) {
	t.Helper()
	random := sim.Stream(seed, "kills")
	for {
		cmd := command(args...)
		var out, problems bytes.Buffer
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &problems, slowdown*20*time.Second
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		gone := false
		for commands+workers < kills && !gone {
			select {
			case err := <-ended:
				ended <- err
				gone = true
				continue
			case <-time.After(time.Duration(random.Int64N(int64(longest)))):
			}
			switch died := kill(random, cmd.Process.Pid, commands <= workers); died {
			case "command":
				commands++
				gone = true
			case "worker":
				workers++
			}
		}
		err := <-ended
		state, is := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if is && state.Signaled() {
			continue // and start it again
		}
		if status = cmd.ProcessState.ExitCode(); status > exitFailed {
			t.Fatalf("%v: status %d after %d and %d kills: %v\n%s", args, status, commands, workers, err, &problems)
		}
		return out.String(), status, commands, workers
	}
}

// kill kills a command, or one of its workers, and says which; it says nothing
// if there is no worker to kill.
func kill(random *rand.Rand, pid int, command bool) string {
	if command {
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			return "command"
		}
		return ""
	}
	children := below(pid)
	if len(children) == 0 || syscall.Kill(children[random.IntN(len(children))], syscall.SIGKILL) != nil {
		return ""
	}
	return "worker"
}

// TestKilledAtRandom: runs have the same results on one worker and on sixteen,
// in shards and whole, and however often the command and its workers are
// killed and started again: nothing is lost, and nothing is there twice.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	path, kills := writeScenario(t, "a"), kills(t)
	// A run takes a few milliseconds; so each kill finds many runs left.
	seeds := fmt.Sprintf("1..%d", 60+40*kills)
	part := func(jobs int, shard string) (folder string, args []string) {
		folder = filepath.Join(t.TempDir(), "out")
		return folder, []string{"run", path, "--seeds", seeds, "--jobs", strconv.Itoa(jobs), "--shard", shard, "--out", folder, "--keep", "failures", "--plain"}
	}
	whole, args := part(1, "1/1")
	began := time.Now()
	if out, err := command(args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	longest := time.Since(began) / time.Duration(4*(kills+1)) // two workers take half of the time
	want := resultsOf(t, whole)

	killed, args := part(2, "1/1")
	_, status, commands, workers := killing(t, 7, kills, longest, args...)
	t.Logf("killed the command %d times and workers %d times", commands, workers)
	if status != exitPassed || commands+workers < kills {
		t.Errorf("status %d after %d and %d kills", status, commands, workers)
	}
	if got := resultsOf(t, killed); got != want {
		t.Errorf("killed: got\n%s\nwant\n%s", got, want)
	}
	var shards []string
	for number := 3; number >= 1; number-- {
		shard, args := part(16, fmt.Sprintf("%d/3", number))
		if out, err := command(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		shards = append(shards, shard)
	}
	if got := resultsOf(t, shards...); got != want {
		t.Errorf("in shards, on sixteen workers: got\n%s\nwant\n%s", got, want)
	}
}

// resultsOf lists the results of journals in the order of their plan. Each must
// be there, and on one line.
func resultsOf(t *testing.T, folders ...string) string {
	t.Helper()
	m, err := job.Merge(folders)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := m.Plan.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, folder := range folders {
		text, err := os.ReadFile(filepath.Join(folder, job.ResultsFile))
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	if lines != len(jobs) {
		t.Errorf("%v: got %d lines, want %d", folders, lines, len(jobs))
	}
	var all strings.Builder
	for _, j := range jobs {
		r, known := m.Result(j.Digest())
		if !known {
			t.Errorf("%v: no result of %s", folders, j.Title())
		}
		fmt.Fprintf(&all, "%s %s %s\n", j.Title(), r.Verdict, r.Digest())
	}
	return all.String()
}
