package expect

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Plan is what is known about a run before it begins: the nodes and the faults.
// Expectations use it to check that everything they name exists.
type Plan struct {
	Duration time.Duration
	Nodes    map[string]Node
	Segments []string // sorted
	Clients  Clients
	VIPs     []string // all that nodes have, or that a fault sets; sorted
	Faults   []Fault  // in the order of the timeline
}

// Node is what a plan knows of a node.
type Node struct {
	Interfaces []string     // sorted
	Members    []Membership // by interface
	Services   []string
	Groups     map[string][]string // the members of load-balancer groups
	Programs   []string            // their keys in a scenario
	Asks       bool                // it looks up names
	Book       string              // of its teller; empty: it has none
	Queues     []string            // that its programs use; empty ones are none
	Topics     []string            // the same
	Tracks     bool                // a member of a standby group on it tracks something
	Exchanges  bool                // it exchanges business documents
	Host       *Host               // nil: it runs no real programs
}

// Membership is the part of a node in a standby group.
type Membership struct {
	Interface string
	Group     int
	VIPs      []netip.Addr
	Balanced  bool // it takes part in self-balancing
}

// Host is what a plan knows of a real host.
type Host struct {
	Programs []string
	VIPs     []netip.Addr // that its programs take and give up
	Watched  bool         // whether a run records what its programs write
}

// Fault is a fault of the timeline.
type Fault struct {
	At    time.Duration
	Fault fault.Fault
}

// interfaces returns the names of a node's interfaces; of all nodes' without a
// node.
func (plan Plan) interfaces(node string) []string {
	if node != "" {
		return plan.Nodes[node].Interfaces
	}
	var names []string
	for _, n := range plan.Nodes { // order: sorted below
		names = append(names, n.Interfaces...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// addresses returns the queues or the topics that programs use, sorted.
func (plan Plan) addresses(of func(Node) []string) []string {
	names := map[string]bool{}
	for _, n := range plan.Nodes { // order: into a map
		for _, name := range of(n) {
			names[name] = true
		}
	}
	delete(names, "")
	return topology.Names(names)
}

// problemsOfNode checks that a node exists; an empty name means any.
func problemsOfNode(plan Plan, key, name string) []topology.Problem {
	if _, exists := plan.Nodes[name]; exists || name == "" {
		return nil
	}
	return []topology.Problem{{Path: []string{key}, Message: "there is no node " + strconv.Quote(name) + ", want " + topology.AnyOf(name, topology.Names(plan.Nodes))}}
}

// problemsOfMember checks that a node exists and is in a standby group; an
// empty name means any.
func problemsOfMember(plan Plan, key, name string) []topology.Problem {
	return problemsOfRole(plan, key, name, "has no standby control", func(n Node) bool { return len(n.Members) > 0 })
}

// problemsOfOwner checks that a node exists and can have a virtual IP; an empty
// name means any.
func problemsOfOwner(plan Plan, key, name string) []topology.Problem {
	return problemsOfRole(plan, key, name, "can have no virtual IP", Node.owns)
}

// owns reports whether a node can have a virtual IP.
func (n Node) owns() bool { return len(n.Members) > 0 || n.Host != nil && len(n.Host.VIPs) > 0 }

func problemsOfRole(plan Plan, key, name, lacks string, has func(Node) bool) []topology.Problem {
	n, exists := plan.Nodes[name]
	if name == "" || exists && has(n) {
		return nil
	}
	able := slices.DeleteFunc(topology.Names(plan.Nodes), func(other string) bool { return !has(plan.Nodes[other]) })
	switch {
	case len(able) == 0 && !exists:
		return problemsOfNode(plan, key, name)
	case !exists:
		return []topology.Problem{{Path: []string{key}, Message: "there is no node " + strconv.Quote(name) + ", want " + topology.AnyOf(name, able)}}
	case len(able) == 0:
		return []topology.Problem{{Path: []string{key}, Message: "node " + name + " " + lacks}}
	}
	return []topology.Problem{{Path: []string{key}, Message: "node " + name + " " + lacks + ", want " + topology.AnyOf("", able)}}
}

// problemsOfClient checks that a node exists and is a client; an empty name
// means every client.
func problemsOfClient(plan Plan, name string) []topology.Problem {
	if _, exists := plan.Clients[name]; exists || name == "" && len(plan.Clients) > 0 {
		return nil
	}
	return []topology.Problem{{Path: []string{"client"}, Message: fmt.Sprintf("there is no client %q, want %s", name, topology.AnyOf(name, topology.Names(plan.Clients)))}}
}

// problemsOfVIP checks that a group has the virtual IP; none given means any.
func problemsOfVIP(plan Plan, vip netip.Addr) []topology.Problem {
	if !vip.IsValid() {
		return nil
	}
	known := []string{}
	for _, name := range topology.Names(plan.Nodes) {
		for _, m := range plan.Nodes[name].Members {
			for _, a := range m.VIPs {
				if a == vip {
					return nil
				}
				if !slices.Contains(known, a.String()) {
					known = append(known, a.String())
				}
			}
		}
	}
	return []topology.Problem{{Path: []string{"vip"}, Message: fmt.Sprintf("got %s, want %s", vip, topology.AnyOf(vip.String(), known))}}
}
