package topology

import (
	"net/netip"
	"strings"
	"testing"
)

// TestWarningsOfGroups: what is odd about a group is said once, however many
// members it applies to, and names them all.
func TestWarningsOfGroups(t *testing.T) {
	group := Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{}}
	for i, name := range []string{"a", "b", "c", "d"} {
		s := Standby{VIP: netip.MustParseAddr("192.0.2.100")}
		if i > 0 {
			s.Authentication, s.Hold = "other"+name, 12e9
		}
		group.Nodes[name] = Node{
			Gateway: &Gateway{},
			NICs:    map[string]NIC{"lan": {Address: netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)}), 24)}},
			Standby: map[string]Standby{"lan": s},
		}
	}
	var got []string
	for _, p := range group.Validate() {
		if !p.Warning {
			t.Errorf("got %v", p)
		}
		got = append(got, p.String())
	}
	const others = " (the same is true of c.lan, d.lan)"
	if len(got) != 2 || !strings.HasPrefix(got[0], "nodes.b.standby.lan.authentication: ") || !strings.HasPrefix(got[1], "nodes.b.standby.lan.hold: ") ||
		!strings.HasSuffix(got[0], others) || !strings.HasSuffix(got[1], others) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
