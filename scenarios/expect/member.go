package expect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Member chooses a member of a standby group. Interface and group may be left
// out if the node has only one standby configuration.
type Member struct {
	Node      string `yaml:"node" doc:"a node with standby control" jsonschema:"required"`
	Interface string `yaml:"interface" doc:"the interface, if several of the node's have standby control"`
	Group     int    `yaml:"group" doc:"the group, if the node is in several" jsonschema:"minimum=1,maximum=255"`
}

// String prints node or node.interface.
func (m Member) String() string {
	s := m.Node
	if m.Interface != "" {
		s += "." + m.Interface
	}
	if m.Group != 0 {
		s += fmt.Sprintf(" in group %d", m.Group)
	}
	return s
}

// chooses says whether an event of a node is about the member.
func (m Member) chooses(node string, c event.StandbyChanged) bool {
	return node == m.Node && (m.Interface == "" || c.Interface == m.Interface) && (m.Group == 0 || int(c.Group) == m.Group)
}

// Problems says what is wrong with it in a plan.
func (m Member) Problems(plan Plan) []topology.Problem {
	if m.Node == "" {
		return nil // the missing key has been reported
	}
	if problems := problemsOfNode(plan, "node", m.Node); problems != nil {
		return problems
	}
	var interfaces []string
	for _, membership := range plan.Nodes[m.Node].Members {
		interfaces = append(interfaces, membership.Interface)
	}
	if len(interfaces) == 0 {
		return []topology.Problem{{Path: []string{"node"}, Message: "node " + m.Node + " has no standby control"}}
	}
	if m.Interface != "" && !slices.Contains(interfaces, m.Interface) {
		return []topology.Problem{{Path: []string{"interface"}, Message: fmt.Sprintf("got %q, want %s", m.Interface, topology.AnyOf(m.Interface, interfaces))}}
	}
	if m.Group != 0 {
		return m.problemsOfGroup(plan.Nodes[m.Node].Members)
	}
	return nil
}

// problemsOfGroup checks that the member is in the group it is asked about.
func (m Member) problemsOfGroup(all []Membership) []topology.Problem {
	var groups []string
	for _, membership := range all {
		if m.Interface != "" && m.Interface != membership.Interface {
			continue
		}
		if m.Group == membership.Group {
			return nil
		}
		groups = append(groups, strconv.Itoa(membership.Group))
	}
	got := strconv.Itoa(m.Group)
	return []topology.Problem{{Path: []string{"group"}, Message: fmt.Sprintf("got %s, want %s", got, topology.AnyOf(got, groups))}}
}

// stretch is a period that a member spent in one state. It excludes its end,
// unless that is the end of the run.
type stretch struct {
	from, to time.Duration
	state    string
}

func (s stretch) String() string { return s.state + " " + form.Text(s.from) + ".." + form.Text(s.to) }

// lane is one member's path through the states.
type lane struct {
	member    Member
	stretches []stretch
}

// lanes returns the paths of all members, in the order in which they first
// changed their state. A machine that loses power goes back to Initial. A
// frozen one keeps its state.
func lanes(e Evidence) []lane {
	var all []lane
	roster := oracle.NewRoster(oracle.Facts{})
	version := roster.Version()
	for ev := range e.Events.Of(oracle.RosterReads) {
		if roster.Observe(ev); roster.Version() == version {
			continue
		}
		version = roster.Version()
		for _, m := range roster.Entries() {
			l := laneOf(&all, m, e.Duration)
			state := cmp.Or(m.State, event.StateInitial)
			if last := &l.stretches[len(l.stretches)-1]; last.state != state {
				last.to = ev.At
				l.stretches = append(l.stretches, stretch{ev.At, e.Duration, state})
			}
		}
	}
	return all
}

func laneOf(all *[]lane, entry *oracle.Entry, end time.Duration) *lane {
	m := Member{entry.Node, entry.Interface, int(entry.Group)}
	for i := range *all {
		if (*all)[i].member == m {
			return &(*all)[i]
		}
	}
	*all = append(*all, lane{m, []stretch{{0, end, event.StateInitial}}})
	return &(*all)[len(*all)-1]
}

// of chooses the lanes of a member.
func (m Member) of(all []lane) []lane {
	var chosen []lane
	for _, l := range all {
		if m.chooses(l.member.Node, event.StandbyChanged{Interface: l.member.Interface, Group: uint8(l.member.Group)}) {
			chosen = append(chosen, l)
		}
	}
	return chosen
}
