package host_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// TestCrashUnwindsPrograms: programs end with the machine, wherever they are
// parked: they run their defers, in the order of their start. What defers do to
// sockets of the crashed machine has no effect.
func TestCrashUnwindsPrograms(t *testing.T) {
	l := newLab(t, 2, nil)
	h := l.Hosts[0]
	l.serve(t, l.Hosts[1], 80, 10)
	conn := l.dial(t, h, "10.0.0.2:80")
	listener, err := h.Listen(netip.MustParseAddrPort("0.0.0.0:81"), 1)
	if err != nil {
		t.Fatal(err)
	}
	var unwound []string
	for _, c := range []struct {
		name string
		park func(p *sim.Proc)
	}{
		{"read", func(*sim.Proc) { conn.Read(make([]byte, 1)) }},
		{"accept", func(*sim.Proc) { listener.AcceptConn() }},
		{"sleep", func(p *sim.Proc) { p.Sleep(time.Hour) }},
		{"dial", func(*sim.Proc) { h.Dial(netip.MustParseAddrPort("10.0.7.7:80"), 0) }},
		{"work", func(p *sim.Proc) { h.CPU().Use(p, host.Service, time.Hour) }},
	} {
		h.Go(c.name, func(p *sim.Proc) {
			defer func() {
				unwound = append(unwound, c.name)
				if _, err := conn.Write([]byte("x")); !errors.Is(err, host.ErrClosed) {
					t.Errorf("write while unwinding: got %v, want ErrClosed", err)
				}
				if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, host.ErrClosed) {
					t.Errorf("read while unwinding: got %v, want ErrClosed", err)
				}
				conn.Close()
				conn.Abort()
				listener.Close()
			}()
			c.park(p)
			t.Errorf("%s went on after the crash", c.name)
		})
	}
	told := false
	h.OnAddress(func(netip.Addr, bool) { told = true })
	tap := l.Tap()
	const crash = time.Second
	l.At(crash, func() { h.Crash(false); h.Crash(false) })
	l.Run(time.Minute)
	if want := []string{"read", "accept", "sleep", "dial", "work"}; !slices.Equal(unwound, want) {
		t.Errorf("unwound: got %v, want %v", unwound, want)
	}
	for _, s := range tap.All {
		if s.Node == "h1" && s.At >= crash {
			t.Errorf("at %v the crashed machine sent a frame, %q", s.At, s.Lost)
		}
	}
	h.PowerOn()
	h.NIC("lan").AddVIP(vip, host.MAC{})
	if told {
		t.Error("a watcher survived the crash")
	}
	if l.Hosts[1].NIC("lan").Carrier() != true || !h.NIC("lan").Carrier() {
		t.Error("a link is down after the reboot")
	}
}

// TestConnectionsVanish: peers are not notified of a crash. While the machine
// is off their segments get no answer; the first one after its boot gets a
// reset.
func TestConnectionsVanish(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	l.serve(t, server, 80, 10)
	talker := l.talk(client, netip.MustParseAddrPort("10.0.0.1:80"), 100)
	tap := l.Tap()
	const crash, boot = 2500 * time.Millisecond, 4500 * time.Millisecond
	l.At(crash, func() { server.Crash(false) })
	l.At(boot, server.PowerOn)
	l.Run(boot - 1)
	if len(talker.answered) != 3 || talker.err != nil {
		t.Errorf("while the server is off: got %d answers and %v, want 3 and silence", len(talker.answered), talker.err)
	}
	l.Run(time.Minute)
	if !errors.Is(talker.err, host.ErrReset) {
		t.Errorf("after its boot: got %v, want a reset", talker.err)
	}
	resets := tap.SentBy("h1", 0, segment(header.TCPFlagRst))
	if len(resets) != 1 || resets[0].At < boot {
		t.Errorf("resets: got %v, want one after the boot", resets)
	}
}

// TestBootTime: links come up at power-on, programs and addresses only after
// the boot time; a crash during the boot cancels it.
func TestBootTime(t *testing.T) {
	l := newLab(t, 2, func(i int, c *host.Config) {
		if i == 1 {
			c.BootTime = 10 * time.Second
		}
	})
	h := l.Hosts[0]
	var booted []time.Duration
	h.OnBoot(func() { booted = append(booted, h.Now()) })
	tap := l.Tap()
	sendPing := func(at time.Duration) {
		l.At(at, func() { hosttest.Inject(l.Hosts[1].NIC("lan"), ping(t, l.Hosts[1], h)) })
	}
	sendPing(9 * time.Second)
	sendPing(11 * time.Second)
	l.At(12*time.Second, func() { h.Crash(false) })
	l.At(13*time.Second, h.PowerOn)
	l.At(20*time.Second, func() { h.Crash(false) }) // still booting
	sendPing(24 * time.Second)
	l.At(30*time.Second, func() { h.SetBootTime(2 * time.Second) })
	l.At(31*time.Second, h.PowerOn)
	l.At(32*time.Second, h.PowerOn)
	l.Run(5 * time.Second)
	if h.Power() != event.PowerBooting || !h.NIC("lan").Carrier() || h.Holds(netip.MustParseAddr("10.0.0.1")) {
		t.Errorf("after 5s: got %v, carrier %v, want a booting machine with a link and no address", h, h.NIC("lan").Carrier())
	}
	l.Run(time.Minute)
	if want := []time.Duration{10 * time.Second, 33 * time.Second}; !slices.Equal(booted, want) {
		t.Errorf("booted at: got %v, want %v", booted, want)
	}
	if pongs := tap.SentBy("h1", 0, pong); len(pongs) != 1 || pongs[0].At < 11*time.Second || pongs[0].At > 12*time.Second {
		t.Errorf("echo replies: got %v, want one at 11s", pongs)
	}
	var states []event.Power
	for e, p := range event.Of[event.PowerChanged](l.Log.Events()) {
		if e.Node == "h1" {
			states = append(states, p.State)
		}
	}
	if want := []event.Power{"booting", "up", "crashed", "booting", "crashed", "booting", "up"}; !slices.Equal(states, want) {
		t.Errorf("states: got %v, want %v", states, want)
	}
}

// TestBootsDiffer: each boot draws its own ports and sequence numbers, so that
// a peer never mistakes a new connection for an old one; the same boot in
// another run draws the same.
func TestBootsDiffer(t *testing.T) {
	type draw struct {
		port uint16
		isn  uint32
	}
	draws := func() (all []draw) {
		l := newLab(t, 2, nil)
		client := l.Hosts[0]
		l.serve(t, l.Hosts[1], 80, 10)
		tap := l.Tap()
		for range 5 {
			l.dial(t, client, "10.0.0.2:80")
			client.Crash(false)
			client.PowerOn()
		}
		for _, s := range tap.SentBy("h1", 0, segment(header.TCPFlagSyn)) {
			from, _, _, _ := tcpOf(s)
			tcp := header.TCP(header.IPv4(s.Data[header.EthernetMinimumSize:]).Payload())
			all = append(all, draw{from.Port(), tcp.SequenceNumber()})
		}
		return all
	}
	first := draws()
	if len(first) != 5 {
		t.Fatalf("SYNs: got %d, want 5", len(first))
	}
	for i, d := range first {
		for _, e := range first[:i] {
			if d.port == e.port || d.isn == e.isn {
				t.Errorf("two boots drew alike: %v", first)
			}
		}
	}
	if again := draws(); !slices.Equal(first, again) {
		t.Errorf("the same boots drew %v, then %v", first, again)
	}
}

// TestWarmCrash: a warm restart keeps the link, so that switch and peers notice
// nothing, and the NIC's groups; a cold one takes the link down and clears the
// filter. Either way virtual IPs and their MACs are gone.
func TestWarmCrash(t *testing.T) {
	group, virtual := host.MAC{1, 0, 0x5e, 0, 0, 2}, host.MAC{0, 0, 0x0c, 7, 0xac, 30}
	for _, warm := range []bool{true, false} {
		l := newLab(t, 1, nil)
		h, n := l.Hosts[0], l.Hosts[0].NIC("lan")
		n.OpenPacket(func([]byte) bool { return false }, nil).Join(group)
		n.AddVIP(vip, virtual)
		h.Crash(warm)
		if got := n.Carrier(); got != warm {
			t.Errorf("warm %v: carrier while down: got %v", warm, got)
		}
		h.PowerOn()
		if h.Holds(vip) || !h.Holds(netip.MustParseAddr("10.0.0.1")) {
			t.Errorf("warm %v: got virtual IP %v, own address %v, want the own one only", warm, h.Holds(vip), h.Holds(netip.MustParseAddr("10.0.0.1")))
		}
		for mac, want := range map[host.MAC]bool{n.MAC(): true, group: warm, virtual: false} {
			if got := n.Port().Filter().Accepts([6]byte(mac)); got != want {
				t.Errorf("warm %v: takes frames to %v: got %v, want %v", warm, mac, got, want)
			}
		}
		for _, e := range l.Log.Events() {
			if _, is := e.What.(event.LinkChanged); is {
				t.Errorf("warm %v: the machine logged a change of its own link", warm)
			}
		}
	}
}
