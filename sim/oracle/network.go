package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// network is who can hear whom, as far as the faults say. It answers one
// question: can two members be expected to agree? Where it is in doubt, such as
// with a cable that loses much, it says no.
type network struct {
	facts    Facts
	faults   []fault.Fault
	starving map[string]bool    // nodes whose control programs get next to no CPU
	rejects  map[[2]string]bool // node that ignores the messages of an address
	version  int
}

// The bounds beyond which a member cannot be expected to hear its hellos in
// time.
const (
	starvedShare = 0.9 // of the control class taken by hogs
	lossyShare   = 0.1 // of frames lost or spoilt
	lateDelay    = time.Second
)

func newNetwork(f Facts) *network {
	return &network{facts: f, starving: map[string]bool{}, rejects: map[[2]string]bool{}}
}

// Observe follows faults, the load of the control class, and who ignores whom.
func (n *network) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		if f := plain(b.Fault); f != nil {
			n.faults = append(n.faults, f)
			n.version++
		}
	case event.FaultHealed:
		if f := plain(b.Fault); f != nil {
			n.lift(f.String())
		}
	case event.LoadChanged:
		if b.Class == "control" {
			n.starving[e.Node] = b.Share >= starvedShare
			n.version++
		}
	case event.StandbyRejected:
		if b.Reason != "unknown opcode" { // a message of another kind; its hellos are heard
			n.rejects[[2]string{e.Node, b.Peer}] = true
			n.version++
		}
	}
}

// plain parses the line of a fault that loses frames, without its span; else it
// returns nil. A cable that is pulled openly changes the carrier, which the
// roster follows.
func plain(line string) fault.Fault {
	f, err := fault.Parse(line)
	if err != nil {
		return nil // a fault of a Go spec, in words of its own
	}
	if spanned, ok := f.(fault.For); ok {
		f = spanned.Fault
	}
	switch f := f.(type) {
	case fault.Pull:
		if f.Silently {
			return f
		}
	case fault.Prune:
		if !f.Undo {
			return f
		}
	case fault.Partition, fault.Impair, fault.Drop:
		return f
	}
	return nil
}

// lift removes the latest fault with that line.
func (n *network) lift(line string) {
	for i, f := range slices.Backward(n.faults) {
		if f.String() == line {
			n.faults = slices.Delete(n.faults, i, i+1)
			n.version++
			return
		}
	}
}

// joined reports whether two members can hear each other, both ways, and since
// when at the earliest.
func (n *network) joined(a, b *Entry) (since time.Duration, ok bool) {
	if a.Segment != b.Segment || a.down || b.down || n.starving[a.Node] || n.starving[b.Node] {
		return 0, false
	}
	for _, s := range n.facts.Segments {
		isolated := slices.Contains(s.Isolated, a.Node) && slices.Contains(s.Isolated, b.Node)
		if s.Name == a.Segment && (s.Pruned || isolated) {
			return 0, false
		}
	}
	return max(a.ready, b.ready), n.hears(a, b) && n.hears(b, a)
}

// hears reports whether hellos of m reach and are believed by the listener.
func (n *network) hears(listener, m *Entry) bool {
	if n.rejects[[2]string{listener.Node, m.Address}] {
		return false
	}
	for _, f := range n.faults {
		if silences(f, m, listener) {
			return false
		}
	}
	return true
}

// silences reports whether the fault keeps hellos from reaching the listener.
func silences(f fault.Fault, from, to *Entry) bool {
	switch f := f.(type) {
	case fault.Pull:
		return onTheWay(f.Port, f.Direction, from, to)
	case fault.Impair:
		bad := f.Loss > lossyShare || f.Corrupt > lossyShare || f.Burst > 1 || f.Delay+f.Jitter > lateDelay || f.Rate > 0
		return bad && onTheWay(f.Port, f.Direction, from, to)
	case fault.Partition:
		return parted(f, from.Node, to.Node)
	case fault.Prune:
		return f.Segment == from.Segment
	case fault.Drop:
		return f.From == from.Node && (f.To == "" || f.To == to.Node) && f.Every <= 1 &&
			slices.Contains([]string{"hello", "multicast", "udp", "all"}, f.Kind)
	}
	return false
}

// onTheWay reports whether a frame from one member to another passes the port
// in that direction.
func onTheWay(p fault.Port, d fault.Direction, from, to *Entry) bool {
	out := p.Node == from.Node && p.Interface == from.Interface
	in := p.Node == to.Node && p.Interface == to.Interface
	return out && d != fault.In || in && d != fault.Out
}

// parted reports whether a partition loses the frames from one node to another.
func parted(p fault.Partition, from, to string) bool {
	side := func(node string) int {
		return slices.IndexFunc(p.Sets, func(set []string) bool { return slices.Contains(set, node) })
	}
	a, b := side(from), side(to)
	if p.OneWay {
		return a == 0 && b == 1
	}
	return a >= 0 && b >= 0 && a != b
}
