package selfbalance

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// TestFixedServices: whatever the recovery, the owner serves a service that is
// not balanced itself, and its data connections, even to a port at which
// another member offers a service that is balanced. Each member shows its own,
// with the reason.
func TestFixedServices(t *testing.T) {
	vip := netip.MustParseAddr("192.0.2.100")
	files := ServiceOf(netip.AddrPortFrom(vip, 21))
	own := LocalService{
		Service: files, Name: "files", Kind: "ftp", Listening: true, Connections: 3, Fixed: "FTP server handler", DataFirst: 50000, DataLast: 50009,
	}
	others := LocalService{Service: ServiceOf(netip.AddrPortFrom(vip, 50009)), Name: "web", Kind: "http", Listening: true}
	beyond := LocalService{Service: ServiceOf(netip.AddrPortFrom(vip, 50010)), Name: "more", Kind: "http", Listening: true}
	for _, r := range []Recovery{RecoverByRebuild, RecoverBySecondChance} {
		g := newGroup(t, 2, recovery(r))
		a, b := g.named("a"), g.named("b")
		a.step(Offer{[]LocalService{own}})
		b.step(Offer{[]LocalService{own, others, beyond}})
		g.run(2 * second)
		for _, port := range []uint16{21, 50000, 50009} {
			for client := range uint16(20) {
				f := Flow{Client: [4]byte{192, 0, 2, 201}, ClientPort: 40000 + client, VIP: files.VIP, Port: port}
				if d := a.machine.Route(g.now, &Packet{Flow: f, Segment: SYN}); d.Verdict != Local || d.Assigned {
					t.Errorf("%v: port %d: got %+v, want the owner itself", r, port, d)
				}
			}
		}
		f := Flow{Client: [4]byte{192, 0, 2, 201}, ClientPort: 40000, VIP: files.VIP, Port: 50010}
		if d := a.machine.Route(g.now, &Packet{Flow: f, Segment: SYN}); d.Verdict != Forward {
			t.Errorf("%v: another port of the other member: got %+v, want it forwarded", r, d)
		}
		for _, m := range []*testMember{a, b} {
			var rows []RealServer
			for _, row := range m.machine.Status().Servers {
				if row.Service == files {
					rows = append(rows, row)
				}
			}
			want := []RealServer{{Service: files, Member: m.address, Owner: m == a, Active: 3, Listening: true, Reason: "FTP server handler"}}
			if !slices.Equal(rows, want) {
				t.Errorf("%v: %s shows %+v, want %+v", r, m.name, rows, want)
			}
		}
	}
}

// TestFixedConnectionsEnd: connections of a service that is not balanced, those
// for its data included, are not among those that a new owner learns. It resets
// them although the old one lives, and forwards the others.
func TestFixedConnectionsEnd(t *testing.T) {
	files := LocalService{
		Service: Service{web.VIP, 21}, Name: "files", Kind: "ftp", Listening: true, Fixed: "FTP server handler", DataFirst: 50000, DataLast: 50009,
	}
	pages := LocalService{Service: web, Name: "web", Kind: "http", Listening: true}
	for _, r := range []Recovery{RecoverByRebuild, RecoverBySecondChance} {
		for _, both := range []bool{true, false} { // the new owner has the service too
			g := newGroup(t, 2, recovery(r))
			a, b := g.named("a"), g.named("b")
			a.step(Offer{[]LocalService{files, pages}})
			if both {
				b.step(Offer{[]LocalService{files, pages}})
			}
			a.open(20)
			var fixed []Flow
			for _, port := range []uint16{21, 50000, 50009} {
				f := Flow{Client: [4]byte{192, 0, 2, 201}, ClientPort: 40000, VIP: web.VIP, Port: port}
				a.route(&Packet{Flow: f, Segment: SYN})
				a.route(&Packet{Flow: f, Segment: ACK})
				fixed = append(fixed, f)
			}
			a.step(Role{Owner: false})
			b.step(Role{Owner: true})
			g.run(10 * lan) // a has answered
			for _, f := range fixed {
				b.route(&Packet{Flow: f, Segment: ACK})
			}
			if !slices.Equal(b.resets, fixed) {
				t.Errorf("%v: new owner with the service %v: resets %v, want %v", r, both, b.resets, fixed)
			}
			b.ask(20)
			if g.resets() != len(fixed) {
				t.Errorf("%v: new owner with the service %v: got %d resets, want only %d", r, both, g.resets(), len(fixed))
			}
		}
	}
}

// TestFixedIsNotLearned: a member of another version may still report such
// connections.
func TestFixedIsNotLearned(t *testing.T) {
	g := newGroup(t, 2, nil)
	a, b := g.named("a"), g.named("b")
	b.step(Offer{[]LocalService{{Service: web, Name: "web", Kind: "http", Listening: true, Fixed: "administrative service"}}})
	b.step(Role{Owner: true})
	b.step(&Heard{Message: &balance.Flows{
		Header: balance.Header{Version: 2, Needs: 1, Kind: balance.KindFlows, Group: 30, Sender: a.address, Boot: 1, Sequence: 1000, Epoch: b.machine.epoch},
		To:     b.address, Chunks: 1, Flows: []balance.Flow{flowMessage(LiveFlow{flowOfClient(5000), Established})},
	}})
	if got := b.machine.table.Len(); got != 0 {
		t.Errorf("table: got %d entries, want none", got)
	}
}
