// Package tracker looks at the objects that a member of a standby group tracks,
// gives the results to the machine of package track, and carries out what it
// decides. It knows neither what the objects are nor which protocol the member
// speaks: both are functions. Start reading here.
package tracker

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/track"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Object is a tracked object.
type Object struct {
	track.Object
	// Look returns nil if the object works; otherwise the error says in a word or
	// two what is wrong. With an Interval it may park the proc.
	Look func(*sim.Proc) error
	// Interval is the time from one look to the next. 0: it is looked at once, and
	// then whenever Changed is called; Look must not park then.
	Interval time.Duration
}

// Config is what a Tracker watches for which member.
type Config struct {
	Interface string // of the member
	Objects   []Object
	Group     func() uint8
	Priority  func() uint8 // the configured one
	// Apply is called with the new verdict after a change, Yield after that if the
	// object is one that makes the member yield.
	Apply func(track.Verdict)
	Yield func()
}

// Tracker watches the objects of one member until the machine crashes.
type Tracker struct {
	host    *host.Host
	cfg     Config
	machine track.Machine
	reasons []string // of the last look at each object
	pending bool     // a look at those without interval is due
}

// Start starts a tracker on a running machine. The objects without interval are
// first looked at after the present event. Others are at a phase within their
// interval that depends on the seed, the names and the number of the boot only,
// so that the members of a group do not look in step.
func Start(h *host.Host, cfg Config) *Tracker {
	t := &Tracker{host: h, cfg: cfg, reasons: make([]string, len(cfg.Objects))}
	var objects []track.Object
	for _, o := range cfg.Objects {
		objects = append(objects, o.Object)
	}
	t.machine = track.New(objects)
	for i, o := range cfg.Objects {
		if o.Interval > 0 {
			h.Go("track", func(p *sim.Proc) { t.poll(p, i) })
		}
	}
	t.Changed()
	return t
}

// Verdict is what the objects that fail do to the member at present.
func (t *Tracker) Verdict() track.Verdict { return t.machine.Verdict() }

// Changed says that an object without interval may have changed. It is looked
// at after the present event, which may be a step of the member.
func (t *Tracker) Changed() {
	if t.pending {
		return
	}
	t.pending = true
	t.host.Scope().Post(sim.Func(func() { t.host.CPU().Do(sim.Func(t.look)) }))
}

func (t *Tracker) look() {
	t.pending = false
	for i, o := range t.cfg.Objects {
		if o.Interval == 0 {
			t.take(i, o.Look(nil))
		}
	}
}

// poll looks at an object at its interval. Like all control programs it gets no
// result while the control class has no CPU at all.
func (t *Tracker) poll(p *sim.Proc, i int) {
	o, clock := t.cfg.Objects[i], t.host.Scope()
	stream := fmt.Sprintf("track/%s.%s/%d/phase/boot/%d", t.host.Name(), t.cfg.Interface, i, t.host.Boots())
	due := clock.Elapsed() + time.Duration(t.host.Loop().Stream(stream).Float64()*float64(o.Interval))
	for {
		for wait := due - clock.Elapsed(); wait > 0; wait = due - clock.Elapsed() {
			p.Sleep(wait)
		}
		err := o.Look(p)
		t.host.CPU().Use(p, host.Control, 0)
		t.take(i, err)
		// A look that took the whole interval is followed by the next at once. Those
		// that a frozen machine missed are skipped.
		for due += o.Interval; due < clock.Elapsed(); {
			due += o.Interval
		}
	}
}

// take gives a result to the machine, and carries out what follows.
func (t *Tracker) take(i int, err error) {
	t.reasons[i] = ""
	if err != nil {
		t.reasons[i] = err.Error()
	}
	var actions []track.Action
	t.machine, actions = t.machine.Step(t.host.Now(), track.Result{Object: i, Good: err == nil})
	for _, a := range actions {
		switch a := a.(type) {
		case track.Changed:
			t.log(a)
			t.cfg.Apply(t.machine.Verdict())
		case track.Yield:
			t.cfg.Yield()
		}
	}
}

// log logs a change before its effects are.
func (t *Tracker) log(c track.Changed) {
	v, state := t.machine.Verdict(), event.TrackDown
	if c.Up {
		state = event.TrackUp
	}
	t.host.Log(event.TrackChanged{
		Interface: t.cfg.Interface, Group: t.cfg.Group(), Object: t.cfg.Objects[c.Object].Name, State: state, Reason: t.reasons[c.Object],
		Since: c.Since, Priority: v.Priority(t.cfg.Priority()), Fault: v.Fault,
	})
}
