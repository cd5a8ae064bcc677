package world_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/facts"
	"github.com/cablepull/cablepull/sim/topology"
)

// heard is one HSRP message on the wire.
type heard struct {
	at   time.Duration
	from netip.Addr
	op   wire.Opcode
	st   wire.State
}

func (h heard) who() string { return fmt.Sprintf("%v %v %v", h.from, h.op, h.st) }

// hsrpTap keeps the HSRP messages that a world sends.
type hsrpTap struct{ all []heard }

func (h *hsrpTap) Sent(now time.Duration, _ *netfab.Port, data []byte) {
	if !wire.IsHSRP(data) {
		return
	}
	if _, from, m, err := wire.ParseFrame(data); err == nil {
		h.all = append(h.all, heard{now, from, m.Opcode, m.State})
	}
}

func (*hsrpTap) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}
func (*hsrpTap) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// TestRealRouters puts the three Cisco routers of a table of facts into a
// world, with their configuration and the phases of their timers: one is
// active, one its standby, a third joins, and the active falls silent. Every
// message of every router is compared, opcode and state in order, and the
// instants. Left out are Advertise messages, Cisco's extension, and a hello
// that comes less than half the hello time before the sender's next one in the
// same state: IOS sends such extra hellos now and then, for reasons of its own.
//
// The tolerance is 50 ms: the routers' own hello intervals vary from 2.96 s to
// 3.03 s. Two of them whose timers run out within that speak in either order,
// in the capture too; so messages are compared by sender.
func TestRealRouters(t *testing.T) {
	const tolerance, end = 50 * time.Millisecond, 47500 * time.Millisecond
	want := withoutExtras(readFacts(t, facts.Failover))
	got := replayRouters(t, end)
	compared := 0
	for _, sender := range []string{"192.168.0.10", "192.168.0.20", "192.168.0.30"} {
		w, g := sentBy(want, sender), sentBy(got, sender)
		if len(g) != len(w) {
			t.Errorf("messages of %s: got %d, the router sent %d", sender, len(g), len(w))
		}
		for i := range min(len(g), len(w)) {
			compared++
			if g[i].who() != w[i].who() || (g[i].at-w[i].at).Abs() > tolerance {
				t.Errorf("message %d: got %v at %v, the router sent %v at %v", i+1, g[i].who(), g[i].at, w[i].who(), w[i].at)
			}
		}
	}
	if compared != len(want) || compared != 30 {
		t.Errorf("compared %d of %d messages, want all 30", compared, len(want))
	}
}

// sentBy picks one sender's messages.
func sentBy(all []heard, sender string) []heard {
	var kept []heard
	for _, h := range all {
		if h.from.String() == sender {
			kept = append(kept, h)
		}
	}
	return kept
}

// readFacts returns the messages of a table, without Advertise messages.
func readFacts(t *testing.T, table string) (all []heard) {
	t.Helper()
	known, err := facts.Load(table)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range known {
		if f.Opcode != wire.OpAdvertise {
			all = append(all, heard{f.At, f.From, f.Opcode, f.Message.State})
		}
	}
	return all
}

// replayRouters runs the routers for as long as the capture goes, and returns
// what was heard from its begin on.
func replayRouters(t *testing.T, length time.Duration) []heard {
	t.Helper()
	const begin = 100 * time.Second // of the capture, in the world: all has settled
	router := func(last string, priority int, start time.Duration) topology.Node {
		none := 0.0
		return topology.Node{
			NICs:  map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.168.0." + last + "/24")}},
			Start: start,
			Standby: map[string]topology.Standby{"lan": {
				Group: 1, VIP: netip.MustParseAddr("192.168.0.1"), Priority: &priority, Preempt: true,
				Hello: 3 * time.Second, Hold: 10 * time.Second, Profile: "ios", Takeover: "mac", Jitter: &none,
				Authentication: "cisco",
			}},
		}
	}
	// A router says hello at a multiple of 3 s after it became active or standby,
	// which takes twice the hold time from its start, or three times with an active
	// there. The third one advertises itself as it joins, at 9.632 s.
	l := open(t, topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"r10": router("10", 200, begin+1280*time.Millisecond-80*time.Second),
			"r30": router("30", 100, begin+2768*time.Millisecond-50*time.Second),
			"r20": router("20", 100, begin+9632*time.Millisecond),
		},
	})
	l.at(begin+11*time.Second, "crash r10") // its last hello is that of 10.273 s
	l.run(begin + length)
	var all []heard
	for _, h := range l.tap.all {
		if h.at >= begin {
			h.at -= begin
			all = append(all, h)
		}
	}
	return all
}

// withoutExtras drops hellos that no hello timer explains: of two in the same
// state within half the hello time, the one that is further from the sender's
// beat.
func withoutExtras(all []heard) []heard {
	const hello = 3 * time.Second
	var kept []heard
	for i, h := range all {
		same := append(sameAs(h, kept), sameAs(h, all[i+1:])...) // without h itself
		near := slices.IndexFunc(same, func(o heard) bool { return (o.at - h.at).Abs() < hello/2 })
		if h.op != wire.OpHello || near < 0 {
			kept = append(kept, h)
			continue
		}
		rival := same[near]
		beat := same[0].at
		if near == 0 {
			beat = same[1].at
		}
		off := func(at time.Duration) time.Duration {
			return (at - beat - (at - beat).Round(hello)).Abs()
		}
		if off(h.at) < off(rival.at) {
			kept = append(kept, h)
		}
	}
	return kept
}

// sameAs picks what h's sender said in h's state.
func sameAs(h heard, all []heard) []heard {
	return slices.DeleteFunc(slices.Clone(all), func(o heard) bool { return o.who() != h.who() })
}
