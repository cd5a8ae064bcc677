package sim

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Driver moves the loop from one instant to the next. The virtual driver
// jumps; the wall driver of the netns world sleeps and returns early when
// another goroutine posts.
type Driver interface {
	// Advance returns the instant that has been reached: at most until, and
	// earlier only if something was posted meanwhile.
	Advance(until time.Duration) time.Duration
	// Posted tells a sleeping driver that the queue has changed. It is called
	// with the loop's lock held and must not block.
	Posted()
}

// Virtual is the driver of virtual time: the next instant is now.
type Virtual struct{}

// Advance returns until at once.
func (Virtual) Advance(until time.Duration) time.Duration { return until }

// Posted does nothing: a virtual loop never sleeps.
func (Virtual) Posted() {}

// Loop runs the events of one world in order. All methods may be called from
// the loop's own goroutine; Now, Post, After and the methods of Timer also
// from gVisor's processor goroutines and from readers of real interfaces.
type Loop struct {
	mu      sync.Mutex
	now     time.Duration
	seq     uint64
	heap    queue
	present ring
	free    []*event
	err     error

	driver      Driver
	current     *Proc
	seed        uint64
	count       uint64
	spin        spinDetector
	interrupted atomic.Pointer[error]
}

// New returns a loop in virtual time at instant 0. The seed is the root of
// every random stream of the world.
func New(seed uint64) *Loop { return NewDriven(seed, Virtual{}) }

// NewDriven returns a loop that is moved by d.
func NewDriven(seed uint64, d Driver) *Loop {
	return &Loop{driver: d, seed: seed, spin: spinDetector{limit: SpinLimit}}
}

// Seed returns the seed of the world.
func (l *Loop) Seed() uint64 { return l.seed }

// Now returns the present instant.
func (l *Loop) Now() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// Count returns how many events have run: a measure of work, not of time.
func (l *Loop) Count() uint64 { return l.count }

// Post runs t at the present instant, after everything already posted for it.
func (l *Loop) Post(t Task) { l.schedule(0, t, nil, 0) }

// After runs t once d has passed; d <= 0 means at the present instant.
func (l *Loop) After(d time.Duration, t Task) { l.schedule(d, t, nil, 0) }

// At runs t at the instant when, or now if that has passed.
func (l *Loop) At(when time.Duration, t Task) { l.schedule(when-l.Now(), t, nil, 0) }

func (l *Loop) schedule(d time.Duration, t Task, s *Scope, life uint32) {
	l.mu.Lock()
	var ev *event
	if n := len(l.free); n > 0 {
		ev, l.free = l.free[n-1], l.free[:n-1]
	} else {
		ev = new(event)
	}
	ev.task, ev.scope, ev.life = t, s, life
	l.enqueue(ev, d)
	l.mu.Unlock()
}

// enqueue gives ev its place. The caller holds the lock.
func (l *Loop) enqueue(ev *event, d time.Duration) {
	ev.seq = l.seq
	l.seq++
	if d <= 0 {
		ev.when, ev.index = l.now, immediate
		l.present.push(ev)
	} else {
		ev.when = l.now + d
		l.heap.push(ev)
	}
	l.driver.Posted()
}

// Fail ends the run: Run returns err after the present event. The first error
// counts.
func (l *Loop) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// Interrupt makes Run return err soon. It may be called from any goroutine,
// such as a signal handler's.
func (l *Loop) Interrupt(err error) { l.interrupted.CompareAndSwap(nil, &err) }

// Run executes events up to and including the instant until, and leaves the
// clock there. It returns the error of a panicking proc or event, of a
// livelock, of Fail or of Interrupt; after an error the loop is not to be used.
func (l *Loop) Run(until time.Duration) (err error) {
	var running Task
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Name: label(running), Value: p, Stack: debug.Stack(), At: l.now}
		}
	}()
	for {
		l.mu.Lock()
		ev, done := l.next(until)
		err, now := l.err, l.now
		l.mu.Unlock()
		if err != nil {
			return err
		}
		if done {
			return nil
		}
		if ev == nil {
			continue
		}
		l.count++
		if err := l.spin.observe(now, ev.task); err != nil {
			return err
		}
		if l.count%1024 == 0 {
			if err := l.interrupted.Load(); err != nil {
				return fmt.Errorf("sim: run stopped at %v: %w", now, *err)
			}
		}
		running = ev.task
		l.dispatch(ev)
	}
}

// next takes the event that is due, moving the clock if none is. It returns
// nil if there is none yet, and done once until is reached. The caller holds
// the lock.
func (l *Loop) next(until time.Duration) (ev *event, done bool) {
	// Whatever the heap holds for this instant was posted before the clock
	// reached it, hence before everything in present.
	if len(l.heap) > 0 && l.heap[0].when <= l.now {
		return l.heap.pop(), false
	}
	if !l.present.empty() {
		ev := l.present.pop()
		ev.index = idle
		return ev, false
	}
	target := until
	if len(l.heap) > 0 {
		target = min(until, l.heap[0].when)
	}
	if l.now >= until && (len(l.heap) == 0 || l.heap[0].when > until) {
		return nil, true
	}
	if _, virtual := l.driver.(Virtual); virtual {
		l.now = max(l.now, target)
		return nil, false
	}
	l.mu.Unlock()
	reached := l.driver.Advance(target)
	l.mu.Lock()
	l.now = max(l.now, reached)
	return nil, false
}

// dispatch runs ev, unless it was stopped or its scope holds or drops it.
func (l *Loop) dispatch(ev *event) {
	task, scope, life := ev.task, ev.scope, ev.life
	if task == nil { // a timer stopped within its own instant
		return
	}
	if scope != nil && scope.intercept(task, life) {
		l.recycle(ev)
		return
	}
	l.recycle(ev)
	task.Run()
}

func (l *Loop) recycle(ev *event) {
	if ev.owned {
		return
	}
	ev.task, ev.scope = nil, nil
	l.mu.Lock()
	l.free = append(l.free, ev)
	l.mu.Unlock()
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
