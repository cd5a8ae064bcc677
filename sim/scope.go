package sim

import "time"

// Scope is what lives and dies together: the timers, events and procs of one
// machine. It can be frozen (nothing in it runs; what came due runs in order
// on Thaw), killed (pending events vanish, procs unwind through their defers)
// and begun anew, and its clock can run fast, slow or ahead.
type Scope struct {
	loop    *Loop
	name    string
	life    uint32
	alive   bool
	frozen  bool
	backlog []held
	procs   []*Proc

	rate     float64       // local seconds per second of the world
	anchor   time.Duration // instant at which rate was last set
	anchored time.Duration // local time at that instant
}

// held is a task that came due while its scope was frozen.
type held struct {
	task Task
	life uint32
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

// Post runs t at the present instant, in the scope.
func (s *Scope) Post(t Task) { s.loop.schedule(0, t, s, s.life) }

// After runs t in the scope once d of the scope's own time has passed.
func (s *Scope) After(d time.Duration, t Task) { s.loop.schedule(s.stretch(d), t, s, s.life) }

// NewTimer returns a stopped timer that runs t in the scope.
func (s *Scope) NewTimer(t Task) *Timer {
	timer := s.loop.NewTimer(t)
	timer.scope = s
	return timer
}

// Freeze stops everything in the scope until Thaw, as SIGSTOP or a suspended
// virtual machine does. Time goes on meanwhile.
func (s *Scope) Freeze() { s.frozen = true }

// Thaw lets the scope run again. What came due while it was frozen runs now,
// in the order in which it came due.
func (s *Scope) Thaw() {
	s.frozen = false
	backlog := s.backlog
	s.backlog = nil
	for _, h := range backlog {
		s.loop.schedule(0, h.task, s, h.life)
	}
}

// Kill drops every pending event of the scope and unwinds its procs, in the
// order in which they were started. Post, After and timers do nothing until
// Revive.
func (s *Scope) Kill() {
	s.alive, s.frozen, s.backlog = false, false, nil
	s.life++
	procs := s.procs
	s.procs = nil
	for _, p := range procs {
		p.kill()
	}
	s.life++ // whatever the dying posted dies too
}

// Revive makes a killed scope usable again, empty.
func (s *Scope) Revive() { s.alive = true }

// Local returns the scope's own time: the loop's, unless Skew or Drift has
// moved it.
func (s *Scope) Local() time.Duration {
	now := s.loop.Now()
	if s.rate == 1 {
		return now - s.anchor + s.anchored
	}
	return s.anchored + time.Duration(float64(now-s.anchor)*s.rate)
}

// Skew moves the scope's clock by d at once, as a step of the wall clock does.
// Timers that already run are not moved.
func (s *Scope) Skew(d time.Duration) {
	local := s.Local()
	s.anchor, s.anchored = s.loop.Now(), local+d
}

// Drift makes the scope's clock gain the given share: 0.01 runs 1 % fast, and
// timers set from now on fire 1 % early.
func (s *Scope) Drift(share float64) {
	local := s.Local()
	s.anchor, s.anchored, s.rate = s.loop.Now(), local, 1+share
}

// stretch turns a span of local time into one of the world's.
func (s *Scope) stretch(d time.Duration) time.Duration {
	if s.rate == 1 {
		return d
	}
	return time.Duration(float64(d) / s.rate)
}

// intercept reports whether a due task must not run now: its scope is dead,
// was another life's, or is frozen.
func (s *Scope) intercept(t Task, life uint32) bool {
	if !s.alive || life != s.life {
		return true
	}
	if s.frozen {
		s.backlog = append(s.backlog, held{t, life})
		return true
	}
	return false
}

// forget drops a proc that has ended. The last one takes its place; the order
// in which Kill unwinds stays a function of what happened before.
func (s *Scope) forget(p *Proc) {
	last := len(s.procs) - 1
	if p.place > last || s.procs[p.place] != p {
		return // the scope was killed meanwhile
	}
	s.procs[p.place] = s.procs[last]
	s.procs[p.place].place = p.place
	s.procs[last] = nil
	s.procs = s.procs[:last]
}
