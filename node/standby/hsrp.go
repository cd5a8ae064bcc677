package standby

import (
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// HSRP is a member of a group of HSRP version 1 as a Protocol: a Machine, and
// its frames.
type HSRP struct {
	machine  Machine
	acting   Identity // while it leaves a group, still the old one
	changed  bool     // its configuration may have another one
	received Received // what Parse has returned last
}

// NewHSRP returns a member in Initial.
func NewHSRP(cfg Config) *HSRP {
	return &HSRP{machine: New(cfg), acting: identity(&cfg)}
}

// Step implements Protocol. The events are those of Machine, of which Tick and
// Received are pointers.
func (p *HSRP) Step(now time.Duration, ev Event) (actions []Action) {
	if p.changed { // the step before has left the old group
		p.acting, p.changed = identity(&p.machine.cfg), false
	}
	switch e := ev.(type) { // a machine takes values, and does not let them escape
	case *Tick:
		ev = *e
	case *Received:
		ev = *e
	case Reconfigure:
		p.changed = true
	}
	p.machine, actions = p.machine.Step(now, ev)
	return actions
}

// Deadline implements Protocol.
func (p *HSRP) Deadline() time.Duration { return p.machine.Deadline() }

// Status implements Protocol.
func (p *HSRP) Status() Status { return p.machine.Status() }

// Identity implements Protocol.
func (p *HSRP) Identity(a Action) Identity {
	if t, ok := a.(Transition); ok && t.From == Initial { // it joins
		p.acting = identity(&p.machine.cfg)
	}
	return p.acting
}

func identity(cfg *Config) Identity {
	return Identity{Group: cfg.Group, Address: cfg.Address, VirtualMAC: wire.VirtualMAC(cfg.Group)}
}

// Matches implements Protocol.
func (*HSRP) Matches(frame []byte) bool { return wire.IsHSRP(frame) }

// Multicast implements Protocol.
func (*HSRP) Multicast() wire.MAC { return wire.AllRouters }

// Parse implements Protocol.
func (p *HSRP) Parse(frame []byte) Event {
	_, from, msg, err := wire.ParseFrame(frame)
	if err != nil {
		return nil
	}
	p.received = Received{From: from, Message: msg}
	return &p.received
}

var _ Protocol = (*HSRP)(nil)
