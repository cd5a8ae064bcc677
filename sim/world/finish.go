package world

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/sim/event"
)

// Finish ends the record of the run: it logs what programs still have under
// way, and the standby status of each running member, in the order of nodes,
// then programs and interfaces. Those are the last entries in log and digest,
// so call it after the last Run and before judging the run. A second call does
// nothing. The world in another process finishes the nodes there.
func (w *World) Finish() {
	if w.finished || w.closed {
		return
	}
	w.finished = true
	for _, name := range w.names {
		n := w.nodes[name]
		if n == nil || n.host.Power() != event.PowerUp || n.host.Frozen() {
			continue // no program there to ask
		}
		for _, p := range w.programs {
			if running := n.programs[p.key]; running != nil && running.Finish != nil {
				running.Finish()
			}
		}
		for _, m := range n.Members() {
			if m.Enabled() {
				n.host.Log(status(m))
			}
		}
		n.logBalance()
	}
}

// status is what an administrator would see of a member.
func status(m *member.Member) event.StandbyStatus {
	s := m.Status()
	c := s.Counters
	return event.StandbyStatus{
		Interface: m.Interface(), Group: s.Group, IP: text(s.VirtualIP), Priority: s.Priority, Mode: s.Mode(),
		Preempt: s.Preempt, GroupLeader: text(s.GroupLeader), State: s.State.String(),
		HellosSent: c.HellosSent, HellosReceived: c.HellosReceived,
		CoupsSent: c.CoupsSent, CoupsReceived: c.CoupsReceived,
		ResignsSent: c.ResignsSent, ResignsReceived: c.ResignsReceived,
		AuthFailures: c.AuthFailures, GroupMismatches: c.GroupMismatches, VIPMismatches: c.VIPMismatches,
		Transitions: c.Transitions,
	}
}

// text is an address as text, empty if there is none.
func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
