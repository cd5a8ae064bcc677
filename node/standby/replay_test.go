package standby

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/node/wire"
)

// sighting is a message seen on the cable.
type sighting struct {
	at     time.Duration
	sender netip.Addr
	op     wire.Opcode
	state  wire.State
}

func (s sighting) String() string {
	return fmt.Sprintf("%.3fs %s %s %s", s.at.Seconds(), s.sender, s.op, s.state)
}

// unsolicited are hellos of the capture that neither the RFC nor the hello timer explains: the Active sends them between
// two regular ones. The one at 9.632 s follows, by 35 µs, the Advertise of the router that joins.
var unsolicited = []time.Duration{0, 9632310 * time.Microsecond, 29225679 * time.Microsecond, 38649858 * time.Microsecond}

// routers reads the capture of three Cisco routers, without their Advertise messages and the unsolicited hellos.
func routers(t *testing.T) []sighting {
	t.Helper()
	f, err := os.Open("../wire/testdata/HSRP_failover.pcap")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var seen []sighting
	var start time.Time
	skipped := 0
	for {
		frame, info, err := r.ReadPacketData()
		if err != nil {
			break
		}
		if start.IsZero() {
			start = info.Timestamp
		}
		_, from, m, err := wire.ParseFrame(frame)
		if err != nil {
			continue // an Advertise
		}
		at := info.Timestamp.Sub(start)
		if skipped < len(unsolicited) && at == unsolicited[skipped] {
			skipped++
			continue
		}
		seen = append(seen, sighting{at, from, m.Opcode, m.State})
	}
	if skipped != len(unsolicited) {
		t.Fatalf("found %d of %d unsolicited hellos", skipped, len(unsolicited))
	}
	return seen
}

// TestReplayOfRealRouters puts three machines with the routers' configuration at the phases of the capture, lets the Active
// fall silent where the real one did, and compares every message of every router: opcode and state in order, instants within
// 50 ms. The tolerance is the routers': their own hello intervals vary from 2.96 s to 3.03 s, and the order of two of them
// that speak within 8 ms of each other changes from cycle to cycle.
func TestReplayOfRealRouters(t *testing.T) {
	const tolerance, origin = 50 * ms, 100 * time.Second // the capture begins at our 100 s
	router := func(last, priority uint8) Config {
		cfg := Defaults(IOS)
		cfg.Group, cfg.Priority, cfg.Preempt = 1, priority, true
		cfg.VirtualIP = netip.MustParseAddr("192.168.0.1")
		cfg.Address = netip.AddrFrom4([4]byte{192, 168, 0, last})
		return cfg
	}
	n := newNetwork(router(10, 200), router(20, 100), router(30, 100))
	var got []sighting
	n.spy = func(m *member, message wire.Message) {
		if n.now >= origin && n.now <= origin+47500*ms {
			got = append(got, sighting{n.now - origin, m.cfg.Address, message.Opcode, message.State})
		}
	}
	// A router says hello at a multiple of 3 s after it became Active or Standby, 20 s after it started.
	n.start(0, origin+1280*ms-80*time.Second)
	n.start(2, origin+2768*ms-50*time.Second)
	n.start(1, origin+9632*ms) // it advertises itself here
	n.crash(0, origin+11*time.Second)
	n.run(origin + 48*time.Second)

	want := routers(t)
	total := 0
	for _, m := range n.members {
		g, w := sentBy(got, m.cfg.Address), sentBy(want, m.cfg.Address)
		total += len(w)
		if len(g) != len(w) {
			t.Errorf("%s: got %d messages, the router sent %d", m.cfg.Address, len(g), len(w))
		}
		for i := range min(len(g), len(w)) {
			if g[i].op != w[i].op || g[i].state != w[i].state || (g[i].at-w[i].at).Abs() > tolerance {
				t.Errorf("message %d: got %s, the router sent %s", i+1, g[i], w[i])
			}
		}
	}
	if total != len(want) || total != 30 {
		t.Errorf("compared %d of %d messages, want all 30", total, len(want))
	}
}

func sentBy(all []sighting, sender netip.Addr) []sighting {
	return slices.DeleteFunc(slices.Clone(all), func(s sighting) bool { return s.sender != sender })
}
