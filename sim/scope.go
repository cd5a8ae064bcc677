package sim

import (
	"math"
	"time"
)

// Scope holds the timers, events and procs of one machine. It can be frozen
// (nothing in it runs; what came due runs in order on Thaw), killed (pending
// events vanish, procs unwind through their defers) and revived, and its clock
// can run fast, slow or ahead.
type Scope struct {
	loop *Loop
	name string

	oldest, youngest *Proc // running procs, in the order of their start

	// Guarded by the loop's lock.
	generation uint32 // incremented by Kill and Revive
	alive      bool
	frozen     bool
	backlog    []*event // came due while the scope was frozen

	rate     float64       // local seconds per second of the world
	anchor   time.Duration // instant when rate was last set
	anchored time.Duration // elapsed time at that instant
	skew     time.Duration // steps of the wall clock
}

// NewScope returns a living scope whose clock agrees with the loop's.
func (l *Loop) NewScope(name string) *Scope {
	return &Scope{loop: l, name: name, alive: true, rate: 1}
}

// Name returns the name given to NewScope.
func (s *Scope) Name() string { return s.name }

// Loop returns the loop the scope belongs to.
func (s *Scope) Loop() *Loop { return s.loop }

// Alive reports whether the scope has not been killed.
func (s *Scope) Alive() bool { return s.alive }

// Frozen reports whether the scope is frozen.
func (s *Scope) Frozen() bool { return s.frozen }

// Post runs t at the current instant, in the scope.
func (s *Scope) Post(t Task) { s.loop.schedule(0, t, s) }

// After runs t in the scope once d of the scope's own time has passed.
func (s *Scope) After(d time.Duration, t Task) { s.loop.schedule(s.stretch(d), t, s) }

// NewTimer returns a stopped timer that runs t in the scope.
func (s *Scope) NewTimer(t Task) *Timer {
	timer := s.loop.NewTimer(t)
	timer.scope = s
	return timer
}

// Freeze stops everything in the scope until Thaw, like SIGSTOP or a suspended
// virtual machine. Time passes meanwhile. A dead scope cannot freeze.
func (s *Scope) Freeze() {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	s.frozen = s.alive
}

// Thaw lets the scope run again. What came due while it was frozen runs now,
// in the order in which it came due.
func (s *Scope) Thaw() {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	s.frozen = false
	for _, ev := range s.backlog {
		s.loop.enqueue(ev, 0)
	}
	s.backlog = nil
}

// Kill drops every pending event of the scope and unwinds its procs, in the
// order in which they were started. Post, After and timers do nothing until
// Revive; what the procs post while unwinding never runs. A proc that kills its
// own scope unwinds when it next parks.
func (s *Scope) Kill() {
	s.loop.mu.Lock()
	s.alive, s.frozen = false, false
	s.generation++
	for _, ev := range s.backlog {
		ev.task, ev.index = nil, idle
	}
	s.backlog = nil
	s.loop.mu.Unlock()
	p := s.oldest
	s.oldest, s.youngest = nil, nil
	for ; p != nil; p = p.younger {
		p.kill()
	}
}

// Revive makes a killed scope usable again, empty.
func (s *Scope) Revive() {
	s.loop.mu.Lock()
	defer s.loop.mu.Unlock()
	if !s.alive {
		s.alive = true
		s.generation++ // drops what was posted to the dead scope
	}
}

// Local returns the scope's wall clock: Elapsed plus the steps of Skew.
func (s *Scope) Local() time.Duration { return s.Elapsed() + s.skew }

// Elapsed returns the scope's monotonic time: the loop's, unless changed by
// Drift.
func (s *Scope) Elapsed() time.Duration {
	now := s.loop.Now()
	if s.rate == 1 {
		return now - s.anchor + s.anchored
	}
	return s.anchored + time.Duration(float64(now-s.anchor)*s.rate)
}

// Skew moves the scope's clock by d at once, as a step of the wall clock does.
// Elapsed and timers do not change.
func (s *Scope) Skew(d time.Duration) { s.skew += d }

// Drift makes the scope's clock run fast by the given share, which is above -1:
// 0.01 runs 1 % fast, and timers set from now on fire 1 % early.
func (s *Scope) Drift(share float64) {
	elapsed := s.Elapsed()
	s.anchor, s.anchored, s.rate = s.loop.Now(), elapsed, 1+share
}

// stretch converts a span of local time to world time, rounded up: a timer
// never fires early by the scope's own clock, and no positive span becomes
// zero. The result is limited to the largest Duration.
func (s *Scope) stretch(d time.Duration) time.Duration {
	if s.rate == 1 {
		return d
	}
	return time.Duration(min(math.Ceil(float64(d)/s.rate), math.MaxInt64-1023)) // the last float64 below the limit
}

// adopt appends a proc to the scope's list.
func (s *Scope) adopt(p *Proc) {
	if p.older = s.youngest; p.older != nil {
		p.older.younger = p
	} else {
		s.oldest = p
	}
	s.youngest = p
}

// forget removes an ended proc from the list.
func (s *Scope) forget(p *Proc) {
	if p.older != nil {
		p.older.younger = p.younger
	} else {
		s.oldest = p.younger
	}
	if p.younger != nil {
		p.younger.older = p.older
	} else {
		s.youngest = p.older
	}
	p.older, p.younger = nil, nil
}
