package host_test

import (
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

// hide lets an interface hold the virtual IP without announcing it: it does not
// answer ARP requests for the address, and uses its own address in requests for
// others.
func hide(n *host.NIC) error {
	_, err := n.Ingress().Insert(host.IngressARP, host.Stage{Name: "arp_ignore", Do: func(f *netfab.Frame) host.Verdict {
		if a, err := wire.ParseARP(f.Data()); err == nil && a.Op == wire.ARPRequestOp && a.TargetIP == vip {
			return host.Drop
		}
		return host.Pass
	}})
	if err != nil {
		return err
	}
	_, err = n.Egress().Insert(host.EgressWire, host.Stage{Name: "arp_announce", Do: func(f *netfab.Frame) host.Verdict {
		if a, err := wire.ParseARP(f.Data()); err == nil && a.Op == wire.ARPRequestOp && a.SenderIP == vip {
			a.SenderIP = n.Address().Addr()
			if _, err := wire.AppendARP(f.Data()[:0], a); err != nil {
				return host.Drop
			}
		}
		return host.Pass
	}})
	return err
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
	if err := hide(member.NIC("lan")); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*host.Host{owner, member} {
		h.NIC("lan").AddVIP(vip, host.MAC{})
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
