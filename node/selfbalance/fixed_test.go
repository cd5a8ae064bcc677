package selfbalance

import (
	"net/netip"
	"slices"
	"testing"
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
