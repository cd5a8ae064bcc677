package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// members follows the status of each member's standby control.
type members struct {
	roster *Roster
	all    []*Entry // in the facts
	last   map[*Entry]event.StandbyStatus

	changedAt map[*Entry]time.Duration
}

func newMembers(s *scene) recorder {
	return &members{
		roster: s.roster, all: slices.Clone(s.roster.Entries()), last: map[*Entry]event.StandbyStatus{},
		changedAt: map[*Entry]time.Duration{},
	}
}

var memberReads = event.SetOf(event.StandbyChanged{}, event.StandbyStatus{})

// reads implements fold.
func (*members) reads() event.Set { return memberReads }

// Observe implements fold.
func (m *members) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.StandbyChanged:
		if found := m.roster.Find(e.Node, b.Interface); found != nil {
			m.changedAt[found] = e.At
		}
	case event.StandbyStatus:
		if found := m.roster.Find(e.Node, b.Interface); found != nil {
			m.last[found] = b
		}
	}
}

// Finish implements fold.
func (m *members) Finish(time.Duration) {}

func (m *members) record(to *Measures) {
	all := make([]MemberStatus, 0, len(m.all))
	for _, who := range m.all {
		if who.Real {
			continue // it has no standby control
		}
		s, shown := m.last[who]
		if !shown {
			all = append(all, MemberStatus{
				Node: who.Node, Interface: who.Interface, Group: who.Group, VIP: who.VIP, Mode: m.silence(who),
				ChangedAt: m.changedAt[who],
			})
			continue
		}
		all = append(all, MemberStatus{
			Node: who.Node, Interface: who.Interface, Group: s.Group, VIP: s.IP,
			Priority: s.Priority, Preempt: s.Preempt, Mode: s.Mode, Leader: s.GroupLeader, State: s.State,
			ChangedAt:  m.changedAt[who],
			HellosSent: s.HellosSent, HellosReceived: s.HellosReceived,
			CoupsSent: s.CoupsSent, CoupsReceived: s.CoupsReceived,
			ResignsSent: s.ResignsSent, ResignsReceived: s.ResignsReceived,
			AuthFailures: s.AuthFailures, GroupMismatches: s.GroupMismatches, VIPMismatches: s.VIPMismatches,
			Transitions: s.Transitions,
		})
	}
	to.Members = all
}

// silence returns why a member has no status.
func (m *members) silence(who *Entry) string {
	switch m.roster.Power(who.Node) {
	case event.PowerFrozen:
		return "frozen"
	case event.PowerBooting:
		return "booting"
	case event.PowerUp, event.PowerThawed:
		return "off"
	}
	return "down"
}
