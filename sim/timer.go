package sim

import "time"

// Timer runs one task at a later instant, and can be stopped and reset without
// allocating. Loop.NewTimer and Scope.NewTimer make one. A timer that came due
// while its scope was frozen can still be stopped or reset until its task runs.
type Timer struct {
	loop  *Loop
	scope *Scope
	task  Task
	ev    *event
}

// NewTimer returns a stopped timer for t.
func (l *Loop) NewTimer(t Task) *Timer {
	return &Timer{loop: l, task: t, ev: &event{index: idle, owned: true}}
}

// Reset makes the timer fire once, d from now, replacing any earlier setting.
func (t *Timer) Reset(d time.Duration) {
	if t.scope != nil {
		d = t.scope.stretch(d)
	}
	t.loop.mu.Lock()
	defer t.loop.mu.Unlock()
	t.stop()
	if t.ev.index == waiting { // the stopped event is still in the queue
		t.ev = &event{owned: true}
	}
	t.ev.task, t.ev.scope = t.task, t.scope
	t.loop.enqueue(t.ev, d)
}

// Stop prevents the timer from firing and reports whether it was going to.
func (t *Timer) Stop() bool {
	t.loop.mu.Lock()
	defer t.loop.mu.Unlock()
	return t.stop()
}

// stop does the work of Stop with the lock held.
func (t *Timer) stop() bool {
	switch {
	case t.ev.index >= 0:
		t.loop.later.remove(t.ev)
		return true
	case t.ev.index == waiting && t.ev.task != nil:
		t.ev.task = nil
		return true
	}
	return false
}
