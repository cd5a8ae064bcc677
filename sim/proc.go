package sim

import (
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// ErrKilled is the panic value with which a killed proc unwinds. Only its
// defers see it; they must not recover it.
var ErrKilled = errors.New("sim: proc killed")

// Proc is a program in plain blocking style that runs as a coroutine of the
// loop: while it does not park, nothing else runs and no time passes.
type Proc struct {
	scope          *Scope
	name           string
	resume         func() (struct{}, bool)
	stop           func()
	yield          func(struct{}) bool
	older, younger *Proc // neighbours in the scope's list

	queued  bool // Run is posted; guarded by the loop's lock
	running bool // has been resumed and has not parked since
	ended   bool
	killed  bool
	timer   *Timer  // of Sleep
	attempt Attempt // it waits for this
}

// Go starts body as a proc of the scope. It first runs as an event of the
// current instant. In a dead scope it never runs.
func (s *Scope) Go(name string, body func(*Proc)) *Proc {
	p := &Proc{scope: s, name: name}
	if !s.alive {
		p.ended = true
		return p
	}
	p.resume, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		p.run(body)
	})
	s.adopt(p)
	p.Wake()
	return p
}

func (p *Proc) run(body func(*Proc)) {
	defer func() {
		p.ended = true
		v := recover()
		if err, ok := v.(error); v == nil || ok && errors.Is(err, ErrKilled) {
			return
		}
		loop := p.scope.loop
		loop.Fail(&PanicError{Name: "proc " + p.name, Value: v, Stack: debug.Stack(), At: loop.Now()})
	}()
	body(p)
}

// Name returns the name given to Go.
func (p *Proc) Name() string { return p.name }

// String names the proc in reports of the loop.
func (p *Proc) String() string { return "proc " + p.name }

// Scope returns the scope the proc belongs to.
func (p *Proc) Scope() *Scope { return p.scope }

// Current returns the proc that is running now, or nil within a plain event.
func (l *Loop) Current() *Proc { return l.current }

// Wake posts a resumption of the proc, unless one is already posted. It may be
// called from any goroutine, and wakes a proc regardless of what it waits for:
// after Park a proc must check its condition again.
func (p *Proc) Wake() {
	loop := p.scope.loop
	loop.mu.Lock()
	if !p.queued {
		p.queued = true
		loop.enqueue(loop.fill(p, p.scope), 0)
	}
	loop.mu.Unlock()
}

// Run resumes the proc. Only the loop calls it.
func (p *Proc) Run() {
	loop := p.scope.loop
	loop.mu.Lock()
	p.queued = false
	loop.mu.Unlock()
	if p.ended {
		return
	}
	p.enter(p.proceed)
	if p.ended && !p.killed {
		p.scope.forget(p)
	}
}

// Park returns control to the loop until the next Wake. It may return
// spuriously. In a proc that is being killed it unwinds.
func (p *Proc) Park() {
	if p.scope.loop.current != p {
		panic(fmt.Sprintf("sim: park of %v, which is not the proc that runs", p))
	}
	if p.killed || !p.yield(struct{}{}) {
		panic(ErrKilled)
	}
}

// Sleep parks until d of the scope's own time has passed.
func (p *Proc) Sleep(d time.Duration) {
	loop := p.scope.loop
	due := loop.Now() + p.scope.stretch(d)
	if p.timer == nil {
		p.timer = p.scope.NewTimer(Func(p.Wake))
	}
	p.timer.Reset(d)
	for {
		p.Park()
		if loop.Now() >= due {
			return
		}
	}
}

// kill unwinds the proc through its defers; it never runs again.
func (p *Proc) kill() {
	if p.ended || p.killed {
		return
	}
	p.killed = true
	if p.running {
		// It kills its own machine, or one whose procs, while unwinding, kill this one:
		// it unwinds when it next parks.
		return
	}
	p.attempt = nil
	p.enter(p.stop)
	p.ended = true // even if it never started
}

// enter switches to the proc until it parks or ends.
func (p *Proc) enter(how func()) {
	loop := p.scope.loop
	outer := loop.current
	loop.current, p.running = p, true
	how()
	loop.current, p.running = outer, false
}
