package topology

import "testing"

// TestPermanentNeighbours: an interface stands for its MAC address, also if
// that is numbered, and each entry belongs to the interface on its segment.
func TestPermanentNeighbours(t *testing.T) {
	whole := pair()
	edit("c1", func(n *Node) {
		n.ARPPermanent = map[string]string{"192.0.2.100": "b.lan", "192.0.2.11": "02:00:00:00:00:99"}
	})(&whole)
	done := whole.WithDefaults()
	got := done.Nodes["c1"].PermanentNeighbours("lan")
	if len(got) != 2 || got["192.0.2.100"] != done.Nodes["b"].NICs["lan"].MAC || got["192.0.2.11"] != "02:00:00:00:00:99" {
		t.Errorf("got %v, want the MAC address of b.lan, %s, and the one given", got, done.Nodes["b"].NICs["lan"].MAC)
	}
	if other := done.Nodes["c1"].PermanentNeighbours("wan"); len(other) != 0 {
		t.Errorf("on another interface: got %v, want none", other)
	}
	if whole.Nodes["c1"].ARPPermanent["192.0.2.100"] != "b.lan" {
		t.Error("completing a topology has changed it")
	}
}
