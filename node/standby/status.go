package standby

import (
	"fmt"
	"net/netip"
	"time"
)

// Counters count what a member has seen since it was created. They only grow.
type Counters struct {
	HellosSent, HellosReceived   uint64
	CoupsSent, CoupsReceived     uint64
	ResignsSent, ResignsReceived uint64

	AuthFailures    uint64 // messages of our group with another authentication string
	GroupMismatches uint64 // messages of another group
	VIPMismatches   uint64 // messages of our group for another virtual IP, accepted or not
	SelfReceived    uint64 // messages from our own address

	Transitions   uint64
	Announcements uint64
}

// Status is what an administrator sees: DataPower's StandbyStatus
// (spec/failover.md §3.5), the state behind it, and counters.
type Status struct {
	State     fmt.Stringer // the protocol's own
	Owner     bool         // the member answers for the virtual addresses
	Group     uint8
	VirtualIP netip.Addr // configured or learned; zero while unknown
	Priority  uint8
	Preempt   bool

	GroupLeader   netip.Addr // the active member, ourselves included; zero while none is known
	StandbyMember netip.Addr // likewise the Standby

	HelloTime, HoldTime time.Duration // in use: configured or learned
	Yielded             bool          // the operator gave up the role, and it has not come back yet
	ChangedAt           time.Duration // instant of the last transition
	Counters            Counters
}

// Mode is all that DataPower shows of the state: everything that is not Active
// is "standby".
func (s Status) Mode() string {
	if s.Owner {
		return "active"
	}
	return "standby"
}

// Status returns the machine's status.
func (m Machine) Status() Status {
	s := Status{
		State: m.state, Owner: m.state.Owns(), Group: m.cfg.Group, VirtualIP: m.vip, Priority: m.cfg.Priority, Preempt: m.cfg.Preempt,
		GroupLeader: m.active, StandbyMember: m.standby,
		HelloTime: m.helloTime, HoldTime: m.holdTime,
		Yielded: m.yield != yieldNone, ChangedAt: m.changedAt, Counters: m.counters,
	}
	switch m.state {
	case Active:
		s.GroupLeader = m.cfg.Address
	case Standby:
		s.StandbyMember = m.cfg.Address
	}
	return s
}
