package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
)

// asWorker is in the environment of a test binary that is a worker: it says how
// that one behaves.
const asWorker = "CABLEPULL_TEST_WORKER"

func TestMain(m *testing.M) {
	switch os.Getenv(asWorker) {
	case "":
		os.Exit(m.Run())
	case "dies":
		var line [1]byte
		_, _ = os.Stdin.Read(line[:]) // it has begun
		fmt.Fprintln(os.Stderr, "ouch")
		os.Exit(7)
	case "never ends":
		p := playerFunc(func(ctx context.Context, t Trial) Result {
			fmt.Fprintln(os.Stderr, "playing")
			<-ctx.Done()
			return t.without("", BlameSignal, ctx.Err())
		})
		exitIf(Serve(signalled(), p, os.Stdin, os.Stdout))
	case "waits":
		exitIf(Serve(signalled(), playerFunc(waiting), os.Stdin, os.Stdout))
	default:
		exitIf(Serve(context.Background(), InProcess{Version: "v1"}, os.Stdin, os.Stdout))
	}
}

// signalled is a context that ends when this process is asked to end.
func signalled() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	return ctx
}

func exitIf(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// newPool makes a pool of test binaries that behave in some way.
func newPool(t *testing.T, workers int, how string, stderr io.Writer) *Pool {
	t.Helper()
	t.Setenv(asWorker, how)
	program, err := ThisProgram()
	if err != nil {
		t.Fatal(err)
	}
	return NewPool(workers, "v1", []string{program}, stderr)
}

// TestPoolAgrees: worker processes give the same results as this process: of
// trials that pass, that fail, and that nobody can play.
func TestPoolAgrees(t *testing.T) {
	passes, fails := write(t, quick), write(t, strings.Replace(quick, "node: a", "node: b", 1))
	trials := []Trial{
		{Source: passes, Seed: 1}, {Source: passes, Seed: 2, Verify: true}, {Source: fails, Seed: 1},
		{Source: write(t, "duratoin: 1s\n")}, {Source: write(t, real)}, {Source: passes, Dir: "/proc/nowhere"}, {Source: passes, Skip: "no room"},
	}
	for i := range trials {
		trials[i].World = Virtual
	}
	play := func(p Player, jobs int) []Result {
		results := make([]Result, len(trials))
		if err := Each(t.Context(), p, trials, jobs, func(i int, r Result) { results[i] = r }); err != nil {
			t.Fatal(err)
		}
		return results
	}
	pool := newPool(t, 2, "works", t.Output())
	got, want := play(pool, 2), play(InProcess{Version: "v1"}, 1)
	pool.Close()
	ignored := cmpopts.IgnoreFields(reports.Result{}, "Wall", "Events") // events stay in the worker, and in its files
	text := cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
	if diff := cmp.Diff(want, got, ignored, text, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-this process +workers):\n%s", diff)
	}
}

// TestWorkerDies: a trial that ends two workers has a result that says so, and
// the next trial gets a new worker.
func TestWorkerDies(t *testing.T) {
	var said bytes.Buffer
	pool := newPool(t, 1, "dies", &said)
	trial := Trial{Source: write(t, quick), Seed: 1, World: Virtual}
	for n := range 2 {
		r := pool.Play(t.Context(), trial)
		var worker *WorkerError
		if r.Blame != BlameBench || r.Status() != Defect || !r.Report.Defect || !errors.As(r.Err, &worker) {
			t.Errorf("play %d: got %q and %v, want that the bench lost a worker", n, r.Blame, r.Err)
		}
		const once = "worker: ended during the trial: exit status 7"
		if r.Report.Error != once+"; and once more: "+once || r.Report.Seed != 1 {
			t.Errorf("play %d: got seed %d and %q, want how both ended", n, r.Report.Seed, r.Report.Error)
		}
	}
	pool.Close()
	if got := strings.Count(said.String(), "ouch\n"); got != 4 {
		t.Errorf("standard error: got %q, want what the four said", &said)
	}

	missing := NewPool(1, "v1", []string{"/no/such/program"}, io.Discard)
	defer missing.Close()
	if r := missing.Play(t.Context(), trial); r.Blame != BlameBench || !errors.Is(r.Err, os.ErrNotExist) {
		t.Errorf("without a program: got %q and %v, want that it is not there", r.Blame, r.Err)
	}
}

// TestPoolNeedsWord: a worker cannot open a scenario that exists only in this
// process; one that has been opened by its path goes to a worker as ever.
func TestPoolNeedsWord(t *testing.T) {
	pool := newPool(t, 1, "works", t.Output())
	defer pool.Close()
	made := Trial{Source: Source{Word: "cable-pull", Scenario: parse(t, "quick", quick)}, World: Virtual}
	if r := pool.Play(t.Context(), made); !errors.Is(r.Err, ErrUnknown) || r.Blame != BlameScenario || !strings.HasPrefix(r.Report.Error, "quick seed 0: ") {
		t.Errorf("made by a program: got %q and %v, want that no worker can open it", r.Blame, r.Err)
	}
	opened, err := Open(write(t, quick).Word)
	if err != nil {
		t.Fatal(err)
	}
	if r := pool.Play(t.Context(), Trial{Source: opened, Seed: 1, World: Virtual}); r.Status() != Passed {
		t.Errorf("opened: got status %d (%v), want %d", r.Status(), r.Err, Passed)
	}
}

// TestPoolInterrupted: the end of a play's context ends its worker and no
// other; the pool starts another in its place.
func TestPoolInterrupted(t *testing.T) {
	begun := make(chan struct{}, 1)
	pool := newPool(t, 1, "never ends", writerFunc(func(b []byte) { begun <- struct{}{} }))
	defer pool.Close()
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-begun
			cancel()
		}()
		r := pool.Play(ctx, Trial{Source: write(t, quick), World: Virtual})
		if r.Blame != BlameSignal || r.Err.Error() != context.Canceled.Error() || r.Report.Defect {
			t.Errorf("got %q and %v, want %q", r.Blame, r.Err, BlameSignal)
		}
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

// TestServeEnds: a worker whose input ends interrupts what it is playing, and
// plays nothing that it has not read yet; one whose input is not of its kind
// says so.
func TestServeEnds(t *testing.T) {
	in, parent, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	plays := 0
	p := playerFunc(func(ctx context.Context, tr Trial) Result {
		plays++
		fmt.Fprintln(parent, `{"word":"b"}`)
		parent.Close()
		<-ctx.Done()
		return tr.without("", BlameSignal, ctx.Err())
	})
	fmt.Fprintln(parent, `{"word":"a"}`)
	if err := Serve(t.Context(), p, in, io.Discard); err != nil || plays != 1 {
		t.Errorf("got %v and %d plays, want no error and one", err, plays)
	}
	err = Serve(t.Context(), p, strings.NewReader("what?\n"), io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "worker: trials: ") {
		t.Errorf("got %v, want that these are no trials", err)
	}
}

// TestServeOpensOnce: trials of one scenario, and its variants, get one copy of
// it, even if the file has changed; another scenario gets its own.
func TestServeOpensOnce(t *testing.T) {
	a, b := write(t, quick), write(t, strings.Replace(quick, "name: quick", "name: other", 1))
	var seen []*scenarios.Scenario
	p := playerFunc(func(_ context.Context, tr Trial) Result {
		if err := os.Remove(tr.Word); err != nil && len(seen) == 0 {
			t.Error(err)
		}
		seen = append(seen, tr.Scenario)
		return Result{}
	})
	var in strings.Builder
	for _, word := range []string{a.Word, a.Word, b.Word, a.Word} {
		fmt.Fprintf(&in, "{\"word\":%q,\"seed\":1}\n", word)
	}
	if err := Serve(t.Context(), p, strings.NewReader(in.String()), io.Discard); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 4 || seen[0] == nil || seen[0] != seen[1] || seen[2] == nil || seen[2].Name != "other" || seen[3] != nil {
		t.Errorf("got %v, want one scenario twice, another, and none of a file that is gone", seen)
	}
}
