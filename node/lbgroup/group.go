package lbgroup

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// Never is an instant that does not come.
const Never = time.Duration(math.MaxInt64)

// Group is a load balancer group: its members, their states and connections.
// Every method that is told an instant first does what was due by then.
type Group struct {
	cfg      Config
	affinity AffinityMode
	table    table
	slots    map[string]uint16 // by name of the member
	marks    map[string]uint16 // by value of the insertion cookie
	clones   map[string]uint16 // by clone id; of several members the first in the list
	order    []uint16          // the slots of all members in the order of the list
	ups      []uint16          // those of them that are up and have a weight

	members [MembersMax]member // by slot; a member keeps its slot
	epoch   uint32             // grows when members are added
	nextAt  time.Duration
	changes []Change

	// What the algorithms read and write, by slot.
	lastUsed   uint16             // the slot chosen last by round-robin
	lastEpoch  uint32             // its member's epoch; 0: none was chosen
	position   [MembersMax]uint16 // in order
	credit     [MembersMax]int32  // of weighted-round-robin; the sum of those that are up is 0
	weight     [MembersMax]int32  // as configured
	load       [MembersMax]uint64 // of the least-connections algorithms
	claim      [MembersMax]uint64 // the member's hash
	candidates [MembersMax]uint16 // of a retry
}

// member is what a group knows about a member.
type member struct {
	server  string
	cloneID string
	mark    string // value of the insertion cookie
	state   State  // Absent: the slot is free
	dampDue time.Duration
	active  int32
	epoch   uint32 // when it was added; never 0
}

// Change is a transition of a member, for the log of events.
type Change struct {
	Server   string
	From, To State
	Cause    Cause
	Detail   string // the reason that the shell gave for a failure; may be empty
}

// Status is what a group knows about a member.
type Status struct {
	Server string
	State  State
	Weight int
	Active int // connections from Connected to Released
}

// New returns a group whose enabled members are up. Its errors wrap ErrConfig.
func New(c Config) (*Group, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	g := &Group{cfg: c, affinity: c.Affinity.Effective(), table: tableOf(&c), slots: map[string]uint16{}, nextAt: Never}
	g.cfg.Members = nil
	g.replace(0, c.Members)
	g.changes = nil // nothing has changed yet
	return g, nil
}

// NextAt is when Damp ends next for a member, or Never.
func (g *Group) NextAt() time.Duration { return g.nextAt }

// Advance ends Damp for the members whose time has come, in the order of their
// instants.
func (g *Group) Advance(now time.Duration) {
	for g.nextAt <= now && g.nextAt != Never {
		for _, slot := range g.order {
			if g.members[slot].dampDue == g.nextAt {
				g.apply(g.nextAt, slot, CauseDampElapsed, "")
				break
			}
		}
	}
}

// Changes returns the transitions since the last call, in order. The shell
// calls it after everything that may change a state, because the group keeps
// them until then. The result is valid until the next change.
func (g *Group) Changes() []Change {
	changes := g.changes
	g.changes = g.changes[:0]
	return changes
}

// Status lists the members in the order of the list.
func (g *Group) Status() []Status {
	list := make([]Status, 0, len(g.order))
	for _, slot := range g.order {
		m := &g.members[slot]
		list = append(list, Status{m.server, m.state.reported(), int(g.weight[slot]), int(m.active)})
	}
	return list
}

// State returns the state of a member, Absent if the group has none of that
// name.
func (g *Group) State(server string) State {
	slot, ok := g.slots[server]
	if !ok {
		return Absent
	}
	return g.members[slot].state.reported()
}

// Checked applies the result of a health check, with its reason for the log.
// One for a member that is disabled or left the group has no effect.
func (g *Group) Checked(now time.Duration, server string, passed bool, reason string) {
	g.Advance(now)
	slot, ok := g.slots[server]
	if !ok {
		return
	}
	cause := CauseCheckFailed
	if passed {
		cause = CauseCheckPassed
	}
	g.apply(now, slot, cause, reason)
}

// SetAdminState enables or disables a member. It reports whether the group has
// it. A disabled member keeps its connections, and is up when it is enabled.
func (g *Group) SetAdminState(now time.Duration, server string, enabled bool) bool {
	g.Advance(now)
	slot, ok := g.slots[server]
	if !ok {
		return false
	}
	cause := CauseAdminDisabled
	if enabled {
		cause = CauseAdminEnabled
	}
	g.apply(now, slot, cause, "")
	return true
}

// apply changes the state of the member in a slot as the table says.
func (g *Group) apply(now time.Duration, slot uint16, cause Cause, detail string) {
	m := &g.members[slot]
	step := g.table[m.state][cause]
	if step.to == Absent || planted.In(planted.CheckNeverReturns) && m.state == Down && cause == CauseCheckPassed {
		return
	}
	from := m.state
	m.state, m.dampDue = step.to, Never
	if step.damp && !planted.In(planted.DampNeverEnds) {
		m.dampDue = now + g.cfg.Damp
	}
	g.schedule()
	if (from == Up) != (step.to == Up) {
		g.rank()
	}
	if from.reported() != step.to.reported() {
		g.changes = append(g.changes, Change{m.server, from.reported(), step.to.reported(), cause, detail})
	}
}

// schedule finds out when Damp ends next.
func (g *Group) schedule() {
	g.nextAt = Never
	for _, slot := range g.order {
		g.nextAt = min(g.nextAt, g.members[slot].dampDue)
	}
}

// rank lists the members that are up and take new sessions, and begins
// weighted-round-robin anew.
func (g *Group) rank() {
	g.ups = g.ups[:0]
	for i, slot := range g.order {
		g.position[slot] = uint16(i)
		if g.members[slot].state == Up && g.weight[slot] > 0 {
			g.ups = append(g.ups, slot)
		}
	}
	clear(g.credit[:])
}
