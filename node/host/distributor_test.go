package host_test

import (
	"bytes"
	"io"
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// toVIP returns the client's port of a TCP segment for the virtual IP.
func toVIP(data []byte) (port uint16, ok bool) {
	from, to, _, ok := tcpOf(hosttest.Frame{Data: data})
	return from.Port(), ok && to.Addr() == vip
}

// distribute makes the owner of the virtual IP a load balancer: connections
// from odd ports are forwarded to another machine, which answers the client
// directly.
func distribute(owner, member *host.NIC) (remove func(), err error) {
	return owner.Ingress().Insert(host.IngressAcks, host.Stage{Name: "distributor", Do: func(f *netfab.Frame) host.Verdict {
		port, ok := toVIP(f.Data())
		if !ok || port%2 == 0 {
			return host.Pass
		}
		owner.Redirect(f, member.MAC())
		return host.Take
	}})
}

// serveName answers each connection with the name of the machine.
func serveName(l *lab, h *host.Host) {
	l.Program(h, "server", func(*sim.Proc) error {
		listener, err := h.Listen(netip.AddrPortFrom(vip, 80), 16)
		if err != nil {
			return err
		}
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return nil
			}
			io.WriteString(conn, h.Name())
			conn.Close()
		}
	})
}

// TestDistributor: a load balancer inside a machine is a stage. It sees frames
// for the virtual IP before the stack does, and forwards some to another
// machine; both serve, and no connection is reset. Method: the balancer is part
// of this test and uses only what the package exports.
func TestDistributor(t *testing.T) {
	l := newLab(t, 3, nil)
	owner, member, client := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	owner.NIC("lan").AddVIP(vip, host.MAC{})
	member.NIC("lan").HideVIP(vip)
	for _, h := range []*host.Host{owner, member} {
		serveName(l, h)
	}
	remove, err := distribute(owner.NIC("lan"), member.NIC("lan"))
	if err != nil {
		t.Fatal(err)
	}
	tap := l.Tap()
	ask := func(times int) map[uint16]string { // the serving machine, by the client's port
		served := map[uint16]string{}
		l.Program(client, "client", func(p *sim.Proc) error {
			for range times {
				conn, err := client.Dial(netip.AddrPortFrom(vip, 80), time.Second)
				if err != nil {
					return err
				}
				name, err := io.ReadAll(conn)
				if err != nil {
					return err
				}
				conn.Close()
				served[conn.LocalAddrPort().Port()] = string(name)
			}
			return nil
		})
		l.Pass(10 * time.Second)
		if len(served) != times {
			t.Errorf("served: got %d connections, want %d", len(served), times)
		}
		return served
	}
	odd := 0
	for port, name := range ask(40) {
		want := owner.Name()
		if port%2 == 1 {
			want = member.Name()
			odd++
		}
		if name != want {
			t.Errorf("connection from port %d: served by %s, want %s", port, name, want)
		}
	}
	if odd < 5 || odd > 35 {
		t.Errorf("odd ports: got %d of 40, want some of each kind", odd)
	}
	if resets := tap.SentBy(owner.Name(), 0, segment(header.TCPFlagRst)); len(resets) > 0 {
		t.Errorf("the owner sent %d resets, want none", len(resets))
	}
	direct := tap.SentBy(member.Name(), 0, func(f hosttest.Frame) bool {
		from, _, _, ok := tcpOf(f)
		return ok && from.Addr() == vip && f.To() == client.NIC("lan").MAC()
	})
	if len(direct) == 0 {
		t.Error("the member sent nothing to the client directly")
	}
	remove()
	for port, name := range ask(10) {
		if name != owner.Name() {
			t.Errorf("connection from port %d without the distributor: served by %s, want the owner", port, name)
		}
	}
}

// TestDistributorSeesUnknownConnections: on an owner that drops segments of
// connections which it does not have, the distributor still forwards those that
// another member has; without a distributor they are dropped.
func TestDistributorSeesUnknownConnections(t *testing.T) {
	l := newLab(t, 3, func(i int, c *host.Config) { c.DropUnknown = i == 1 })
	owner, member, client := l.Hosts[0], l.Hosts[1], l.Hosts[2]
	owner.NIC("lan").AddVIP(vip, host.MAC{})
	member.NIC("lan").HideVIP(vip)
	l.serve(t, member, 80, 10)
	remove, err := owner.NIC("lan").Ingress().Insert(host.IngressAcks, host.Stage{Name: "distributor", Do: func(f *netfab.Frame) host.Verdict {
		if _, ok := toVIP(f.Data()); !ok {
			return host.Pass
		}
		owner.NIC("lan").Redirect(f, member.NIC("lan").MAC())
		return host.Take
	}})
	if err != nil {
		t.Fatal(err)
	}
	conn := l.dial(t, client, "10.0.0.100:80")
	answered := 0
	exchange := func() int {
		client.Go("ask", func(*sim.Proc) { answered, _ = ask(conn, 5, 10) })
		l.Pass(10 * time.Second)
		return answered
	}
	if got := exchange(); got != 5 {
		t.Errorf("with the distributor: got %d answers, want 5", got)
	}
	if got := hosttest.Count[event.FlowRefused](l.Lab, owner.Name()); got != 0 {
		t.Errorf("with the distributor: refused %d flows, want none", got)
	}
	remove()
	answered = 0
	if got := exchange(); got != 0 || hosttest.Count[event.FlowRefused](l.Lab, owner.Name()) != 1 {
		t.Errorf("without: got %d answers, want none and the flow refused", got)
	}
}

// TestRedirectDoesNotAllocate: a distributor may forward every frame.
func TestRedirectDoesNotAllocate(t *testing.T) {
	if dropsPooled {
		t.Skip("the race detector makes pools drop frames, which are then allocated anew")
	}
	l := newLab(t, 2, nil)
	n, other := l.Hosts[0].NIC("lan"), l.Hosts[1].NIC("lan")
	f := l.Fabric.NewFrame(60)
	defer f.Release()
	redirect := func() {
		n.Redirect(f, other.MAC())
		l.Pass(time.Millisecond)
	}
	redirect() // fills the pools
	if got := testing.AllocsPerRun(100, redirect); got != 0 {
		t.Errorf("a forwarded frame: got %v allocations, want 0", got)
	}
}

// TestRedirect: a forwarded frame is the received one but for its Ethernet
// addresses. The source is the own MAC or the one that the caller names, also
// on an interface that has not released a virtual MAC; a machine that is off
// forwards nothing.
func TestRedirect(t *testing.T) {
	l := newLab(t, 2, nil)
	h, n := l.Hosts[0], l.Hosts[0].NIC("lan")
	to, mark, virtual := l.Hosts[1].NIC("lan").MAC(), host.MAC{6, 0, 0, 0, 0, 1}, wire.VirtualMAC(30)
	original := segmentFrame(t, l)
	frame := l.Fabric.NewFrame(len(original))
	copy(frame.Data(), original)
	for name, c := range map[string]struct {
		forward func()
		from    host.MAC
	}{
		"plain":            {func() { n.Redirect(frame, to) }, n.MAC()},
		"marked":           {func() { n.RedirectAs(frame, to, mark) }, mark},
		"stuck":            {func() { n.Stick(virtual); n.Redirect(frame, to); n.Unstick() }, virtual},
		"marked and stuck": {func() { n.Stick(virtual); n.RedirectAs(frame, to, mark); n.Unstick() }, mark},
	} {
		tap := l.Tap()
		c.forward()
		if len(tap.All) != 1 || tap.All[0].To() != to || tap.All[0].From() != c.from {
			t.Errorf("%s: got %v, want one frame from %v to %v", name, tap.All, c.from, to)
			continue
		}
		if got := tap.All[0].Data; !bytes.Equal(got[12:], original[12:]) || !bytes.Equal(frame.Data(), original) {
			t.Errorf("%s: got % x from % x, which is now % x", name, got, original, frame.Data())
		}
	}
	h.Crash(true)
	tap := l.Tap()
	n.Redirect(frame, to)
	n.RedirectAs(frame, to, mark)
	if len(tap.All) != 0 {
		t.Errorf("a crashed machine forwarded %d frames", len(tap.All))
	}
}

// segmentFrame returns a frame with a TCP segment.
func segmentFrame(t *testing.T, l *lab) []byte {
	t.Helper()
	tap := l.Tap()
	l.Hosts[1].Go("dial", func(*sim.Proc) { l.Hosts[1].Dial(netip.MustParseAddrPort("10.0.0.1:9"), time.Second) })
	l.Pass(time.Second)
	for _, f := range tap.SentBy("h2", 0, nil) {
		if _, _, _, ok := tcpOf(f); ok {
			return f.Data
		}
	}
	t.Fatal("no segment was sent")
	return nil
}

// BenchmarkRedirect is a forwarded segment: its copy with new addresses, on its
// way to the switch.
func BenchmarkRedirect(b *testing.B) {
	for name, size := range map[string]int{"acknowledgement": 66, "full": 1514} {
		b.Run(name, func(b *testing.B) {
			l := newLab(b, 2, nil)
			n, to := l.Hosts[0].NIC("lan"), l.Hosts[1].NIC("lan").MAC()
			l.Hosts[1].Freeze(false)
			f := l.Fabric.NewFrame(size)
			wire.EthernetOf(f.Data()).Set(n.MAC(), to, wire.EtherTypeIPv4)
			const batch = 1000
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				n.Redirect(f, to)
				if i%batch == batch-1 {
					b.StopTimer() // the way through the switch is not the interface's
					l.Pass(time.Millisecond)
					b.StartTimer()
				}
			}
		})
	}
}
