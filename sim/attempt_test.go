package sim

import (
	"testing"
	"time"
)

// attempt succeeds at its last try, and notes each try.
type attempt struct {
	j    *journal
	left int
	then func()
}

func (a *attempt) Try() bool {
	a.left--
	a.j.note("try")
	if a.then != nil {
		a.then()
	}
	return a.left == 0
}

// TestAwait: Try is called at once and after each wake, while the proc counts
// as running; the proc continues within the event of the last try.
func TestAwait(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	var p *Proc
	p = scope.Go("p", func(*Proc) {
		loop.Await(&attempt{j: j, left: 3, then: func() {
			if loop.Current() != p {
				t.Errorf("current within an attempt: got %v, want %v", loop.Current(), p)
			}
		}})
		j.note("done")
		loop.Await(&attempt{j: j, left: 1})
		j.note("done at once")
		p.Park()
		j.note("woken")
	})
	for at := 1; at <= 3; at++ {
		loop.At(time.Duration(at)*time.Second, Func(p.Wake))
	}
	run(t, loop, time.Minute)
	j.want(t, "0s try", "1s try", "2s try", "2s done", "2s try", "2s done at once", "3s woken")
}

// TestKillWhileAwaiting: the proc unwinds, a late wake does not call Try, and
// attempts in its defers are tried once, immediately.
func TestKillWhileAwaiting(t *testing.T) {
	loop, j := newJournal()
	scope := loop.NewScope("a")
	p := scope.Go("p", func(*Proc) {
		defer j.note("unwound")
		defer func() {
			loop.Await(&attempt{j: j, left: 1})
			j.note("done in a defer")
			loop.Await(&attempt{j: j, left: 2})
			t.Error("a killed proc waited")
		}()
		loop.Await(&attempt{j: j, left: 2})
		t.Error("a killed proc went on")
	})
	loop.At(time.Second, Func(func() {
		scope.Kill()
		p.Wake()
		scope.Revive()
		p.Wake()
	}))
	run(t, loop, time.Minute)
	j.want(t, "0s try", "1s try", "1s done in a defer", "1s try", "1s unwound")
}

// TestKillByAnAttempt: a proc whose attempt kills its own machine unwinds,
// whether the attempt is done or not, and no other proc of the machine runs.
func TestKillByAnAttempt(t *testing.T) {
	for _, left := range []int{1, 2} {
		loop, j := newJournal()
		scope := loop.NewScope("a")
		scope.Go("p", func(p *Proc) {
			defer j.note("unwound")
			loop.Await(&attempt{j: j, left: left, then: scope.Kill})
			p.Park()
			t.Error("a killed proc went on")
		})
		scope.Go("q", func(*Proc) { t.Error("the other proc ran") })
		run(t, loop, time.Minute)
		j.want(t, "0s try", "0s unwound")
	}
}

// TestAwaitOutsideAProc: a plain event may await an attempt that need not wait.
func TestAwaitOutsideAProc(t *testing.T) {
	loop, j := newJournal()
	loop.Post(Func(func() { loop.Await(&attempt{j: j, left: 1}) }))
	run(t, loop, time.Second)
	j.want(t, "0s try")
}
