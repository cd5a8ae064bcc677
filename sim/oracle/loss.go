package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
)

// loss is a client connection that was lost after faults. It is credited once:
// to the fault that can have caused it, or to all of one instant.
type loss struct {
	at      time.Duration
	client  string
	target  string   // the virtual IP that the client asks, or another address
	servers []string // the first one and the last one
	hitBy   []hit

	balanced bool
	fate     fate
}

// nearness is how much a fault can have to do with a loss.
type nearness int

const (
	unrelated nearness = iota // it names only other clients
	remote                    // it names others, such as a back end
	near                      // it names the client or its server, or loses frames between them
	direct                    // it stops one of the two or their frames, or moved the virtual IP
)

// credit tells the faults that hit the connection what became of it.
func (l *loss) credit(f Facts, takeovers []Takeover) {
	var nearest nearness
	var first *faultTally
	grades := make([]nearness, len(l.hitBy))
	for i, t := range l.hitBy { // the earliest of the nearest
		grades[i] = l.nearnessOf(t.faultTally, f, takeovers)
		if grades[i] > nearest {
			nearest, first = grades[i], t.faultTally
		}
	}
	for i, t := range l.hitBy {
		became, failed := l.fate, slices.Contains(t.nodes, l.servers[len(l.servers)-1])
		switch {
		case first == nil || grades[i] != nearest && grades[i] < near || t.At-first.At > together || t.At < first.At:
			t.LostOtherwise++
			t.byAge.of(t.old).LostOtherwise++
			became = fateOtherwise
		case failed:
			t.lost(t.old)
			t.LostOnFailed++
		default:
			t.lost(t.old)
			t.LostOnOthers++
		}
		if l.balanced {
			t.survival.of(failed, t.age).add(became)
		}
	}
}

// lost counts a connection that was lost to the fault.
func (t *faultTally) lost(old time.Duration) {
	t.Lost++
	t.byAge.of(old).Lost++
}

// nearnessOf says how much a fault can have to do with the loss.
func (l *loss) nearnessOf(t *faultTally, f Facts, takeovers []Takeover) nearness {
	if t.movedFrom(l, takeovers) {
		return direct
	}
	names := t.nodes == nil || slices.Contains(t.nodes, l.client)
	for _, s := range l.servers {
		names = names || slices.Contains(t.nodes, s)
	}
	if t.fault == nil {
		return map[bool]nearness{true: near, false: remote}[names]
	}
	halts := fault.InfluenceOf(t.fault) == fault.Halts
	switch frames := fault.LosesFrames(t.fault); {
	case names && halts || frames && l.cut(t.fault, f):
		return direct
	case names && (!frames || len(t.nodes) == 1 || l.between(t.nodes)):
		return near
	case len(t.nodes) == 0: // a segment, or everything
		return remote
	}
	for _, node := range t.nodes {
		if !slices.ContainsFunc(f.Clients, func(c Client) bool { return c.Node == node }) {
			return remote
		}
	}
	return unrelated
}

// between reports whether the nodes are all at the ends of the connection.
func (l *loss) between(nodes []string) bool {
	for _, node := range nodes {
		if node != l.client && !slices.Contains(l.servers, node) {
			return false
		}
	}
	return true
}

// cut reports whether a fault stops the frames between the client and a server.
func (l *loss) cut(f fault.Fault, facts Facts) bool {
	client := fault.Port{Node: l.client}
	for _, s := range l.servers {
		server := fault.Way{To: fault.Port{Node: s}}
		for _, m := range facts.Members {
			if m.Node == s && m.holds(l.target) {
				server.To.Interface, server.Segment, server.VirtualMAC = m.Interface, m.Segment, m.VirtualMAC
			}
		}
		there := fault.Way{From: client, To: server.To, Segment: server.Segment}
		back := fault.Way{From: server.To, To: client, Segment: server.Segment, VirtualMAC: server.VirtualMAC}
		if fault.Stops(f, there) || fault.Stops(f, back) {
			return true
		}
	}
	return false
}

// movedFrom reports whether the fault caused a takeover from a server of the
// connection, by its beginning or its end.
func (t *faultTally) movedFrom(l *loss, takeovers []Takeover) bool {
	for _, o := range takeovers {
		if o.VIP != l.target || o.At > l.at || !slices.Contains(l.servers, o.From) {
			continue
		}
		for _, c := range o.Causes {
			if c.Fault == t.Fault && c.At == t.At {
				return true
			}
		}
	}
	return false
}
