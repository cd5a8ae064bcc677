// Package member runs one member of a standby group on an interface of a
// machine. Its Shell runs any election protocol of package standby: it sends
// the protocol's messages, adds and removes virtual IPs, announces them, arms
// one timer, and follows the carrier. It decides nothing and knows no protocol.
// Member is the shell around HSRP, whose configuration can change while it
// runs.
//
// Start reading at shell.go.
package member

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/track"
)

// Config is the configuration of a member of an HSRP group.
type Config struct {
	Machine standby.Config
	Options
}

// Member is a running member of an HSRP group.
type Member struct {
	*Shell
	machine standby.Config // as configured
	patient Patience       // see HoldPreempt
	verdict track.Verdict  // see Apply
}

// Patience is reasons for which a member does not preempt.
type Patience uint8

const (
	// UntilPrepared waits for what self-balancing must know of connections.
	UntilPrepared Patience = 1 << iota
	// UntilServing waits for the services of the machine.
	UntilServing
)

// Start runs a member on the interface until the machine crashes. Without
// carrier, or without an address, it waits in Initial.
func Start(h *host.Host, nic *host.NIC, cfg Config) *Member {
	m := &Member{Shell: newShell(h, nic, standby.NewHSRP(cfg.Machine), cfg.Options), machine: cfg.Machine}
	m.mute = !cfg.Machine.Address.IsValid()
	m.follow()
	return m
}

// Config returns the configuration in use.
func (m *Member) Config() Config { return Config{m.machine, m.options} }

// Reconfigure changes the running configuration.
func (m *Member) Reconfigure(cfg standby.Config) {
	m.machine = cfg
	m.mute = !cfg.Address.IsValid()
	m.reconfigure()
}

// reconfigure passes the configuration to the protocol.
func (m *Member) reconfigure() {
	cfg := m.machine
	cfg.Preempt = cfg.Preempt && m.patient == 0
	cfg.Priority = m.verdict.Priority(cfg.Priority)
	m.step(standby.Reconfigure{Config: cfg})
}

// HoldPreempt keeps the member from preempting until it is called with false
// for every reason: one that is not ready yet lets a lower active go on.
// Nothing else changes: the member still takes a role that nobody has, and its
// configuration and status still say what is configured.
func (m *Member) HoldPreempt(why Patience, hold bool) {
	patient := m.patient &^ why
	if hold {
		patient |= why
	}
	if m.patient != patient {
		m.patient = patient
		m.reconfigure()
	}
}

// Apply applies what the objects that the member tracks do to it. A lower
// priority by itself does not move the role: another member must hear it and be
// allowed to preempt. In a fault an active member resigns, and the member takes
// no part in the group until the fault is over.
func (m *Member) Apply(v track.Verdict) {
	before := m.verdict
	m.verdict, m.fault = v, v.Fault
	if before.Fault != v.Fault && v.Fault {
		m.follow() // it leaves with the priority with which it took part
	}
	if before.Weight != v.Weight {
		m.reconfigure()
	}
	if before.Fault != v.Fault && !v.Fault {
		m.follow()
	}
}

// Status returns what an administrator sees.
func (m *Member) Status() standby.Status {
	st := m.Shell.Status()
	st.Preempt = m.machine.Preempt
	return st
}

// SetAddress sets a new address of the interface, which makes this another
// member of the group. With the zero address the member stops: it has no
// address to send hellos from (spec/failover.md F14).
func (m *Member) SetAddress(own netip.Addr) {
	m.mute = !own.IsValid()
	m.machine.Address = own
	if own.IsValid() {
		m.Reconfigure(m.machine)
	}
	m.follow()
}
