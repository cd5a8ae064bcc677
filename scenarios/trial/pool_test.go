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
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/reports"
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
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		p := playerFunc(func(ctx context.Context, t Trial) Result {
			fmt.Fprintln(os.Stderr, "playing")
			<-ctx.Done()
			return t.without("", BlameSignal, ctx.Err())
		})
		exitIf(Serve(ctx, p, os.Stdin, os.Stdout))
	default:
		exitIf(Serve(context.Background(), InProcess{Version: "v1"}, os.Stdin, os.Stdout))
	}
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

// TestWorkerDies: the result of its trial says so, and how it died; a pool that
// has lost all workers says that too, and keeps nobody waiting.
func TestWorkerDies(t *testing.T) {
	var said bytes.Buffer
	pool := newPool(t, 2, "dies", &said)
	trial := Trial{Source: write(t, quick), Seed: 1, World: Virtual}
	for n := range 4 {
		r := pool.Play(t.Context(), trial)
		var worker *WorkerError
		if r.Blame != BlameBench || r.Status() != Defect || !r.Report.Defect || !errors.As(r.Err, &worker) {
			t.Errorf("play %d: got %q and %v, want that the bench lost a worker", n, r.Blame, r.Err)
			continue
		}
		if left := n < 2; errors.Is(r.Err, ErrNoWorker) == left || left && r.Err.Error() != "worker: EOF (it ended: exit status 7)" {
			t.Errorf("play %d: got %v, want how it ended of the first two, and that none is left of the others", n, r.Err)
		}
	}
	pool.Close()
	if said.String() != "ouch\nouch\n" {
		t.Errorf("standard error: got %q, want what the two said", &said)
	}

	missing := NewPool(1, "v1", []string{"/no/such/program"}, io.Discard)
	defer missing.Close()
	if r := missing.Play(t.Context(), trial); r.Blame != BlameBench || !errors.Is(r.Err, os.ErrNotExist) {
		t.Errorf("without a program: got %q and %v, want that it is not there", r.Blame, r.Err)
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

// TestServeEnds: a worker whose input ends interrupts what it is playing; one
// whose input is not of its kind says so.
func TestServeEnds(t *testing.T) {
	in, parent := io.Pipe()
	playing := make(chan struct{})
	p := playerFunc(func(ctx context.Context, tr Trial) Result {
		close(playing)
		<-ctx.Done()
		return tr.without("", BlameSignal, ctx.Err())
	})
	go func() {
		fmt.Fprintln(parent, `{"word":"a"}`)
		<-playing
		parent.Close()
	}()
	if err := Serve(t.Context(), p, in, io.Discard); err != nil {
		t.Errorf("got %v, want nothing", err)
	}
	err := Serve(t.Context(), p, strings.NewReader("what?\n"), io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "worker: trials: ") {
		t.Errorf("got %v, want that these are no trials", err)
	}
}
