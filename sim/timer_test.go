package sim

import (
	"testing"
	"time"
)

// timerCases are the situations in which a timer can be stopped or reset. Calls
// of stopped must pass true.
var timerCases = []struct {
	name string
	do   func(loop *Loop, timer *Timer, stopped func(bool))
	want []string
}{
	{"never set", func(_ *Loop, timer *Timer, stopped func(bool)) { stopped(!timer.Stop()) }, nil},
	{"set", func(_ *Loop, timer *Timer, _ func(bool)) { timer.Reset(time.Second) }, []string{"1s fired"}},
	{"set to now", func(_ *Loop, timer *Timer, _ func(bool)) { timer.Reset(0) }, []string{"0s fired"}},
	{"set to the past", func(_ *Loop, timer *Timer, _ func(bool)) { timer.Reset(-time.Second) }, []string{"0s fired"}},
	{"stopped", func(_ *Loop, timer *Timer, stopped func(bool)) {
		timer.Reset(time.Second)
		stopped(timer.Stop())
		stopped(!timer.Stop())
	}, nil},
	{"moved later", func(_ *Loop, timer *Timer, _ func(bool)) {
		timer.Reset(time.Second)
		timer.Reset(2 * time.Second)
	}, []string{"2s fired"}},
	{"moved earlier", func(_ *Loop, timer *Timer, _ func(bool)) {
		timer.Reset(2 * time.Second)
		timer.Reset(time.Second)
	}, []string{"1s fired"}},
	{"stopped, then set", func(_ *Loop, timer *Timer, stopped func(bool)) {
		timer.Reset(time.Second)
		stopped(timer.Stop())
		timer.Reset(3 * time.Second)
	}, []string{"3s fired"}},
	{"due now, stopped", func(_ *Loop, timer *Timer, stopped func(bool)) {
		timer.Reset(0)
		stopped(timer.Stop())
		stopped(!timer.Stop())
	}, nil},
	{"due now, set to now again", func(_ *Loop, timer *Timer, _ func(bool)) {
		timer.Reset(0)
		timer.Reset(0)
		timer.Reset(0)
	}, []string{"0s fired"}},
	{"due now, moved later", func(_ *Loop, timer *Timer, _ func(bool)) {
		timer.Reset(0)
		timer.Reset(time.Second)
	}, []string{"1s fired"}},
	{"due now, stopped, then set to now", func(_ *Loop, timer *Timer, stopped func(bool)) {
		timer.Reset(0)
		stopped(timer.Stop())
		timer.Reset(0)
	}, []string{"0s fired"}},
	{"due now, moved, stopped", func(_ *Loop, timer *Timer, stopped func(bool)) {
		timer.Reset(0)
		timer.Reset(time.Second)
		stopped(timer.Stop())
	}, nil},
	{"stopped by an earlier event of its instant", func(loop *Loop, timer *Timer, stopped func(bool)) {
		loop.After(time.Second, Func(func() { stopped(timer.Stop()) }))
		timer.Reset(time.Second)
	}, nil},
	{"stopped by a later event of its instant", func(loop *Loop, timer *Timer, stopped func(bool)) {
		timer.Reset(time.Second)
		loop.After(time.Second, Func(func() { stopped(!timer.Stop()) }))
	}, []string{"1s fired"}},
	{"reset by an earlier event of its instant", func(loop *Loop, timer *Timer, _ func(bool)) {
		loop.After(time.Second, Func(func() { timer.Reset(time.Second) }))
		timer.Reset(time.Second)
	}, []string{"2s fired"}},
	{"reset by a later event of its instant", func(loop *Loop, timer *Timer, _ func(bool)) {
		timer.Reset(time.Second)
		loop.After(time.Second, Func(func() { timer.Reset(0) }))
	}, []string{"1s fired", "1s fired"}},
}

// TestTimer walks through timerCases: what Stop reports, and how often the
// timer fires.
func TestTimer(t *testing.T) {
	for _, tc := range timerCases {
		t.Run(tc.name, func(t *testing.T) {
			loop, j := newJournal()
			timer := loop.NewTimer(j.task("fired"))
			tc.do(loop, timer, func(ok bool) {
				t.Helper()
				if !ok {
					t.Error("Stop reported the opposite")
				}
			})
			run(t, loop, time.Minute)
			j.want(t, tc.want...)
		})
	}
}

// TestTimerWithinItsOwnTask: a firing timer is no longer set: its task may
// reset it, and Stop has nothing to stop.
func TestTimerWithinItsOwnTask(t *testing.T) {
	loop, j := newJournal()
	left := 3
	var timer *Timer
	timer = loop.NewTimer(Func(func() {
		j.note("fired")
		if timer.Stop() {
			t.Error("Stop within its own task: got true, want false")
		}
		if left--; left > 0 {
			timer.Reset(time.Second)
		}
	}))
	timer.Reset(time.Second)
	run(t, loop, time.Minute)
	j.want(t, "1s fired", "2s fired", "3s fired")
}

// TestTimerDueNowKeepsItsPlace: a timer set to now runs in posting order like
// any event, at the place of its last Reset.
func TestTimerDueNowKeepsItsPlace(t *testing.T) {
	loop, j := newJournal()
	timer := loop.NewTimer(j.task("timer"))
	timer.Reset(0)
	loop.Post(j.task("first"))
	timer.Reset(0)
	loop.Post(j.task("second"))
	run(t, loop, 0)
	j.want(t, "0s first", "0s timer", "0s second")
}

// TestTimersDoNotAllocate holds for setting, moving and stopping.
func TestTimersDoNotAllocate(t *testing.T) {
	loop := New(1)
	timer := loop.NewTimer(Func(func() {}))
	timer.Reset(time.Second) // the heap's first place
	if n := testing.AllocsPerRun(1000, func() {
		timer.Reset(time.Second)
		timer.Stop()
		timer.Reset(time.Minute)
	}); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
