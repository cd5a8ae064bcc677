package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// network derives from the faults who can hear whom. It answers one question:
// can two members be expected to agree? If in doubt, as with a very lossy
// cable, it says no.
type network struct {
	facts    Facts
	faults   []fault.Fault
	starving map[string]bool    // nodes whose control programs get almost no CPU because of hogs
	stalled  map[string]bool    // likewise, because of noise
	rejects  map[[2]string]bool // node that ignores the messages of an address
	version  int
	lines    *lines
}

// starvedShare is the share of the control class above which hogs starve a
// member: it cannot be expected to send and hear hellos in time.
const starvedShare = 0.9

func newNetwork(f Facts, l *lines) *network {
	return &network{facts: f, lines: l, starving: map[string]bool{}, stalled: map[string]bool{}, rejects: map[[2]string]bool{}}
}

var networkReads = event.SetOf(
	event.FaultApplied{}, event.FaultHealed{}, event.LoadChanged{}, event.Stalled{}, event.PowerChanged{}, event.StandbyRejected{},
)

// Observe follows faults, the load of the control class, and who ignores whom.
func (n *network) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		if f := n.lines.fault(b.Fault); f != nil && fault.LosesFrames(f) {
			n.faults = append(n.faults, fault.Plain(f))
			n.version++
		}
	case event.FaultHealed:
		if f := n.lines.fault(b.Fault); f != nil {
			n.lift(fault.Plain(f).String())
		}
	case event.LoadChanged:
		if b.Class == "control" {
			n.starving[e.Node] = b.Share >= starvedShare
			n.version++
		}
	case event.Stalled:
		if b.Class == "control" {
			n.stalled[e.Node] = b.Share >= starvedShare
			n.version++
		}
	case event.PowerChanged:
		if b.State.Lost() && n.stalled[e.Node] {
			n.stalled[e.Node] = false
			n.version++
		}
	case event.StandbyRejected:
		if b.Reason != "unknown opcode" { // a message of another kind; its hellos are heard
			n.rejects[[2]string{e.Node, b.Peer}] = true
			n.version++
		}
	}
}

// lift removes the latest fault with this line.
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
	if n.separated(a, b) || a.down || b.down || n.starves(a) || n.starves(b) {
		return 0, false
	}
	return max(a.ready, b.ready), n.hears(a, b) && n.hears(b, a)
}

// starves reports whether a member gets too little CPU to send and hear hellos
// in time.
func (n *network) starves(m *Entry) bool { return n.starving[m.Node] || n.stalled[m.Node] }

// hears reports whether the listener receives and accepts the hellos of m.
func (n *network) hears(listener, m *Entry) bool {
	return !n.rejects[[2]string{listener.Node, m.Address}] && n.silence(listener, m) == fault.HellosPass
}

func port(m *Entry) fault.Port { return fault.Port{Node: m.Node, Interface: m.Interface} }
