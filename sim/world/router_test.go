package world_test

import (
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
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

// last returns when from was last heard.
func (h *hsrpTap) last(from netip.Addr) time.Duration {
	for i := len(h.all) - 1; i >= 0; i-- {
		if h.all[i].from == from {
			return h.all[i].at
		}
	}
	return 0
}

func (*hsrpTap) Lost(time.Duration, *netfab.Port, *netfab.Port, []byte, string) {}
func (*hsrpTap) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// TestRealRouters replays what three Cisco routers did when their active fell
// silent, and holds the order of messages and their instants against the
// capture. Left out are Advertise messages, Cisco's extension, and a hello that
// follows the sender's last one in the same state by less than half the hello
// time: IOS sends such extra hellos now and then, for reasons of its own.
//
// The tolerance is 50 ms: the routers' hello spacing in the capture varies by
// up to 40 ms around 3 s, and hold times are restarted by those hellos.
func TestRealRouters(t *testing.T) {
	const tolerance = 50 * time.Millisecond
	silent := netip.MustParseAddr("192.168.0.10")
	want := withoutExtras(afterLast(readCapture(t, "../../node/wire/testdata/HSRP_failover.pcap"), silent))
	got := withoutExtras(afterLast(replayRouters(t, silent), silent))
	for _, sender := range []string{"192.168.0.20", "192.168.0.30"} {
		w, g := sentBy(want, sender), sentBy(got, sender)
		if len(g) < len(w) {
			t.Fatalf("messages of %s: got %d, want %d", sender, len(g), len(w))
		}
		for i := range w {
			if g[i].who() != w[i].who() {
				t.Fatalf("message %d: got %v at %v, want %v at %v", i, g[i].who(), g[i].at, w[i].who(), w[i].at)
			}
			if d := g[i].at - w[i].at; d > tolerance || d < -tolerance {
				t.Errorf("message %d, %v: got %v, want %v, off by %v", i, w[i].who(), g[i].at, w[i].at, d)
			}
		}
	}
	if n := len(sentBy(got, silent.String())); n != 0 {
		t.Errorf("messages of the silent router: got %d, want none", n)
	}
}

// sentBy picks one sender's messages. Instants within the tolerance fix the
// order between senders as far as the capture itself does: two routers whose
// timers expire together speak in either order.
func sentBy(all []heard, sender string) []heard {
	var kept []heard
	for _, h := range all {
		if h.from.String() == sender {
			kept = append(kept, h)
		}
	}
	return kept
}

func readCapture(t *testing.T, path string) []heard {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []heard
	var start time.Time
	for {
		data, info, err := r.ReadPacketData()
		if err != nil {
			break
		}
		if start.IsZero() {
			start = info.Timestamp
		}
		if _, from, m, err := wire.ParseFrame(data); err == nil {
			all = append(all, heard{info.Timestamp.Sub(start), from, m.Opcode, m.State})
		}
	}
	if len(all) < 30 {
		t.Fatalf("%s: got %d HSRP messages, want 30 or more", path, len(all))
	}
	return all
}

// replayRouters runs the routers until the active has just sent a hello in a
// settled group, and takes its power.
func replayRouters(t *testing.T, silent netip.Addr) []heard {
	t.Helper()
	router := func(last string, priority int) topology.Node {
		none := 0.0
		return topology.Node{
			NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.168.0." + last + "/24")}},
			Standby: map[string]topology.Standby{"lan": {
				Group: 1, VIP: netip.MustParseAddr("192.168.0.1"), Priority: &priority, Preempt: true,
				Hello: 3 * time.Second, Hold: 10 * time.Second, Profile: "ios", Takeover: "mac", Jitter: &none,
				Authentication: "cisco",
			}},
		}
	}
	tap := &hsrpTap{}
	w, err := world.New(topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"r10": router("10", 200),
			"r20": router("20", 100),
			"r30": router("30", 100),
		},
	}, world.Options{Seed: 1, Capture: tap})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	run := func(until time.Duration) {
		t.Helper()
		if err := w.Run(until); err != nil {
			t.Fatal(err)
		}
	}
	run(100 * time.Second)
	// In the capture the standby's hellos fall 1.53 s after the active's; here
	// both began at a multiple of a second. Holding one hello back shifts them.
	r30 := w.Node("r30").Host()
	held := tap.last(netip.MustParseAddr("192.168.0.30")) + 3*time.Second
	run(held - time.Millisecond)
	r30.Freeze(true)
	run(held + 2528*time.Millisecond)
	r30.Thaw()
	run(w.Now() + 10*time.Second)
	for settled := w.Now(); tap.last(silent) <= settled; {
		run(w.Now() + 10*time.Millisecond)
	}
	run(w.Now() + time.Millisecond) // the hello arrives
	w.Node("r10").Host().Crash(false)
	run(w.Now() + 40*time.Second)
	return tap.all
}

func withoutExtras(all []heard) []heard {
	var kept []heard
	last := map[string]time.Duration{}
	for _, h := range all {
		before, seen := last[h.who()]
		if h.op == wire.OpHello && seen && h.at-before < 1500*time.Millisecond {
			continue
		}
		last[h.who()] = h.at
		kept = append(kept, h)
	}
	return kept
}

// afterLast returns what was heard after the last message of from, with
// instants counted from that message.
func afterLast(all []heard, from netip.Addr) []heard {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].from != from {
			continue
		}
		rest := append([]heard(nil), all[i+1:]...)
		for j := range rest {
			rest[j].at -= all[i].at
		}
		return rest
	}
	return nil
}
