package topology

import (
	"net/netip"
	"slices"
	"testing"
)

// TestPeers: to whom a member can send its messages, and what is missing.
func TestPeers(t *testing.T) {
	const own = "nodes.a.standby.lan.peers"
	for _, c := range []struct {
		peers []string
		mac   bool
		want  []string
	}{
		{nil, false, nil},
		{[]string{"192.0.2.12"}, false, nil},
		{[]string{"192.0.2.11"}, false, []string{
			own + ".0: got the interface's own address, want that of another member",
			own + ": 192.0.2.12, b.lan of group 1 on segment lan, is not one of them and will not hear this member",
		}},
		{[]string{"192.0.2.12", "192.0.2.12"}, false, []string{own + ".1: 192.0.2.12 is already a peer"}},
		{[]string{"192.0.2.12", "192.0.2.100"}, false, []string{own + ".1: got the virtual IP, want the address of a member: it does not move"}},
		{[]string{"192.0.2.12", "198.51.100.12"}, false, []string{own + ".1: 198.51.100.12 is not in the interface's subnet 192.0.2.0/24: the members of a group share a network"}},
		{[]string{"192.0.2.12", "224.0.0.2", "2001:db8::1"}, false, []string{
			own + ".1: got 224.0.0.2, want the IPv4 address of another member", own + ".2: got 2001:db8::1, want the IPv4 address of another member",
		}},
		{[]string{"192.0.2.13"}, false, []string{own + ": 192.0.2.12, b.lan of group 1 on segment lan, is not one of them and will not hear this member"}},
		{[]string{"192.0.2.12"}, true, []string{own + ": messages to peers come from the interface's own MAC address: switches learn where the virtual one is from gratuitous ARP alone"}},
	} {
		top := pair()
		editStandby("a", func(s *Standby) {
			for _, p := range c.peers {
				s.Peers = append(s.Peers, netip.MustParseAddr(p))
			}
			if c.mac {
				s.Takeover = TakeoverMAC
			}
		})(&top)
		var got []string
		for _, p := range top.Validate() {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: got\n%q, want\n%q", c.peers, got, c.want)
		}
	}
}
