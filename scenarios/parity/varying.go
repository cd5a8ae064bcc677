package parity

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// varying is a figure of an outcome that may be another one, as times may
// differ by a tolerance.
type varying struct {
	scenario  *scenarios.Scenario
	outcome   *scenarios.Outcome
	of        string
	tolerance time.Duration
}

// follows says by how much a figure may differ, for each way in which figures
// vary: by a span in nanoseconds, or by a count.
var follows = map[oracle.Varies]func(varying) int64{
	oracle.Never:       func(varying) int64 { return 0 },
	oracle.WithTime:    func(v varying) int64 { return int64(v.tolerance) },
	oracle.WithSYN:     func(v varying) int64 { return int64(v.tolerance) }, // see caught
	oracle.WithPassing: passing,
	oracle.WithFate:    passingOrDrawn,
	oracle.WithDue:     due,
	oracle.WithAsking:  dueOrAsking,
	oracle.WithAllDue:  dueOrDealt,
}

func due(v varying) int64 { return int64(v.scenario.Clients().Due(v.of, v.tolerance)) }

// dueOrAsking counts those too that may wait for an answer to ARP as the run
// ends, and are counted nowhere: they fail together, after three questions, a
// second each (RFC 4861 §10). That goes for a client of which some failed so.
func dueOrAsking(v varying) int64 {
	for _, r := range v.outcome.Measures.Requests {
		if r.Client == v.of && r.Failures["unreachable"] > 0 {
			return due(v) + int64(v.scenario.Clients().Due(v.of, 3*time.Second))
		}
	}
	return due(v)
}

func passing(v varying) int64 { return int64(v.scenario.Clients().Passing(v.tolerance)) }

// passingOrDrawn allows for a member of a self-balanced group that has a few
// connections more or fewer than its share: of n connections, each of which a
// hash may give to any member, it has as many as n draws yield, whose standard
// deviation is at most half the root of n. This is two of them.
func passingOrDrawn(v varying) int64 {
	drawn := 0.0
	for _, n := range v.scenario.Topology.Nodes { // order: the same for all
		if !balances(n) {
			continue
		}
		for _, c := range v.outcome.Measures.Connections {
			drawn = max(drawn, math.Sqrt(float64(c.Established)))
		}
	}
	return passing(v) + int64(drawn)
}

// dueOrDealt allows for a member of a self-balanced group that was dealt a few
// connections more or fewer, as passingOrDrawn, with all their requests. Who
// gets a connection depends on which of two came first, by microseconds.
func dueOrDealt(v varying) int64 {
	allowed := int64(v.scenario.Clients().Due("", v.tolerance))
	if !balances(v.scenario.Topology.Nodes[v.of]) {
		return allowed
	}
	requests := 0
	for _, s := range v.outcome.Measures.Spread {
		if balances(v.scenario.Topology.Nodes[s.Node]) {
			requests += s.Requests
		}
	}
	dealt := float64(connectionsUsed(v.outcome))
	return allowed + int64(math.Sqrt(dealt)*max(1, float64(requests)/max(1, dealt)))
}

// connectionsUsed is how many connections of clients had an answer. What the
// members open among themselves is not dealt.
func connectionsUsed(o *scenarios.Outcome) int {
	used := map[uint64]bool{}
	for _, answered := range event.From[event.RequestAnswered](o.Events) {
		used[answered.Conn] = true
	}
	return len(used)
}

// balances reports whether a node is a member of a self-balanced group.
func balances(n topology.Node) bool {
	for _, s := range n.Standby { // order: one of them is enough
		if s.SelfBalance != nil {
			return true
		}
	}
	return false
}
