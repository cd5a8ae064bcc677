package host_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
)

// TestConnections: the connections of an address, accepted, opened or waiting
// in a backlog, in the order of their peers; not those of other addresses, no
// listeners, no sockets of UDP, and none of a machine that is down.
func TestConnections(t *testing.T) {
	l := newLab(t, 4, nil)
	server, first, second, third := l.Hosts[0], l.Hosts[1], l.Hosts[2], l.Hosts[3]
	own := server.NIC("lan").Address().Addr()
	server.NIC("lan").AddVIP(vip, host.MAC{})
	if _, err := server.OpenUDP(netip.AddrPortFrom(vip, 53)); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Listen(netip.AddrPortFrom(vip, 81), 10); err != nil { // nobody accepts
		t.Fatal(err)
	}
	l.serve(t, server, 80, 10)
	l.serve(t, third, 90, 10)
	check := func(own netip.Addr, want ...host.Connection) {
		t.Helper()
		if got := server.Connections(own); !slices.Equal(got, want) {
			t.Errorf("connections of %v: got %v, want %v", own, got, want)
		}
	}
	check(vip)
	waiting := l.dial(t, second, "10.0.0.100:81").LocalAddrPort()
	conn := l.dial(t, first, "10.0.0.100:80")
	closed := conn.LocalAddrPort()
	accepted := l.dial(t, first, "10.0.0.100:80").LocalAddrPort()
	other := l.dial(t, first, "10.0.0.1:80").LocalAddrPort()
	var opened *host.Conn
	l.Program(server, "open", func(*sim.Proc) (err error) {
		opened, err = server.DialFrom(vip, netip.MustParseAddrPort("10.0.0.4:90"), time.Second)
		return err
	})
	l.Pass(time.Second)
	ofFirst := []host.Connection{{Peer: accepted, Port: 80, State: host.TCPEstablished}, {Peer: closed, Port: 80, State: host.TCPEstablished}}
	slices.SortFunc(ofFirst, func(a, b host.Connection) int { return a.Peer.Compare(b.Peer) })
	rest := []host.Connection{
		{Peer: waiting, Port: 81, State: host.TCPEstablished},
		{Peer: opened.RemoteAddrPort(), Port: opened.LocalAddrPort().Port(), State: host.TCPEstablished},
	}
	check(vip, append(ofFirst, rest...)...)
	check(own, host.Connection{Peer: other, Port: 80, State: host.TCPEstablished})
	l.Program(first, "close", func(*sim.Proc) error { return conn.Close() })
	l.Pass(time.Second)
	check(vip, append([]host.Connection{{Peer: accepted, Port: 80, State: host.TCPEstablished}}, rest...)...)
	server.Crash(false)
	check(vip)
	check(own)
}

// TestConnectionStates: a connection is listed from its SYN to the end of
// TIME-WAIT, with the state it has in RFC 9293 §3.3.2.
func TestConnectionStates(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	check := func(step string, atServer, atClient string) {
		t.Helper()
		for h, want := range map[*host.Host]string{server: atServer, client: atClient} {
			got := ""
			for _, c := range h.Connections(h.NIC("lan").Address().Addr()) {
				got += c.State.String()
			}
			if got != want {
				t.Errorf("%s: %s has %q, want %q", step, h.Name(), got, want)
			}
		}
	}
	var ours, theirs *host.Conn
	l.Program(server, "server", func(*sim.Proc) error {
		listener, err := server.Listen(netip.MustParseAddrPort("10.0.0.1:80"), 10)
		if err != nil {
			return err
		}
		ours, err = listener.AcceptConn()
		return err
	})
	l.Program(client, "client", func(*sim.Proc) (err error) {
		theirs, err = client.Dial(netip.MustParseAddrPort("10.0.0.1:80"), time.Second)
		return err
	})
	const hop = hosttest.Latency
	l.Pass(2*hop + hop/2) // after ARP
	check("SYN sent", "", "SYN-SENT")
	l.Pass(hop)
	check("SYN received", "SYN-RECEIVED", "SYN-SENT")
	l.Pass(2 * hop)
	check("established", "ESTABLISHED", "ESTABLISHED")
	l.Program(client, "close", func(*sim.Proc) error { return theirs.Close() })
	l.Pass(hop / 2)
	check("FIN sent", "ESTABLISHED", "FIN-WAIT-1")
	l.Pass(10 * hop)
	check("FIN received", "CLOSE-WAIT", "FIN-WAIT-2")
	l.Program(server, "close", func(*sim.Proc) error { return ours.Close() })
	l.Pass(hop / 2)
	check("last FIN sent", "LAST-ACK", "FIN-WAIT-2")
	l.Pass(10 * hop)
	check("last FIN received", "", "TIME-WAIT")
	l.Pass(2 * time.Minute)
	check("later", "", "")
}

// TestHasConnection: a machine has the connections it accepted and opened and
// those in its backlog, half-open ones included, but no other, and none that is
// over. Asking does not allocate.
func TestHasConnection(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	n := server.NIC("lan")
	target := netip.AddrPortFrom(vip, 80)
	n.AddVIP(vip, host.MAC{})
	l.serve(t, server, 80, 10)
	conn := l.dial(t, client, target.String())
	from := conn.LocalAddrPort()
	other := netip.AddrPortFrom(from.Addr(), from.Port()+1)
	check := func(step string, from, to netip.AddrPort, want bool) {
		t.Helper()
		if got := n.HasConnection(from, to); got != want {
			t.Errorf("%s: has %v > %v: got %v, want %v", step, from, to, got, want)
		}
	}
	check("established", from, target, true)
	check("established", target, from, false)
	check("established", other, target, false)
	check("established", from, netip.AddrPortFrom(vip, 81), false)
	check("established", netip.MustParseAddrPort("[fe80::1]:1"), target, false)
	check("established", from, netip.MustParseAddrPort("[fe80::1]:80"), false)
	if got := testing.AllocsPerRun(100, func() { n.HasConnection(from, target); n.HasConnection(other, target) }); got != 0 {
		t.Errorf("asking allocates %v times", got)
	}
	n.HideVIP(vip)
	check("hidden", from, target, true)
	n.RemoveVIP(vip, true)
	l.Pass(time.Second)
	check("reset", from, target, false)
	server.Crash(false)
	check("crashed", from, target, false)
}

// BenchmarkConnections lists 100,000 connections to a virtual IP.
func BenchmarkConnections(b *testing.B) {
	const each, clients = 20000, 5
	l := newLab(b, 1+clients, nil)
	server := l.Hosts[0]
	server.NIC("lan").AddVIP(vip, host.MAC{})
	listener, err := server.Listen(netip.AddrPortFrom(vip, 80), each)
	if err != nil {
		b.Fatal(err)
	}
	server.Go("server", func(*sim.Proc) {
		for {
			if _, err := listener.AcceptConn(); err != nil {
				return
			}
		}
	})
	for _, client := range l.Hosts[1:] {
		l.Program(client, "client", func(p *sim.Proc) error {
			for range each {
				if _, err := client.Dial(netip.AddrPortFrom(vip, 80), time.Second); err != nil {
					return err
				}
			}
			return nil
		})
	}
	l.Pass(time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		if got := len(server.Connections(vip)); got != each*clients {
			b.Fatalf("got %d connections, want %d", got, each*clients)
		}
	}
}
