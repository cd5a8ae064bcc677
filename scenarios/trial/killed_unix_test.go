//go:build unix

package trial

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cablepull/cablepull/reports"
)

// waiting is the player of a worker that a test kills or releases: it says who
// plays which seed, and waits for SIGUSR1.
func waiting(ctx context.Context, t Trial) Result {
	released := make(chan os.Signal, 1)
	signal.Notify(released, syscall.SIGUSR1)
	defer signal.Stop(released)
	fmt.Fprintf(os.Stderr, "PLAYING %d %d\n", os.Getpid(), t.Seed)
	select {
	case <-released:
		return Result{Report: reports.Result{Seed: t.Seed, Passed: true}}
	case <-ctx.Done():
		return t.without("", BlameSignal, ctx.Err())
	}
}

// killer reads the standard error of such workers, and does what act does to
// each that plays.
type killer struct {
	act func(pid int, seed uint64, attempt int)

	mu       sync.Mutex
	text     strings.Builder // what else they, and the pool, said
	attempts map[uint64]int
	pids     map[int]bool
}

// Write implements io.Writer.
func (k *killer) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for line := range strings.Lines(string(b)) { // a worker writes whole lines
		var pid int
		var seed uint64
		if n, _ := fmt.Sscanf(line, "PLAYING %d %d", &pid, &seed); n != 2 {
			k.text.WriteString(line)
			continue
		}
		k.attempts[seed]++
		k.pids[pid] = true
		k.act(pid, seed, k.attempts[seed])
	}
	return len(b), nil
}

// watching makes a pool of such workers.
func watching(t *testing.T, workers int, act func(pid int, seed uint64, attempt int)) (*Pool, *killer) {
	k := &killer{act: act, attempts: map[uint64]int{}, pids: map[int]bool{}}
	return newPool(t, workers, "waits", k), k
}

// trialsOf are trials for such workers.
func trialsOf(n int) []Trial {
	all := make([]Trial, n)
	for i := range all {
		all[i] = Trial{Source: Source{Word: "w"}, Seed: uint64(i), World: Virtual, Replay: "again"}
	}
	return all
}

// playAll plays trials, two at a time, and wants one result of each.
func playAll(t *testing.T, p Player, all []Trial) map[int]Result {
	t.Helper()
	results := map[int]Result{}
	if err := Each(t.Context(), p, all, 2, func(i int, r Result) {
		if _, twice := results[i]; twice || r.Report.Seed != all[i].Seed {
			t.Errorf("trial %d: got another result, %+v", i, r)
		}
		results[i] = r
	}); err != nil || len(results) != len(all) {
		t.Fatalf("got %d results (%v), want %d", len(results), err, len(all))
	}
	return results
}

// TestWorkersKilled: whichever workers are killed in the middle of a trial, by
// kill -9 or otherwise, each trial is played once more if necessary and has one
// result, by its own name. Only a trial that lost two workers has no verdict,
// and the pool stays as large as it was.
func TestWorkersKilled(t *testing.T) {
	const trials = 6
	const release = syscall.SIGUSR1
	once := func(s syscall.Signal, unlucky ...uint64) func(uint64, int) syscall.Signal {
		return func(seed uint64, attempt int) syscall.Signal {
			if attempt == 1 && slices.Contains(unlucky, seed) {
				return s
			}
			return release
		}
	}
	always := func(s syscall.Signal, unlucky ...uint64) func(uint64, int) syscall.Signal {
		return func(seed uint64, _ int) syscall.Signal { return once(s, unlucky...)(seed, 1) }
	}
	for _, c := range []struct {
		name   string
		next   func(seed uint64, attempt int) syscall.Signal
		broken []uint64 // seeds without a verdict
		blame  Blame
		plays  int // started, and how many workers it takes
		pids   int
	}{
		{"none", always(syscall.SIGKILL), nil, BlameNobody, 6, 2},
		{"one, once", once(syscall.SIGKILL, 3), nil, BlameNobody, 7, 3},
		{"the same trial twice", always(syscall.SIGKILL, 3), []uint64{3}, BlameMachine, 7, 4},
		{"all, once", once(syscall.SIGKILL, 0, 1, 2, 3, 4, 5), nil, BlameNobody, 12, 8},
		{"all, always", always(syscall.SIGKILL, 0, 1, 2, 3, 4, 5), []uint64{0, 1, 2, 3, 4, 5}, BlameMachine, 12, 12},
		{"asked to end", always(syscall.SIGTERM, 2), []uint64{2}, BlameMachine, 7, 4},
		{"a crash", always(syscall.SIGABRT, 2), []uint64{2}, BlameBench, 7, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			pool, k := watching(t, 2, func(pid int, seed uint64, attempt int) {
				if err := syscall.Kill(pid, c.next(seed, attempt)); err != nil {
					t.Error(err)
				}
			})
			all := trialsOf(trials)
			results := playAll(t, pool, all)
			pool.Close()
			var broken []uint64
			for i := range all {
				r := results[i]
				if r.Report.Passed {
					continue
				}
				broken = append(broken, r.Report.Seed)
				if r.Blame != c.blame || r.Report.Defect != (c.blame == BlameBench) || r.Report.Error == "" || r.Report.Scenario != "w" || r.Report.Replay != "again" {
					t.Errorf("trial %d: got %q and %+v, want %q and an error with its name", i, r.Blame, r.Report, c.blame)
				}
			}
			if fmt.Sprint(broken) != fmt.Sprint(c.broken) {
				t.Errorf("without a verdict: got seeds %v, want %v", broken, c.broken)
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			plays := 0
			for _, n := range k.attempts {
				plays += n
			}
			if plays != c.plays || len(k.pids) > c.pids {
				t.Errorf("got %d plays by %d workers, want %d by at most %d", plays, len(k.pids), c.plays, c.pids)
			}
			if again := strings.Count(k.text.String(), "; playing it once more\n"); again != c.plays-trials {
				t.Errorf("standard error: got %q, want %d lines about a second play", k.text.String(), c.plays-trials)
			}
		})
	}
}

// TestPoolKeepsItsSize: two workers that were killed have two successors, which
// play at the same time.
func TestPoolKeepsItsSize(t *testing.T) {
	var successors []int
	pool, _ := watching(t, 2, func(pid int, _ uint64, attempt int) {
		if attempt == 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return
		}
		if successors = append(successors, pid); len(successors) == 2 {
			for _, pid := range successors {
				_ = syscall.Kill(pid, syscall.SIGUSR1)
			}
		}
	})
	defer pool.Close()
	for i, r := range playAll(t, pool, trialsOf(2)) {
		if !r.Report.Passed {
			t.Errorf("trial %d: got %v, want that it passes", i, r.Err)
		}
	}
}

// TestIdleWorkerKilled: a worker that is killed between two trials costs no
// verdict.
func TestIdleWorkerKilled(t *testing.T) {
	release := func(pid int, _ uint64, _ int) { _ = syscall.Kill(pid, syscall.SIGUSR1) }
	pool, k := watching(t, 1, release)
	defer pool.Close()
	for _, tr := range trialsOf(3) {
		if r := pool.Play(t.Context(), tr); !r.Report.Passed {
			t.Errorf("seed %d: got %q and %v, want that it passes", tr.Seed, r.Blame, r.Err)
		}
		k.mu.Lock()
		for pid := range k.pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // those before are gone
		}
		k.mu.Unlock()
	}
}
