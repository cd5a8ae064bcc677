package sim

import "time"

// Timer runs one task at a later instant, and can be stopped and set anew
// without allocating. Loop.NewTimer and Scope.NewTimer make one. A timer of a
// frozen scope may fire once more than it was set to; tasks check what is due.
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

// Reset makes the timer fire once, d from now, whatever it was set to.
func (t *Timer) Reset(d time.Duration) {
	var life uint32
	if t.scope != nil {
		d, life = t.scope.stretch(d), t.scope.life
	}
	t.loop.mu.Lock()
	defer t.loop.mu.Unlock()
	t.stop()
	if t.ev.index == immediate { // its stopped self still stands in the queue
		t.ev = &event{owned: true}
	}
	t.ev.task, t.ev.scope, t.ev.life = t.task, t.scope, life
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
		t.loop.heap.remove(t.ev)
		return true
	case t.ev.index == immediate && t.ev.task != nil:
		t.ev.task = nil
		return true
	}
	return false
}
