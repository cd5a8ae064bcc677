package world_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// stranger is a machine of another process: a port, and nothing behind it.
type stranger struct{ port *netfab.Port }

func (s stranger) Port(string) *netfab.Port               { return s.port }
func (s stranger) PowerOn()                               { s.port.SetPower(true) }
func (s stranger) Present() fault.Present                 { return fault.Present{Up: true} }
func (s stranger) Apply(fault.Fault) (func() bool, error) { return nil, nil }
func (s stranger) Destroy()                               {}
func (s stranger) Receive(*netfab.Frame)                  {}
func (s stranger) CarrierChanged(bool)                    {}
func (s stranger) say(bytes []byte) {
	f := s.port.Fabric().NewFrame(len(bytes))
	copy(f.Data(), bytes)
	s.port.Send(f)
}

// real is two hosts with keepalived for 192.0.2.100, and one that only looks
// on.
func real() topology.Topology {
	t := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{}}
	for i, name := range []string{"k", "l", "z"} {
		n := topology.Node{
			NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(fmt.Sprintf("192.0.2.%d/24", 11+i))}},
			Exec: &topology.Exec{Run: []string{"keepalived"}, VIPs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}},
		}
		if name == "z" {
			n.Exec.VIPs = nil
		}
		t.Nodes[name] = n
	}
	return t
}

func TestRealNeedsNetns(t *testing.T) {
	if _, err := world.Build(real(), world.Options{}); !errors.Is(err, world.ErrReal) {
		t.Errorf("got %v, want %v", err, world.ErrReal)
	}
}

// TestRealClaims: advertisements and gratuitous ARP of keepalived are claims
// and announcements, a resignation is none, and neither is what a stranger
// says.
func TestRealClaims(t *testing.T) {
	strangers := map[string]stranger{}
	w, err := world.BuildFabric(real(), sim.Virtual{}, func(b *world.Base, name string, _ topology.Node) (world.Machine, error) {
		s := &stranger{}
		s.port = b.Fabric().Segment("lan").Attach(name, "lan", s)
		strangers[name] = *s
		return *s, nil
	}, world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Run(time.Second); err != nil {
		t.Fatal(err)
	}
	vip, mac := netip.MustParseAddr("192.0.2.100"), wire.MAC{2, 0, 0, 0, 0, 1}
	advert := func(priority byte) []byte {
		frame := make([]byte, 14+20+8+4)
		copy(frame[12:], []byte{8, 0, 0x45, 0xc0, 0, 32, 0, 0, 0, 0, 255, 112, 0, 0, 192, 0, 2, 11, 224, 0, 0, 18})
		copy(frame[34:], []byte{0x31, 51, priority, 1, 0, 1, 0, 0, 192, 0, 2, 100})
		return frame
	}
	garp, err := wire.AppendGratuitousARP(nil, wire.ARPRequest, vip, mac, mac)
	if err != nil {
		t.Fatal(err)
	}
	strangers["z"].say(advert(200))
	strangers["z"].say(garp)
	strangers["k"].say(advert(0))
	strangers["k"].say(advert(150))
	strangers["k"].say(garp)
	strangers["k"].say(garp)
	strangers["l"].say(garp)
	if err := w.Run(2 * time.Second); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range w.Events() {
		switch what := e.What.(type) {
		case event.VIPClaimed:
			got = append(got, e.Node+" claims by "+what.Frame)
		case event.VIPAnnounced:
			got = append(got, fmt.Sprintf("%s announces %s at %s on %s, %d", e.Node, what.VIP, what.MAC, what.Interface, what.Repeat))
		}
	}
	want := []string{
		"k claims by vrrp-advert",
		"k announces 192.0.2.100 at 02:00:00:00:00:01 on lan, 0", "k announces 192.0.2.100 at 02:00:00:00:00:01 on lan, 1",
		"l claims by gratuitous-arp", "l announces 192.0.2.100 at 02:00:00:00:00:01 on lan, 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
