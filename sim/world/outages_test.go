package world_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// outage returns the longest outage of a client.
func (l *lab) outage(client string) oracle.Outage {
	l.t.Helper()
	m, _ := l.Measure()
	for _, o := range m.Outages {
		if o.Client == client {
			return o
		}
	}
	l.t.Fatalf("%s has no outage", client)
	return oracle.Outage{}
}

// TestStaleEntryOfRouter: while a router between client and virtual IP believes
// a stale entry, all that its client misses after the takeover is that entry,
// although another client on the segment has long been answered.
func TestStaleEntryOfRouter(t *testing.T) {
	top := cluster()
	top.Segments["far"] = topology.Segment{}
	gateway := netip.MustParseAddr("192.0.2.254")
	for _, name := range []string{"a", "b"} {
		n := top.Nodes[name]
		n.Default = gateway
		top.Nodes[name] = n
	}
	top.Nodes["r"] = topology.Node{Router: &topology.Router{}, ARP: topology.ARPIgnore, ARPAge: 15 * time.Minute, NICs: map[string]topology.NIC{
		"lan": {Address: netip.PrefixFrom(gateway, 24)}, "far": {Address: mustPrefix("198.51.100.254/24")},
	}}
	c2 := top.Nodes["c1"]
	c2.NICs = map[string]topology.NIC{"far": {Address: mustPrefix("198.51.100.1/24")}}
	c2.Default = netip.MustParseAddr("198.51.100.254")
	top.Nodes["c2"] = c2
	l := open(t, top)
	l.at(40*time.Second, "crash a")
	l.run(100 * time.Second)
	near, far := l.outage("c1"), l.outage("c2")
	if near.Open || near.Neighbour > time.Millisecond || near.Service > time.Millisecond {
		t.Errorf("the client on the segment: got %+v, want detection and retry only", near)
	}
	if rest := far.Duration - far.Detection - far.Election; !far.Open || far.Neighbour != rest || rest < 40*time.Second {
		t.Errorf("the client behind the router: got %+v, want all that follows the election to be its entry's", far)
	}
}

// TestStoppedService: connections that the owner refuses are its service's.
func TestStoppedService(t *testing.T) {
	top := cluster()
	top.Nodes["c1"].Client.Rate = 20
	l := open(t, top)
	l.at(40*time.Second, "stop service web on a for 2s")
	l.run(60 * time.Second)
	o := l.outage("c1")
	if o.Open || o.Service < 1850*time.Millisecond || o.Retry > 100*time.Millisecond || o.Service+o.Retry != o.Duration {
		t.Errorf("got %+v, want service, and retry for the rest", o)
	}
}
