package sim

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// journal records what ran and when, as noted by a test's events.
type journal struct {
	loop  *Loop
	lines []string
}

func (j *journal) task(name string) Func { return func() { j.note(name) } }

func (j *journal) note(name string) {
	j.lines = append(j.lines, j.loop.Now().String()+" "+name)
}

// want fails unless exactly these lines were noted since the last call.
func (j *journal) want(t *testing.T, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, j.lines); diff != "" {
		t.Errorf("what ran (-want +got):\n%s", diff)
	}
	j.lines = nil
}

func newJournal() (*Loop, *journal) {
	loop := New(1)
	return loop, &journal{loop: loop}
}

// run advances the loop and fails the test on any error.
func run(t *testing.T, loop *Loop, until time.Duration) {
	t.Helper()
	if err := loop.Run(until); err != nil {
		t.Fatalf("Run(%v): %v", until, err)
	}
}

// TestOrderWithinOneInstant: events posted in advance for an instant run before
// those posted in that instant, each in the order of posting.
func TestOrderWithinOneInstant(t *testing.T) {
	loop, j := newJournal()
	loop.After(time.Second, Func(func() {
		j.note("first ahead")
		loop.Post(j.task("first now"))
		loop.After(0, j.task("second now"))
		loop.After(-time.Hour, j.task("third now"))
		loop.At(0, j.task("fourth now"))
		loop.At(time.Second, j.task("fifth now"))
	}))
	loop.At(time.Second, j.task("second ahead"))
	loop.At(time.Second, j.task("third ahead"))
	loop.Post(j.task("start"))
	run(t, loop, time.Second)
	j.want(t, "0s start", "1s first ahead", "1s second ahead", "1s third ahead",
		"1s first now", "1s second now", "1s third now", "1s fourth now", "1s fifth now")
}

// TestRunUntil: the instant itself is included, the clock stays there, later
// events wait, and for a past instant nothing runs.
func TestRunUntil(t *testing.T) {
	loop, j := newJournal()
	loop.At(2*time.Second, j.task("at"))
	loop.At(2*time.Second+1, j.task("after"))
	run(t, loop, 2*time.Second-1)
	j.want(t)
	if got := loop.Now(); got != 2*time.Second-1 {
		t.Errorf("Now after an idle run: got %v", got)
	}
	run(t, loop, 2*time.Second)
	j.want(t, "2s at")
	run(t, loop, 2*time.Second)
	j.want(t)
	loop.Post(j.task("posted between runs"))
	run(t, loop, time.Second) // has passed
	j.want(t)
	if got := loop.Now(); got != 2*time.Second {
		t.Errorf("Now after Run to a past instant: got %v, want 2s", got)
	}
	run(t, loop, 3*time.Second)
	j.want(t, "2s posted between runs", "2.000000001s after")
	if got := loop.Now(); got != 3*time.Second {
		t.Errorf("Now: got %v, want 3s", got)
	}
	if got := loop.Count(); got != 3 {
		t.Errorf("Count: got %d, want 3", got)
	}
}

// TestNeverIsNotLongAgo: a span near the largest must not overflow.
func TestNeverIsNotLongAgo(t *testing.T) {
	loop, j := newJournal()
	run(t, loop, time.Second)
	loop.After(math.MaxInt64, j.task("never"))
	loop.NewTimer(j.task("never either")).Reset(math.MaxInt64 - 1)
	run(t, loop, 1000*time.Hour)
	j.want(t)
}

func TestFailEndsTheRunAfterTheEvent(t *testing.T) {
	loop, j := newJournal()
	first, second := errors.New("first"), errors.New("second")
	loop.Post(Func(func() {
		loop.Fail(first)
		loop.Fail(second)
		j.note("continues")
	}))
	loop.Post(j.task("not this"))
	if err := loop.Run(time.Second); !errors.Is(err, first) || errors.Is(err, second) {
		t.Errorf("Run: got %v, want the first error", err)
	}
	j.want(t, "0s continues")
}

func TestPanicOfAnEventNamesIt(t *testing.T) {
	loop := New(1)
	loop.At(3*time.Second, Func(explode))
	err := loop.Run(time.Minute)
	var got *PanicError
	if !errors.As(err, &got) {
		t.Fatalf("Run: got %v, want a PanicError", err)
	}
	if got.At != 3*time.Second || got.Value != "boom" || !strings.HasSuffix(got.Name, "sim.explode") {
		t.Errorf("got %q at %v with %v", got.Name, got.At, got.Value)
	}
	if !strings.Contains(string(got.Stack), "loop_test.go") || !strings.Contains(err.Error(), "panicked at 3s: boom") {
		t.Errorf("the report does not name the place: %v", err)
	}
}

func explode() { panic("boom") }

// TestInterrupt: a signal's goroutine stops a run that would never end,
// although each instant is short.
func TestInterrupt(t *testing.T) {
	loop := New(1)
	var again Func
	started := make(chan struct{}, 1)
	again = func() {
		select {
		case started <- struct{}{}:
		default:
		}
		loop.After(time.Nanosecond, again)
	}
	loop.Post(again)
	stop := errors.New("interrupted")
	go func() {
		<-started
		loop.Interrupt(stop)
	}()
	if err := loop.Run(math.MaxInt64); !errors.Is(err, stop) || !strings.Contains(err.Error(), "stopped at") {
		t.Errorf("Run: got %v, want %v", err, stop)
	}
}

// TestPostFromOtherGoroutines: gVisor's processors read the clock, post, and
// set timers while the loop runs an event. Nothing is lost, and the posts of
// one goroutine keep their order. (Run with -race.)
func TestPostFromOtherGoroutines(t *testing.T) {
	const goroutines, each = 4, 250
	loop := New(1)
	scope := loop.NewScope("a")
	var got [goroutines][]int
	fired := 0
	timer := scope.NewTimer(Func(func() { fired++ }))
	woken := 0
	proc := scope.Go("p", func(p *Proc) {
		for {
			p.Park()
			woken++
		}
	})
	loop.At(time.Second, Func(func() {
		var all sync.WaitGroup
		for g := range goroutines {
			all.Go(func() {
				for i := range each {
					if now := loop.Now(); now != time.Second {
						t.Errorf("Now: got %v", now)
					}
					scope.Post(Func(func() { got[g] = append(got[g], i) }))
					timer.Reset(time.Duration(i))
					timer.Stop()
					timer.Reset(time.Millisecond)
					proc.Wake()
				}
			})
		}
		all.Wait()
	}))
	run(t, loop, time.Minute)
	for g := range got {
		for i := range each {
			if len(got[g]) != each || got[g][i] != i {
				t.Fatalf("goroutine %d: got %v", g, got[g])
			}
		}
	}
	if fired != 1 || woken != 1 {
		t.Errorf("timer fired %d times and the proc woke %d times, want 1 each", fired, woken)
	}
	scope.Kill()
}

// sleeper is a driver that sleeps like the wall driver: it returns early when
// something is posted.
type sleeper struct {
	posted  chan struct{}
	early   time.Duration // the clock when it is woken early
	arrive  func()        // happens during the first sleep
	targets []time.Duration
}

func (s *sleeper) Posted() {
	select {
	case s.posted <- struct{}{}:
	default:
	}
}

func (s *sleeper) Now() time.Duration { return 0 }

func (s *sleeper) Advance(until time.Duration) time.Duration {
	s.targets = append(s.targets, until)
	if s.arrive != nil {
		s.arrive()
		s.arrive = nil
	}
	select {
	case <-s.posted:
		return s.early
	default:
		return until
	}
}

// TestDriverThatWakesEarly: what is posted while the driver sleeps runs at the
// instant at which it wakes up, before the event it was sleeping for.
func TestDriverThatWakesEarly(t *testing.T) {
	driver := &sleeper{posted: make(chan struct{}, 1), early: 4 * time.Second}
	loop := NewDriven(1, driver)
	j := &journal{loop: loop}
	loop.At(10*time.Second, j.task("due"))
	<-driver.posted
	driver.arrive = func() { loop.Post(j.task("arrived")) }
	run(t, loop, 20*time.Second)
	j.want(t, "4s arrived", "10s due")
	want := []time.Duration{10 * time.Second, 10 * time.Second, 20 * time.Second}
	if diff := cmp.Diff(want, driver.targets); diff != "" {
		t.Errorf("instants slept for (-want +got):\n%s", diff)
	}
}

// steppingClock is a driver whose clock advances by a step whenever it is read.
type steppingClock struct{ now, step time.Duration }

func (h *steppingClock) Posted() {}

func (h *steppingClock) Now() time.Duration {
	h.now += h.step
	return h.now
}

func (h *steppingClock) Advance(until time.Duration) time.Duration { return until }

// TestLateTimersDoNotStarve: a task that takes longer than its own period does
// not keep posted tasks from running.
func TestLateTimersDoNotStarve(t *testing.T) {
	loop := NewDriven(1, &steppingClock{step: 10 * time.Millisecond})
	j := &journal{loop: loop}
	var again *Timer
	again = loop.NewTimer(Func(func() { again.Reset(5 * time.Millisecond) }))
	again.Reset(0)
	loop.After(100*time.Millisecond, Func(func() { loop.Post(j.task("posted")) }))
	run(t, loop, time.Second)
	if len(j.lines) != 1 {
		t.Errorf("got %q, want the posted task to run once", j.lines)
	}
}

// TestRealTime: only the driver of virtual time makes time virtual.
func TestRealTime(t *testing.T) {
	if New(1).RealTime() || !NewDriven(1, &steppingClock{}).RealTime() {
		t.Error("got the wrong kind of time")
	}
}

// TestInterruptWakesTheDriver: a signal wakes a sleeping loop.
func TestInterruptWakesTheDriver(t *testing.T) {
	driver := &sleeper{posted: make(chan struct{}, 1)}
	loop := NewDriven(1, driver)
	stop := errors.New("stop")
	loop.Interrupt(stop)
	select {
	case <-driver.posted:
	default:
		t.Error("Interrupt did not wake the driver")
	}
	if err := loop.Run(time.Second); !errors.Is(err, stop) {
		t.Errorf("Run: got %v, want %v", err, stop)
	}
	if len(driver.targets) != 0 {
		t.Errorf("slept for %v", driver.targets)
	}
}

// TestWakeWhileTheScopeDies: when a killed proc closes things, processors wake
// other procs, at any moment of the kill. (Run with -race.)
func TestWakeWhileTheScopeDies(t *testing.T) {
	loop := New(1)
	scope := loop.NewScope("a")
	var wakers sync.WaitGroup
	for range 8 {
		p := scope.Go("p", func(p *Proc) {
			defer wakers.Go(p.Wake)
			p.Park()
			t.Error("a killed proc went on")
		})
		loop.At(time.Second, Func(func() { wakers.Go(p.Wake) }))
	}
	loop.At(time.Second, Func(func() {
		scope.Kill()
		wakers.Wait()
		scope.Revive()
	}))
	loop.At(2*time.Second, Func(func() {}))
	run(t, loop, time.Minute)
}
