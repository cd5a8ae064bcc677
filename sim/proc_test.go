package sim

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestProcRunsAsAnEvent: a proc starts in posting order, runs without
// interruption until it parks, and is current only while it runs.
func TestProcRunsAsAnEvent(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	loop.Post(j.task("before"))
	p := scope.Go("p", func(p *Proc) {
		loop.Post(j.task("posted by p"))
		if loop.Current() != p || p.Name() != "p" || p.Scope() != scope || p.String() != "proc p" {
			t.Errorf("within p: current is %v of %v", loop.Current(), p.Scope().Name())
		}
		j.note("p starts")
		p.Park()
		j.note("p ends")
	})
	loop.Post(Func(func() {
		if loop.Current() != nil {
			t.Errorf("within a plain event: current is %v", loop.Current())
		}
		j.note("after")
	}))
	j.want(t)
	loop.At(time.Second, Func(p.Wake))
	loop.At(2*time.Second, Func(p.Wake)) // after it has ended
	run(t, loop, time.Minute)
	j.want(t, "0s before", "0s p starts", "0s after", "0s posted by p", "1s p ends")
}

// TestWakesCoalesce: however often a proc is woken before it runs, it runs
// once; a wake while it runs is not lost.
func TestWakesCoalesce(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	p := scope.Go("p", func(p *Proc) {
		for {
			p.Park()
			j.note("woken")
			if loop.Now() == time.Second {
				p.Wake()
				p.Park()
				j.note("woken by itself")
			}
		}
	})
	p.Wake() // its start is posted already
	for _, at := range []time.Duration{time.Second, 2 * time.Second} {
		loop.At(at, Func(func() {
			p.Wake()
			p.Wake()
			p.Wake()
		}))
	}
	run(t, loop, time.Minute)
	j.want(t, "1s woken", "1s woken by itself", "2s woken")
	scope.Kill()
}

// TestSleep: it lasts its full time even if the proc is woken meanwhile; a
// sleep of zero still lets others run.
func TestSleep(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	p := scope.Go("p", func(p *Proc) {
		p.Sleep(3 * time.Second)
		j.note("slept")
		p.Sleep(2 * time.Second)
		j.note("slept again")
		loop.Post(j.task("others"))
		p.Sleep(0)
		j.note("yielded")
		p.Sleep(-time.Second)
	})
	for at := range 5 {
		loop.At(time.Duration(at)*time.Second, Func(p.Wake))
	}
	run(t, loop, time.Minute)
	j.want(t, "3s slept", "5s slept again", "5s others", "5s yielded")
}

// TestSleepThroughAFreeze: a sleep that is due while the machine is frozen ends
// at the thaw, a later one when it is due.
func TestSleepThroughAFreeze(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	for _, d := range []time.Duration{2 * time.Second, 5 * time.Second} {
		scope.Go("p", func(p *Proc) {
			p.Sleep(d)
			j.note(fmt.Sprintf("slept %v", d))
		})
	}
	loop.At(time.Second, Func(scope.Freeze))
	loop.At(4*time.Second, Func(scope.Thaw))
	run(t, loop, time.Minute)
	j.want(t, "4s slept 2s", "5s slept 5s")
}

// TestKillNeverStarted: the body never runs, not even after Revive, and its
// coroutine is gone.
func TestKillNeverStarted(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	before := runtime.NumGoroutine()
	p := scope.Go("p", func(*Proc) { j.note("ran") })
	scope.Kill()
	dead := scope.Go("neverStarted", func(*Proc) { j.note("ran") })
	scope.Revive()
	p.Wake()
	dead.Wake()
	run(t, loop, time.Second)
	j.want(t)
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("goroutines: %d before, %d after", before, now)
	}
}

// TestKillParked: the proc unwinds at once, with ErrKilled in its defers, and a
// late wake does not resume it.
func TestKillParked(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	p := scope.Go("p", func(p *Proc) {
		defer func() {
			v := recover()
			if err, ok := v.(error); !ok || !errors.Is(err, ErrKilled) {
				t.Errorf("in a defer: got %v, want ErrKilled", v)
			}
			if loop.Current() != p {
				t.Errorf("current in a defer: got %v", loop.Current())
			}
			j.note("unwound")
			panic(v)
		}()
		p.Sleep(time.Hour)
	})
	loop.At(time.Second, Func(func() {
		scope.Kill()
		j.note("killed")
		scope.Revive()
		p.Wake()
	}))
	run(t, loop, time.Minute)
	j.want(t, "1s unwound", "1s killed")
}

// TestKillWithinItself: a proc may kill its own machine. It unwinds when it
// next parks, after the others.
func TestKillWithinItself(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	scope.Go("p", func(p *Proc) {
		defer func() {
			j.note("p unwinds")
			scope.Post(j.task("posted by the dying"))
		}()
		p.Sleep(time.Second)
		scope.Kill()
		j.note("p killed its scope")
		scope.Post(j.task("posted after the kill"))
		p.Park()
		t.Error("went on after Park")
	})
	scope.Go("q", func(p *Proc) {
		defer j.note("q unwinds")
		p.Park()
	})
	loop.At(2*time.Second, Func(scope.Revive))
	run(t, loop, time.Minute)
	j.want(t, "1s q unwinds", "1s p killed its scope", "1s p unwinds")
}

// TestKillEachOther: p kills q's machine; q, while unwinding, kills p's.
func TestKillEachOther(t *testing.T) {
	loop, j := newJournal()
	a, b := loop.NewScope("a"), loop.NewScope("b")
	a.Go("p", func(p *Proc) {
		defer j.note("p unwinds")
		p.Sleep(time.Second)
		b.Kill()
		j.note("p runs until it parks")
		p.Park()
		t.Error("p went on after Park")
	})
	b.Go("q", func(p *Proc) {
		defer func() {
			j.note("q unwinds")
			a.Kill()
		}()
		p.Park()
	})
	run(t, loop, time.Minute)
	j.want(t, "1s q unwinds", "1s p runs until it parks", "1s p unwinds")
}

// TestParkInADeferWhileKilled unwinds the defer too; it neither hangs nor skips
// the other defers.
func TestParkInADeferWhileKilled(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	scope.Go("p", func(p *Proc) {
		defer j.note("outer")
		defer func() {
			defer j.note("inner")
			p.Sleep(time.Second) // such as a last message that waits for its answer
			t.Error("a killed proc slept")
		}()
		p.Park()
	})
	run(t, loop, time.Second)
	scope.Kill()
	run(t, loop, time.Minute)
	j.want(t, "1s inner", "1s outer")
}

// TestPanicOfAProc fails the run with the name of the proc and its stack.
func TestPanicOfAProc(t *testing.T) {
	for _, tc := range []struct {
		name string
		body func(*Proc)
	}{
		{"while it runs", func(p *Proc) {
			p.Sleep(time.Second)
			explode()
		}},
		{"while it is killed", func(p *Proc) {
			defer explode()
			p.Sleep(time.Second)
			p.Scope().Kill()
			p.Park()
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			loop, j := newJournal()
			scope := loop.NewScope("a")
			scope.Go("client c1", tc.body)
			loop.At(2*time.Second, j.task("not this"))
			var got *PanicError
			if err := loop.Run(time.Minute); !errors.As(err, &got) {
				t.Fatalf("Run: got %v, want a PanicError", err)
			}
			if got.Name != "proc client c1" || got.Value != "boom" || got.At != time.Second {
				t.Errorf("got %q at %v with %v", got.Name, got.At, got.Value)
			}
			if !strings.Contains(string(got.Stack), "sim.explode") {
				t.Errorf("the stack does not show the place:\n%s", got.Stack)
			}
			j.want(t)
		})
	}
}

// TestParkOfAnother: only the running proc can park.
func TestParkOfAnother(t *testing.T) {
	loop := New(1)
	scope := loop.NewScope("a")
	defer scope.Kill()
	p := scope.Go("p", func(p *Proc) { p.Park() })
	loop.At(time.Second, Func(p.Park))
	if err := loop.Run(time.Minute); err == nil || !strings.Contains(err.Error(), "park of proc p") {
		t.Errorf("Run: got %v", err)
	}
}
