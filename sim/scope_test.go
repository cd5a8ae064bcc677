package sim

import (
	"testing"
	"time"
)

// TestFreezeAndThaw: nothing in a frozen scope runs; what came due meanwhile
// runs at the thaw in the order in which it came due, after events already
// posted for that instant; what is not due yet keeps its instant.
func TestFreezeAndThaw(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	scope.After(2*time.Second, j.task("due second"))
	scope.After(time.Second, j.task("due first"))
	scope.After(9*time.Second, j.task("due later"))
	timer := scope.NewTimer(j.task("timer"))
	timer.Reset(2 * time.Second)
	loop.Post(Func(scope.Freeze))
	loop.At(3*time.Second, Func(func() { scope.Post(j.task("posted while frozen")) }))
	loop.At(3*time.Second, j.task("the world continues"))
	loop.At(4*time.Second, Func(scope.Thaw))
	loop.At(4*time.Second, j.task("ahead of what thaws"))
	run(t, loop, time.Minute)
	j.want(t, "3s the world continues", "4s ahead of what thaws",
		"4s due first", "4s due second", "4s timer", "4s posted while frozen", "9s due later")
}

// TestThawOnce: a second thaw, or one without a freeze, runs nothing twice.
func TestThawOnce(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	scope.Thaw()
	scope.Freeze()
	scope.Freeze()
	scope.Post(j.task("once"))
	run(t, loop, time.Second)
	if !scope.Frozen() {
		t.Error("Frozen: got false")
	}
	scope.Thaw()
	scope.Thaw()
	run(t, loop, 2*time.Second)
	j.want(t, "1s once")
}

// TestFrozenAgainBeforeTheBacklogRan: what a thaw posted waits for the next
// thaw.
func TestFrozenAgainBeforeTheBacklogRan(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	scope.Freeze()
	scope.Post(Func(func() {
		j.note("first")
		scope.Freeze()
	}))
	scope.Post(j.task("second"))
	loop.At(time.Second, Func(scope.Thaw))
	loop.At(2*time.Second, Func(scope.Thaw))
	run(t, loop, time.Minute)
	j.want(t, "1s first", "2s second")
}

// TestTimersThatCameDueWhileFrozen: until its task runs, such a timer can be
// stopped or reset, as it could in its own instant.
func TestTimersThatCameDueWhileFrozen(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	stopped, moved := scope.NewTimer(j.task("stopped")), scope.NewTimer(j.task("moved"))
	first := scope.NewTimer(Func(func() {
		j.note("first")
		if !stopped.Stop() {
			t.Error("Stop of a timer that was held back: got false, want true")
		}
		moved.Reset(time.Second)
	}))
	first.Reset(time.Second)
	stopped.Reset(time.Second)
	moved.Reset(time.Second)
	early, late := scope.NewTimer(j.task("early")), scope.NewTimer(j.task("late"))
	early.Reset(time.Second)
	late.Reset(time.Second)
	scope.Freeze()
	loop.At(2*time.Second, Func(func() {
		if !early.Stop() {
			t.Error("Stop while frozen: got false, want true")
		}
		late.Reset(5 * time.Second)
	}))
	loop.At(5*time.Second, Func(scope.Thaw))
	run(t, loop, time.Minute)
	j.want(t, "5s first", "6s moved", "7s late")
}

// TestKillDropsEverything: pending events, timers and the backlog vanish and do
// not run after Revive either; other scopes are not affected.
func TestKillDropsEverything(t *testing.T) {
	loop, j := newJournal()
	scope, other := loop.NewScope("a"), loop.NewScope("b")
	timer := scope.NewTimer(j.task("timer"))
	held := scope.NewTimer(j.task("held"))
	held.Reset(0)
	scope.Post(j.task("held back"))
	scope.Freeze()
	loop.At(time.Second, Func(func() {
		timer.Reset(5 * time.Second)
		scope.After(5*time.Second, j.task("after"))
		scope.Post(j.task("posted"))
		other.After(5*time.Second, j.task("other"))
		scope.Kill()
		scope.Post(j.task("posted to the dead scope"))
		if scope.Alive() || scope.Frozen() {
			t.Error("a killed scope must be neither alive nor frozen")
		}
		scope.Freeze()
		scope.Revive()
		if !scope.Alive() || scope.Frozen() {
			t.Error("a revived scope must be alive and not frozen")
		}
		scope.Thaw()
		if held.Stop() {
			t.Error("Stop of a timer set before Kill: got true, want false")
		}
		scope.Post(j.task("after the revival"))
		scope.Revive() // of a living scope does nothing
	}))
	run(t, loop, time.Minute)
	j.want(t, "1s after the revival", "6s other")
}

// TestTimerAfterRevive: a timer can be set again after Kill and Revive; its
// earlier setting is gone.
func TestTimerAfterRevive(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	timer := scope.NewTimer(j.task("timer"))
	timer.Reset(time.Second)
	scope.Kill()
	timer.Reset(2 * time.Second) // set while dead: does nothing
	scope.Revive()
	run(t, loop, 3*time.Second)
	j.want(t)
	timer.Reset(time.Second)
	run(t, loop, time.Minute)
	j.want(t, "4s timer")
}

// TestKillUnwindsInOrderOfStart: procs unwind in the order of their start,
// whichever ended before.
func TestKillUnwindsInOrderOfStart(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	for _, name := range []string{"p1", "p2", "p3", "p4", "p5"} {
		scope.Go(name, func(p *Proc) {
			defer j.note(name + " outer")
			defer j.note(name + " inner")
			if name == "p1" || name == "p3" {
				return
			}
			p.Park()
			t.Error("a killed proc went on")
		})
	}
	run(t, loop, time.Second)
	j.want(t, "0s p1 inner", "0s p1 outer", "0s p3 inner", "0s p3 outer")
	scope.Go("never started", func(*Proc) { j.note("never") })
	scope.Kill()
	j.want(t, "1s p2 inner", "1s p2 outer", "1s p4 inner", "1s p4 outer", "1s p5 inner", "1s p5 outer")
	scope.Kill() // of a dead scope does nothing
	run(t, loop, time.Minute)
	j.want(t)
}

// TestPostsWhileUnwindingAreDropped, even if the scope is revived in the same
// instant.
func TestPostsWhileUnwindingAreDropped(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	timer := scope.NewTimer(j.task("timer"))
	scope.Go("p", func(p *Proc) {
		defer func() {
			j.note("unwinds")
			scope.Post(j.task("posted"))
			scope.After(time.Second, j.task("after"))
			timer.Reset(time.Second)
			scope.Go("child", func(*Proc) { j.note("child") })
			loop.Post(j.task("of the world"))
		}()
		p.Park()
	})
	loop.At(time.Second, Func(func() {
		scope.Kill()
		scope.Revive()
	}))
	run(t, loop, time.Minute)
	j.want(t, "1s unwinds", "1s of the world")
}

// TestSkewAndDrift: local time steps and runs fast; timers set afterwards
// follow the local clock, earlier ones keep their instant.
func TestSkewAndDrift(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	steps := time.Duration(0) // of the clock, which do not affect timers and Elapsed
	local := func(want time.Duration) {
		t.Helper()
		if got := scope.Local(); got != want || scope.Elapsed() != want-steps {
			t.Errorf("Local at %v: got %v, elapsed %v, want %v", loop.Now(), got, scope.Elapsed(), want)
		}
	}
	local(0)
	run(t, loop, 10*time.Second)
	local(10 * time.Second)
	scope.Skew(5 * time.Second)
	steps += 5 * time.Second
	local(15 * time.Second)
	scope.After(10*time.Second, j.task("set before the drift"))
	scope.Drift(0.25) // five local seconds in four of the world's
	local(15 * time.Second)
	scope.After(10*time.Second, j.task("set after the drift"))
	timer := scope.NewTimer(j.task("timer"))
	timer.Reset(5 * time.Second)
	scope.Go("p", func(p *Proc) {
		p.Sleep(15 * time.Second)
		j.note("slept")
	})
	run(t, loop, 14*time.Second)
	local(20 * time.Second)
	scope.Skew(-20 * time.Second)
	steps -= 20 * time.Second
	local(0)
	run(t, loop, 18*time.Second)
	local(5 * time.Second)
	scope.Drift(0)
	run(t, loop, 28*time.Second)
	local(15 * time.Second)
	j.want(t, "14s timer", "18s set after the drift", "20s set before the drift", "22s slept")
}

// TestDriftSlow: a slow clock fires late.
func TestDriftSlow(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	scope.Drift(-0.5)
	scope.After(time.Second, j.task("late"))
	run(t, loop, time.Minute)
	j.want(t, "2s late")
}
