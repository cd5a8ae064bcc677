package standby

import (
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// HSRP is a member of a group of HSRP version 1 as a Protocol: a Machine, and
// its frames.
type HSRP struct {
	machine Machine
	acting  Identity // while it leaves a group, still the old one
}

// NewHSRP returns a member in Initial.
func NewHSRP(cfg Config) *HSRP { return &HSRP{machine: New(cfg)} }

// Step implements Protocol. The events are those of Machine.
func (p *HSRP) Step(now time.Duration, ev Event) (actions []Action) {
	p.acting = identity(&p.machine.cfg)
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
func (*HSRP) Parse(frame []byte) Event {
	_, from, msg, err := wire.ParseFrame(frame)
	if err != nil {
		return nil
	}
	return Received{From: from, Message: msg}
}

var _ Protocol = (*HSRP)(nil)
