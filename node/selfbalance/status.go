package selfbalance

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// RealServer is one row of the product's SelfBalancedStatus (spec/failover.md
// §5.2): a service, and a member that may serve it.
type RealServer struct {
	Service   Service
	Member    netip.Addr
	Owner     bool // targetState: active or standby
	Weight    uint16
	Active    int // connections, as the table of this member has them
	Inactive  int
	Quiesce   bool
	Listening bool
	Reason    string // why it gets no new connections; empty: it does
}

// Status is what an administrator sees of a member.
type Status struct {
	Owner    bool
	Entries  int    // in the table
	Evicted  uint64 // entries that made room for newer ones
	Full     uint64 // connections that found no room
	Servers  []RealServer
	Local    []LocalService // SelfBalancedTable: what the own machine serves
	Counters Counters
}

// Status returns the member's view of the group. Of services that are not
// balanced it knows only its own.
func (m *Machine) Status() Status {
	s := Status{
		Owner: m.owner, Entries: m.table.Len(), Evicted: m.table.Evicted(), Full: m.table.Refused(),
		Local: m.offers, Counters: m.counters,
	}
	for _, v := range m.order {
		for _, slot := range v.members.Order {
			p := m.peers[slot]
			row := RealServer{
				Service: v.Service, Member: p.address, Owner: p.owner, Weight: v.members.Weights[slot],
				Active: int(v.members.Counts[slot].Active), Inactive: int(v.members.Counts[slot].Inactive),
			}
			if slot == Self {
				row.Owner = m.owner
			}
			for _, o := range p.offers {
				if ServiceOf(o.Address) == v.Service {
					row.Quiesce, row.Listening, row.Reason = o.Quiesce, o.Listening, idle(o)
				}
			}
			s.Servers = append(s.Servers, row)
		}
	}
	for _, o := range m.offers {
		if o.Fixed != "" {
			s.Servers = append(s.Servers, RealServer{
				Service: o.Service, Member: m.cfg.Address, Owner: m.owner, Active: o.Connections,
				Quiesce: m.quiesce, Listening: o.Listening, Reason: o.Fixed,
			})
		}
	}
	return s
}

// idle says why a member gets no new connections of a service.
func idle(o balance.ServiceReport) string {
	switch {
	case o.Quiesce:
		return "quiesce"
	case !o.Listening:
		return "not listening"
	case o.Weight == 0:
		return "cpu at 100 %"
	}
	return ""
}

// noteTable tells the shell of a table whose size has changed.
func (m *Machine) noteTable() {
	size := TableChanged{Entries: m.table.Len()}
	for _, v := range m.order {
		for _, count := range v.members.Counts { // of lost members too
			size.Active += int(count.Active)
		}
	}
	if size != m.reported {
		m.reported = size
		m.do(size)
	}
}
