package host_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
)

// routedLab is h1 on the segment lan (10.0.0.0/16), h2 moved to the segment far
// (10.9.0.0/16), and a router between them.
func routedLab(t *testing.T) (l *lab, near, far, router *host.Host) {
	l = newLab(t, 1, nil)
	segment := l.Fabric.AddSegment("far", netfab.SegmentConfig{Latency: hosttest.Latency, Ageing: hosttest.Ageing})
	add := func(name string) *host.Host {
		h := host.New(l.Loop, host.Config{Name: name, Cores: 1, ARP: host.ARPLinux, Log: l.Log})
		l.Hosts = append(l.Hosts, h)
		return h
	}
	far = add("h2")
	far.AddNIC("far", host.MAC{2, 0, 0, 9, 0, 2}, netip.MustParsePrefix("10.9.0.2/16"), segment)
	router = add("router")
	router.AddNIC("far", host.MAC{2, 0, 0, 9, 0, 254}, netip.MustParsePrefix("10.9.0.254/16"), segment)
	router.AddNIC("lan", host.MAC{2, 0, 0, 0, 0, 254}, netip.MustParsePrefix("10.0.0.254/16"), l.Fabric.Segment("lan"))
	near = l.Hosts[0]
	far.NIC("far").SetGateway(netip.MustParseAddr("10.9.0.254"))
	far.PowerOn()
	router.PowerOn()
	return l, near, far, router
}

// TestForwarding: a connection over a router, which answers ARP on either side
// and lowers the time to live; the source is the sender's own address. Without
// forwarding, or without a route, there is no connection.
func TestForwarding(t *testing.T) {
	l, near, far, router := routedLab(t)
	l.serve(t, far, 80, 10)
	target := netip.MustParseAddrPort("10.9.0.2:80")
	dial := func() (conn *host.Conn, err error) {
		near.Go("dial", func(*sim.Proc) { conn, err = near.Dial(target, 5*time.Second) })
		l.Pass(10 * time.Second)
		return conn, err
	}
	if _, err := dial(); !errors.Is(err, host.ErrUnreachable) {
		t.Errorf("without a route: got %v, want ErrUnreachable", err)
	}
	near.Crash(false)
	near.NIC("lan").SetGateway(netip.MustParseAddr("10.0.0.254"))
	near.PowerOn()
	if _, err := dial(); !errors.Is(err, host.ErrTimeout) {
		t.Errorf("over a machine that is not a router: got %v, want a timeout", err)
	}
	router.SetForwarding(true)
	tap := l.Tap()
	conn, err := dial()
	if err != nil {
		t.Fatalf("over the router: %v", err)
	}
	if got := conn.LocalAddrPort().Addr().String(); got != "10.0.0.1" {
		t.Errorf("source: got %s, want 10.0.0.1", got)
	}
	for name, ttl := range map[string]uint8{"h1": 64, "router": 63} {
		syns := tap.SentBy(name, 0, func(s hosttest.Frame) bool {
			_, to, flags, ok := tcpOf(s)
			return ok && flags == header.TCPFlagSyn && to == target
		})
		if len(syns) != 1 || header.IPv4(syns[0].Data[header.EthernetMinimumSize:]).TTL() != ttl {
			t.Errorf("%s: got SYNs %v, want one with a time to live of %d", name, syns, ttl)
		}
	}
	router.Crash(false)
	router.PowerOn()
	if _, err := dial(); !errors.Is(err, host.ErrTimeout) {
		t.Errorf("after the router's reboot: got %v: forwarding lasts until a crash", err)
	}
}

// TestInterfaceIsolation enforces spec/failover.md §3.4: a packet is accepted
// only on the interface that owns its destination, so a virtual IP is reachable
// only over its own interface.
func TestInterfaceIsolation(t *testing.T) {
	l, near, _, router := routedLab(t)
	l.serve(t, router, 80, 10)
	near.NIC("lan").SetGateway(netip.MustParseAddr("10.0.0.254"))
	near.Crash(false)
	near.PowerOn()
	router.NIC("far").AddVIP(netip.MustParseAddr("10.9.0.100"), host.MAC{})
	var direct, across error
	near.Go("dial", func(*sim.Proc) {
		_, direct = near.Dial(netip.MustParseAddrPort("10.0.0.254:80"), 5*time.Second)
		_, across = near.Dial(netip.MustParseAddrPort("10.9.0.100:80"), 5*time.Second)
	})
	l.Run(20 * time.Second)
	if direct != nil || !errors.Is(across, host.ErrTimeout) {
		t.Errorf("got %v for the interface's own address and %v for another interface's, want none and a timeout", direct, across)
	}
}

// TestOwnVIP: connections of a machine to its own addresses send no frames, are
// answered, and are the same in each run. Those to the loopback address need no
// carrier.
func TestOwnVIP(t *testing.T) {
	run := func(target netip.Addr) (string, int) {
		l := newLab(t, 2, nil)
		h := l.Hosts[0]
		h.NIC("lan").AddVIP(vip, host.MAC{})
		l.serve(t, h, 80, 1000)
		if target == host.Loopback {
			h.NIC("lan").Port().Pull() // must not matter
		}
		tap := l.Tap()
		answered := 0
		for i := range 10 {
			l.Program(h, "client", func(p *sim.Proc) error {
				p.Sleep(time.Duration(i) * 10 * time.Microsecond)
				conn, err := h.Dial(netip.AddrPortFrom(target, 80), time.Second)
				if err == nil {
					var n int
					n, err = ask(conn, 20, 1000)
					answered += n
					conn.Close()
				}
				return err
			})
		}
		l.Run(5 * time.Minute)
		if answered != 200 {
			t.Errorf("%v: answered: got %d, want 200", target, answered)
		}
		return l.Digest.String() + l.Loop.Now().String(), len(tap.SentBy("h1", 0, nil))
	}
	for _, target := range []netip.Addr{vip, netip.MustParseAddr("10.0.0.1"), host.Loopback} {
		digest, frames := run(target)
		if frames != 0 {
			t.Errorf("%v: %d frames left the machine, want none", target, frames)
		}
		if again, _ := run(target); again != digest {
			t.Errorf("%v: digest: got %s, then %s", target, digest, again)
		}
	}
}
