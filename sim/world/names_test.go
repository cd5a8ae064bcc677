package world_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// named is two back ends, a resolver whose record app has the first, and a
// client that asks it for each connection, once a second.
func named() topology.Topology {
	at := func(address string) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}
	}
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"a": {NICs: at("192.0.2.11/24"), Backend: &topology.Backend{}},
			"b": {NICs: at("192.0.2.12/24"), Backend: &topology.Backend{}},
			"r": {NICs: at("192.0.2.53/24"), Resolver: &topology.Resolver{Records: map[string]topology.Record{
				"app": {Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.11")}},
			}}},
			"c1": {
				NICs: at("192.0.2.201/24"), Nameservers: topology.Nameservers{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.53")}, Timeout: 100 * time.Millisecond, Attempts: 1},
				Client: &topology.Client{Target: "http://app.example/", Rate: 1, Phase: 500 * time.Millisecond, Resolve: topology.ResolveConnection},
			},
			"p": {
				NICs: at("192.0.2.202/24"), Nameservers: topology.Nameservers{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.53")}},
				Probe: &topology.Probe{Target: "http://app.example/", Check: topology.Check{By: topology.CheckHTTPStatus}, Rise: 1, Fall: 1, Resolve: topology.ResolveOnce},
			},
		},
	}
}

// TestRecordsAreSet: what an operator sets is undone, lost in a reboot, or kept
// if it is saved; and the service can be stopped. The client asks half a second
// after each whole one.
func TestRecordsAreSet(t *testing.T) {
	l := open(t, named())
	l.at(2*time.Second, "set r record.app 192.0.2.12 for 2s")
	l.at(6*time.Second, "stop service dns on r for 1s")
	l.at(8*time.Second, "set r record.app 192.0.2.12")
	l.at(9*time.Second, "reboot r down 100ms")
	l.at(10*time.Second, "set r record.app 192.0.2.12", "save r")
	l.at(11*time.Second, "reboot r down 100ms")
	l.at(13*time.Second, "set r record.app none")
	l.run(15 * time.Second)
	var got []string
	for _, e := range l.Events() {
		switch b := e.What.(type) {
		case event.RequestAnswered:
			got = append(got, b.By)
		case event.RequestFailed:
			got = append(got, b.Failure)
		case event.NameFailed:
			got = append(got, b.Reason)
		}
	}
	want := []string{"a", "a", "b", "b", "a", "a", "refused", "name", "a", "b", "a", "b", "b", "b", "unknown", "name", "name"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// The probe has looked the name up once: it checks a to the end.
	if n := events[event.ProbeChanged](l, "p", 0); n != 1 {
		t.Errorf("the probe changed %d times, want once", n)
	}
	if _, violations := l.Measure(); len(violations) > 0 {
		t.Errorf("violations: %v", violations)
	}
}

// TestUnsavedRecord: a record that was never saved is gone after a reboot.
func TestUnsavedRecord(t *testing.T) {
	top := named()
	r := top.Nodes["r"]
	r.Unsaved = []string{"record.app"}
	top.Nodes["r"] = r
	l := open(t, top)
	l.at(2*time.Second, "reboot r down 100ms")
	l.run(4 * time.Second)
	var got []string
	for e, b := range event.Of[event.RequestFailed](l.Events()) {
		got = append(got, fmt.Sprint(e.At.Truncate(time.Second), " ", b.Failure))
	}
	if want := []string{"2s name", "3s name"}; !slices.Equal(got, want) {
		t.Errorf("got failures %v, want %v", got, want)
	}
}
