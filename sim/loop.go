package sim

import (
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Driver moves the loop from one instant to the next. The virtual driver
// jumps; the wall driver of the netns world sleeps and returns early when
// another goroutine posts.
type Driver interface {
	// Advance waits and returns the instant reached: until, or an earlier one if
	// Posted was called meanwhile.
	Advance(until time.Duration) time.Duration
	// Now returns the instant by the driver's own clock, which advances while
	// events run. The virtual driver has no clock and returns 0.
	Now() time.Duration
	// Posted tells a sleeping driver that the queue has changed. It is called
	// with the loop's lock held and must not block.
	Posted()
}

// Virtual is the driver of virtual time: it reaches the next instant at once.
type Virtual struct{}

// Advance returns until at once.
func (Virtual) Advance(until time.Duration) time.Duration { return until }

// Now returns 0: a virtual clock does not move by itself.
func (Virtual) Now() time.Duration { return 0 }

// Posted does nothing: a virtual loop never sleeps.
func (Virtual) Posted() {}

// Loop runs the events of one world in order. All methods may be called from
// the loop's own goroutine; Now, Post, After, At, Fail, Interrupt and the
// methods of Timer also from gVisor's processor goroutines and from readers of
// real interfaces.
type Loop struct {
	mu      sync.Mutex
	now     time.Duration
	shown   atomic.Int64 // now, for those who do not hold the lock
	seq     uint64
	later   agenda
	present ring
	free    []*event
	err     error

	driver   Driver
	realTime bool // the driver is not Virtual
	current  *Proc
	seed     uint64
	count    uint64
	spin     spinDetector
}

// New returns a loop in virtual time at instant 0. The seed is the root of
// every random stream of the world.
func New(seed uint64) *Loop { return NewDriven(seed, Virtual{}) }

// NewDriven returns a loop that is moved by d.
func NewDriven(seed uint64, d Driver) *Loop {
	_, virtual := d.(Virtual)
	return &Loop{driver: d, realTime: !virtual, seed: seed, spin: spinDetector{limit: SpinLimit}}
}

// RealTime reports whether the loop's clock is not virtual.
func (l *Loop) RealTime() bool { return l.realTime }

// Seed returns the seed of the world.
func (l *Loop) Seed() uint64 { return l.seed }

// Now returns the current instant.
func (l *Loop) Now() time.Duration {
	return time.Duration(l.shown.Load())
}

// move sets the clock. The caller holds the lock.
func (l *Loop) move(to time.Duration) {
	l.now = to
	l.shown.Store(int64(to))
}

// Count returns how many events have run: a measure of work, not of time.
func (l *Loop) Count() uint64 { return l.count }

// Post runs t at the current instant, after everything already posted for it.
func (l *Loop) Post(t Task) { l.schedule(0, t, nil) }

// After runs t once d has passed; d <= 0 means at the current instant.
func (l *Loop) After(d time.Duration, t Task) { l.schedule(d, t, nil) }

// At runs t at the instant when, or now if when has passed.
func (l *Loop) At(when time.Duration, t Task) {
	l.mu.Lock()
	l.enqueue(l.fill(t, nil), when-l.now)
	l.mu.Unlock()
}

func (l *Loop) schedule(d time.Duration, t Task, s *Scope) {
	l.mu.Lock()
	l.enqueue(l.fill(t, s), d)
	l.mu.Unlock()
}

// fill takes an event from the pool and sets it up for t. The caller holds the
// lock.
func (l *Loop) fill(t Task, s *Scope) *event {
	var ev *event
	if n := len(l.free); n > 0 {
		ev, l.free = l.free[n-1], l.free[:n-1]
	} else {
		ev = new(event)
	}
	ev.task, ev.scope = t, s
	return ev
}

// enqueue queues ev. The caller holds the lock.
func (l *Loop) enqueue(ev *event, d time.Duration) {
	ev.seq = l.seq
	l.seq++
	if ev.scope != nil {
		ev.generation = ev.scope.generation
	}
	if d <= 0 {
		ev.when, ev.index = l.now, waiting
		l.present.push(ev)
	} else {
		// A span such as math.MaxInt64 means never, not long ago.
		ev.when = l.now + min(d, math.MaxInt64-l.now)
		l.later.push(ev, d)
	}
	l.driver.Posted()
}

// Fail ends the run: Run returns err after the current event. The first error
// counts.
func (l *Loop) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
		l.driver.Posted()
	}
}

// Interrupt makes Run return an error that wraps err, after the current event.
// It may be called from any goroutine, such as a signal handler's.
func (l *Loop) Interrupt(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = fmt.Errorf("sim: run stopped at %v: %w", l.now, err)
		l.driver.Posted()
	}
}

// Run executes events up to and including the instant until, and leaves the
// clock there; an instant that has passed runs nothing. It returns the error of
// a panicking proc or event, of a livelock, of Fail or of Interrupt; after an
// error the loop must not be used.
func (l *Loop) Run(until time.Duration) (err error) {
	var running Task
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Name: label(running), Value: p, Stack: debug.Stack(), At: l.now}
		}
	}()
	for {
		l.mu.Lock()
		for l.err == nil && l.now < until && !l.due() {
			l.advance(until)
		}
		if l.err != nil || l.now > until || !l.due() {
			err := l.err
			l.mu.Unlock()
			return err
		}
		// In real time the clock advances while events run.
		l.move(max(l.now, l.driver.Now()))
		now := l.now
		running = l.take()
		l.mu.Unlock()
		l.count++
		if err := l.spin.observe(now, running); err != nil {
			return err
		}
		if running != nil {
			running.Run()
		}
	}
}

// due reports whether an event waits for the current instant. The caller holds
// the lock.
func (l *Loop) due() bool {
	if !l.present.empty() {
		return true
	}
	next := l.later.first()
	return next.ev != nil && next.when <= l.now
}

// advance moves the clock towards the next event, but not beyond until. The
// caller holds the lock.
func (l *Loop) advance(until time.Duration) {
	target := until
	if next := l.later.first(); next.ev != nil {
		target = min(until, next.when)
	}
	if !l.realTime {
		l.move(target)
		return
	}
	l.mu.Unlock()
	reached := l.driver.Advance(target)
	l.mu.Lock()
	l.move(max(l.now, min(reached, target)))
}

// take removes the first due event and returns its task, or nil if it must not
// run: its timer was stopped in this instant, or its scope is dead or frozen.
// The caller holds the lock.
func (l *Loop) take() Task {
	// Later events for this instant were posted before the clock reached it, hence
	// before everything in present. In real time the clock may have passed instants
	// of later events after something was posted for now. That then runs
	// first, or timers that are always late would starve it.
	var ev *event
	if next := l.later.first(); next.ev != nil && next.when <= l.now && !l.present.before(next) {
		ev = l.later.pop()
	} else {
		ev = l.present.pop()
		ev.index = idle
	}
	task, scope := ev.task, ev.scope
	if scope != nil && task != nil {
		if !scope.alive || ev.generation != scope.generation {
			task = nil
		} else if scope.frozen {
			ev.index = waiting
			scope.backlog = append(scope.backlog, ev)
			return nil
		}
	}
	if !ev.owned {
		ev.task, ev.scope = nil, nil
		l.free = append(l.free, ev)
	}
	return task
}

// PanicError reports a panic inside an event or a proc.
type PanicError struct {
	Name  string // the proc, or the function of the event
	Value any
	Stack []byte
	At    time.Duration
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("sim: %s panicked at %v: %v\n%s", e.Name, e.At, e.Value, e.Stack)
}
