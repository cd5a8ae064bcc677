package world

import (
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

const (
	// idleTime is how long a connection without requests counts as in use. One that
	// is in use ends with its next answer, so that no request meets the end.
	idleTime = 5 * time.Second
	// drainPoll is the time between two looks at what is left.
	drainPoll = 100 * time.Millisecond
)

// leave is a graceful leave of a machine, until it comes back or crashes.
type leave struct {
	node     *Node
	programs []Leaving
	groups   []string // interfaces whose standby control it has turned off
}

// quiesce begins a graceful leave, or begins it anew with other times.
func (n *Node) quiesce(f fault.Quiesce) (undo func() bool, err error) {
	l := &leave{node: n}
	if old := n.leaving; old != nil {
		l.programs, l.groups = old.programs, old.groups
	}
	n.leaving = l
	l.enter(event.QuiesceBegan)
	n.intend(true)
	n.host.Go("quiesce", func(p *sim.Proc) { l.run(p, f) })
	return func() bool { return changed(func() bool { return n.leaving == l }, n.comeBack) }, nil
}

func (n *Node) unquiesce(fault.Unquiesce) (undo func() bool, err error) {
	if n.leaving != nil { // by a fault that is no longer known, such as one of a span
		n.comeBack()
	}
	return nil, nil
}

// intend tells those who send connections to this machine that it is about to
// leave, or no longer.
func (n *Node) intend(leave bool) {
	n.announceLeave(leave)
}

// run is the course of a leave. It ends early when the leave does.
func (l *leave) run(p *sim.Proc, f fault.Quiesce) {
	n := l.node
	p.Sleep(f.Delay)
	if n.leaving != l {
		return
	}
	if len(l.programs) == 0 {
		for _, key := range slices.Sorted(maps.Keys(n.programs)) {
			if begin := n.programs[key].Leave; begin != nil {
				l.programs = append(l.programs, begin())
			}
		}
	}
	l.enter(event.QuiesceDraining)
	timeout := f.Patience()
	for waited := time.Duration(0); l.connections() > 0 && waited < timeout; waited += drainPoll {
		p.Sleep(min(drainPoll, timeout-waited))
		if n.leaving != l {
			return
		}
		if waited+drainPoll >= idleTime {
			l.drain()
		}
	}
	state := event.QuiesceDrained
	if l.connections() > 0 {
		state = event.QuiesceTimeout
	}
	l.enter(state)
	l.resign()
}

func (l *leave) drain() {
	for _, p := range l.programs {
		p.Drain()
	}
}

// resign turns standby control off.
func (l *leave) resign() {
	for _, m := range l.node.Members() {
		if m.Enabled() {
			l.groups = append(l.groups, m.Interface())
			m.Enable(false)
		}
	}
}

// comeBack ends a leave: what it has turned off is turned on, programs first.
func (n *Node) comeBack() {
	l := n.leaving
	n.leaving = nil
	for _, p := range l.programs {
		p.Return()
	}
	for _, iface := range l.groups {
		if m := n.members[iface]; m != nil && n.running.set["standby."+iface] != "off" {
			m.Enable(true)
		}
	}
	n.intend(false)
	l.enter(event.QuiesceEnded)
}

// connections counts the connections that are left.
func (l *leave) connections() int {
	open := 0
	for _, p := range l.programs {
		open += p.Connections()
	}
	return open
}

func (l *leave) enter(state string) {
	b := event.QuiesceChanged{State: state}
	if state != event.QuiesceBegan && state != event.QuiesceEnded {
		b.Connections = l.connections()
	}
	l.node.host.Log(b)
}
