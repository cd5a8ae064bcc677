package kit

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/topology"
)

// Around yields a scenario as it is and then, if there is a tolerance, in the
// ways in which real time may differ by it:
//
//   - Everything that is done to the cluster comes a tolerance sooner, or later. In
//     real time what is done and what the cluster does are late independently of
//     each other: a hello that is due as a cable is pulled leaves, or not.
//   - The end comes a tolerance sooner, or later: what is due just then is part of
//     the run, or not.
//   - All clocks are slow, by a tolerance until the end, or that of one node is. In
//     real time each timer goes off a little late, and what is counted from that
//     moment on is later still. So a rhythm that falls together with another one in
//     virtual time does so no more.
//   - One node starts a tolerance later. So of two that want the same in the same
//     instant one is the first, and not both.
//   - One node is a hundredth of a tolerance farther away. So of two that answer in
//     the same instant the other one is heard first.
//   - All nodes are a twenty-fifth of it farther away. So there is a request under
//     way at whatever moment something happens: it takes eight turns of that.
//
// The variants that explain most come first.
func Around(s *scenarios.Scenario, tolerance time.Duration) iter.Seq[*scenarios.Scenario] {
	variants := []*scenarios.Scenario{s}
	if tolerance > 0 {
		nodes := topology.Names(s.Topology.Nodes)
		loss := float64(tolerance) / float64(s.Duration)
		variants = append(variants, slowed(s, loss, nodes...), distant(s, tolerance/25, nodes...))
		for _, by := range []time.Duration{tolerance, -tolerance} {
			if len(s.Timeline) > 0 {
				variants = append(variants, moved(s, by))
			}
			variants = append(variants, ended(s, by))
		}
		for _, name := range nodes {
			variants = append(variants, slowed(s, loss, name), started(s, tolerance, name), distant(s, tolerance/100, name))
		}
	}
	return slices.Values(variants)
}

// moved is the scenario with all that is done to the cluster later.
func moved(s *scenarios.Scenario, by time.Duration) *scenarios.Scenario {
	v := *s
	v.Timeline = slices.Clone(s.Timeline)
	for i := range v.Timeline {
		v.Timeline[i].At = max(0, v.Timeline[i].At+by)
	}
	return &v
}

// ended is the scenario with a later end.
func ended(s *scenarios.Scenario, by time.Duration) *scenarios.Scenario {
	v := *s
	v.Duration += by
	return &v
}

// slowed is the scenario with clocks of nodes that lose a share.
func slowed(s *scenarios.Scenario, share float64, nodes ...string) *scenarios.Scenario {
	return changed(s, nodes, func(n *topology.Node) { n.Clock.Drift -= share })
}

// started is the scenario with a node that starts later.
func started(s *scenarios.Scenario, by time.Duration, node string) *scenarios.Scenario {
	return changed(s, []string{node}, func(n *topology.Node) { n.Start += by })
}

// distant is the scenario with nodes that are farther away.
func distant(s *scenarios.Scenario, by time.Duration, nodes ...string) *scenarios.Scenario {
	return changed(s, nodes, func(n *topology.Node) {
		n.NICs = maps.Clone(n.NICs)
		for _, iface := range topology.Names(n.NICs) {
			nic := n.NICs[iface]
			nic.Latency += by
			n.NICs[iface] = nic
		}
	})
}

// changed is the scenario with some nodes changed.
func changed(s *scenarios.Scenario, nodes []string, change func(*topology.Node)) *scenarios.Scenario {
	v := *s
	v.Topology.Nodes = maps.Clone(s.Topology.Nodes)
	for _, name := range nodes {
		n := v.Topology.Nodes[name]
		change(&n)
		v.Topology.Nodes[name] = n
	}
	return &v
}
