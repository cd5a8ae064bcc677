package picture

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// metric is something that is counted over time.
type metric uint8

const (
	tableEntries metric = iota
	memberWeight
	processor
	memory
	clientConnections
	requestsUnderWay
	metrics // how many there are
)

// metricTexts has a row for each metric.
var metricTexts = [metrics]struct {
	name, title, about, unit string
}{
	tableEntries: {"forwarding-table", "Forwarding table", "Connections in the forwarding table of each member, and of them those that count as active. A line ends where its machine loses its power.", "connections"},
	memberWeight: {"weights", "Weights", "The weight of each member of a self-balancing group for new connections; 0: it gets none.", "weight"},
	processor: {
		"cpu", "CPU", "Per cent of a machine's processors that hogs take from a class of work. What programs use themselves is not recorded.", "%",
	},
	memory: {
		"memory", "Memory", "Memory in use, as gateways with load-balancer groups report it each second, and other machines when they have too little or enough again.", "MiB",
	},
	clientConnections: {"client-connections", "Connections of clients at gateways", "Open connections of clients at each gateway with load-balancer groups.", "connections"},
	requestsUnderWay:  {"requests-in-progress", "Requests in progress at gateways", "Requests that each gateway with load-balancer groups has taken and not answered yet.", "requests"},
}

// The limits of what gauges keep.
const (
	pointsMax = 2000 // of a series
	linesMax  = 200  // of a metric
)

// gauges are the metrics of a run.
type gauges struct {
	series [metrics][]*series
	lanes  []*stateLane
}

// series is one metric of one machine: a value holds until the next one.
type series struct {
	node   string
	name   string
	points []point
	apart  time.Duration // two points are so far apart at least
}

// point is a value from an instant on; not a number: there is none.
type point struct {
	at time.Duration
	v  float64
}

// add adds a value. If there are too many, those that follow closely replace
// each other.
func (s *series) add(at time.Duration, v float64) {
	n := len(s.points)
	switch {
	case n > 0 && (s.points[n-1].v == v || math.IsNaN(s.points[n-1].v) && math.IsNaN(v)):
		return
	case n > 0 && (at == s.points[n-1].at || at-s.points[n-1].at < s.apart):
		s.points[n-1].v = v
		return
	}
	s.points = append(s.points, point{at, v})
	if len(s.points) < pointsMax {
		return
	}
	s.apart = max(2*s.apart, 2*(at-s.points[0].at)/pointsMax)
	kept := s.points[:1]
	for _, p := range s.points[1:] {
		if last := &kept[len(kept)-1]; p.at-last.at < s.apart {
			last.v = p.v
		} else {
			kept = append(kept, p)
		}
	}
	s.points = kept
}

// largest is the largest value of all.
func (s *series) largest() float64 {
	most := 0.0
	for _, p := range s.points {
		if p.v > most { // and a number
			most = p.v
		}
	}
	return most
}

// at is the value at an instant, and whether there is one.
func (s *series) at(now time.Duration) (float64, bool) {
	i, _ := slices.BinarySearchFunc(s.points, now+1, func(p point, at time.Duration) int { return cmp.Compare(p.at, at) })
	if i == 0 {
		return 0, false
	}
	return s.points[i-1].v, true
}

// add adds a value to a series.
func (g *gauges) add(m metric, node, name string, at time.Duration, v float64) {
	for _, s := range g.series[m] {
		if s.node == node && s.name == node+name {
			s.add(at, v)
			return
		}
	}
	if len(g.series[m]) < linesMax {
		g.series[m] = append(g.series[m], &series{node: node, name: node + name, points: []point{{at, v}}})
	}
}

// end ends the lines of a machine that loses its power.
func (g *gauges) end(node string, at time.Duration) {
	for m := range g.series {
		for _, s := range g.series[m] {
			if s.node == node {
				s.add(at, math.NaN())
			}
		}
	}
}

// stateLane is what one machine thinks of another one.
type stateLane struct {
	node, of string
	entries  []entry // mac is the state
}

// turn adds a state.
func (g *gauges) turn(node, of string, at time.Duration, state string) {
	for _, l := range g.lanes {
		if l.node == node && l.of == of {
			l.entries = append(l.entries, entry{at, state})
			return
		}
	}
	g.lanes = append(g.lanes, &stateLane{node, of, []entry{{at, state}}})
}

// observe takes in an event.
func (g *gauges) observe(e event.Event) {
	switch b := e.What.(type) {
	case event.PowerChanged:
		if b.State.Lost() {
			g.end(e.Node, e.At)
		}
	case event.BalanceTable:
		g.add(tableEntries, e.Node, "", e.At, float64(b.Entries))
		g.add(tableEntries, e.Node, " active", e.At, float64(b.Active))
	case event.BalanceWeight:
		g.add(memberWeight, e.Node, " "+b.Service, e.At, float64(b.Weight))
	case event.LoadChanged:
		g.add(processor, e.Node, " "+b.Class+", hogs", e.At, 100*b.Share)
	case event.MemoryChanged:
		g.add(memory, e.Node, "", e.At, mebibytes(b.Used))
	case event.GatewayLoad:
		g.add(clientConnections, e.Node, "", e.At, float64(b.Connections))
		g.add(requestsUnderWay, e.Node, "", e.At, float64(b.Requests))
		g.add(memory, e.Node, "", e.At, mebibytes(b.Memory))
	case event.LBMemberChanged:
		g.turn(e.Node, b.Group+" "+b.Member, e.At, cmp.Or(b.To, "removed"))
	case event.BalancerMemberChanged:
		g.turn(e.Node, b.Member, e.At, b.State)
	case event.ProxyPeerChanged:
		g.turn(e.Node, b.Peer, e.At, b.State)
	case event.ProbeChanged:
		g.turn(e.Node, b.Target+" by "+b.By, e.At, b.State)
	case event.TrackChanged:
		g.turn(e.Node, b.Object, e.At, b.State)
	}
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
