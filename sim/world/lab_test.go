package world_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// lab is a world under test, with the HSRP messages and gratuitous ARPs it
// sends.
type lab struct {
	t *testing.T
	*world.World
	tap *hsrpTap
}

// open builds a topology, which closes with the test.
func open(t *testing.T, top topology.Topology) *lab {
	t.Helper()
	tap := &hsrpTap{}
	w, err := world.Build(top, world.Options{Seed: 1, Capture: tap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return &lab{t, w, tap}
}

// parse reads a line of fault.
func parse(t *testing.T, line string) fault.Fault {
	t.Helper()
	f, err := fault.Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// at injects faults at an instant.
func (l *lab) at(when time.Duration, lines ...string) {
	l.t.Helper()
	for _, line := range lines {
		if err := l.At(when, parse(l.t, line)); err != nil {
			l.t.Fatal(err)
		}
	}
}

// inject injects a fault now.
func (l *lab) inject(line string) (heal func()) {
	l.t.Helper()
	heal, err := l.Inject(parse(l.t, line))
	if err != nil {
		l.t.Fatal(err)
	}
	return heal
}

func (l *lab) run(until time.Duration) {
	l.t.Helper()
	if err := l.Run(until); err != nil {
		l.t.Fatal(err)
	}
}

// pass lets time go on.
func (l *lab) pass(d time.Duration) {
	l.t.Helper()
	l.run(l.Now() + d)
}

// state is the standby state of a node.
func (l *lab) state(node string) string {
	m := l.Node(node).Member("lan")
	if m == nil {
		return "none"
	}
	return m.Status().State.String()
}

// steps lists the transitions of a node since an instant, and when after it,
// such as "10s Speak".
func (l *lab) steps(node string, since time.Duration) []string {
	all := []string{}
	for e, s := range event.Of[event.StandbyChanged](l.Events()) {
		if e.Node == node && e.At >= since {
			all = append(all, fmt.Sprintf("%v %s", e.At-since, s.To))
		}
	}
	return all
}

func (l *lab) wantSteps(node string, since time.Duration, want ...string) {
	l.t.Helper()
	if got := l.steps(node, since); !slices.Equal(got, want) {
		l.t.Errorf("%s since %v: got %q, want %q", node, since, got, want)
	}
}

// events counts events of a kind by a node since an instant.
func events[B event.Body](l *lab, node string, since time.Duration) (n int) {
	for e := range event.Of[B](l.Events()) {
		if e.Node == node && e.At >= since {
			n++
		}
	}
	return n
}

// faults lists what was applied (+) and healed (-), and when.
func (l *lab) faults() []string {
	all := []string{}
	for _, e := range l.Events() {
		switch b := e.What.(type) {
		case event.FaultApplied:
			all = append(all, fmt.Sprintf("%v + %s", e.At, b.Fault))
		case event.FaultHealed:
			all = append(all, fmt.Sprintf("%v - %s", e.At, b.Fault))
		}
	}
	return all
}

func (l *lab) wantFaults(want ...string) {
	l.t.Helper()
	if got := l.faults(); !slices.Equal(got, want) {
		l.t.Errorf("faults:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sent returns when messages of a kind left an address.
func (l *lab) sent(from string, op wire.Opcode, since time.Duration) (all []time.Duration) {
	for _, h := range l.tap.all {
		if h.from.String() == from && h.op == op && h.at >= since {
			all = append(all, h.at)
		}
	}
	return all
}

// group is members on a segment with links of 1 ms, as the golden timelines of
// spec/failover.md §1.8 have it: hello 3 s, hold 10 s, no jitter.
type group map[string]member

type member struct {
	last     byte // of the address 192.0.2.x
	priority int
	preempt  bool
	start    time.Duration
}

func (g group) topology() topology.Topology {
	none := 0.0
	top := topology.Topology{
		Segments: map[string]topology.Segment{"lan": {Latency: time.Millisecond}},
		Nodes:    map[string]topology.Node{},
	}
	for name, m := range g { // order: only fills a map
		address := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, m.last}), 24)
		top.Nodes[name] = topology.Node{
			NICs:  map[string]topology.NIC{"lan": {Address: address}},
			Start: m.start,
			Standby: map[string]topology.Standby{"lan": {
				Group: 30, VIP: netip.MustParseAddr("192.0.2.100"), Priority: &m.priority, Preempt: m.preempt, Jitter: &none,
				Announce: []time.Duration{0}, AnnounceForm: topology.AnnounceReply,
			}},
		}
	}
	return top
}

// cluster is a pair of gateways, a back end and a client, settled by 40 s; a is
// Active.
func cluster() topology.Topology {
	top := group{"a": {11, 110, false, 0}, "b": {12, 100, false, 0}}.topology()
	for _, name := range []string{"a", "b"} {
		n := top.Nodes[name]
		n.Gateway, n.Memory.Limit = &topology.Gateway{}, 64<<20
		top.Nodes[name] = n
	}
	nic := func(address string) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}
	}
	top.Nodes["web"] = topology.Node{NICs: nic("192.0.2.50/24"), Backend: &topology.Backend{}}
	top.Nodes["c1"] = topology.Node{NICs: nic("192.0.2.201/24"), Client: &topology.Client{
		Target: "http://192.0.2.100/", Rate: 1, Start: 25 * time.Second,
	}}
	return top
}

func mustPrefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }
