package world_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// tracking is two members on two networks, of which a tracks something on its
// interface lan. Both forward to a group whose only member is the back end.
func tracking(tracks ...topology.Track) topology.Topology {
	member := func(place, priority int) topology.Node {
		return topology.Node{
			NICs: map[string]topology.NIC{
				"lan": {Address: netip.MustParsePrefix(fmt.Sprintf("192.0.2.%d/24", place))},
				"wan": {Address: netip.MustParsePrefix(fmt.Sprintf("198.51.100.%d/24", place))},
			},
			Standby: map[string]topology.Standby{
				"lan": {Group: 30, VIP: netip.MustParseAddr("192.0.2.100"), Priority: &priority},
				"wan": {Group: 31, VIP: netip.MustParseAddr("198.51.100.100"), Priority: &priority},
			},
			Gateway: &topology.Gateway{
				UserAgent: time.Second,
				Groups:    map[string]topology.LBGroup{"app": {Damp: 10 * time.Second, Servers: []topology.LBServer{{Address: netip.MustParseAddr("198.51.100.50")}}}},
				Services: map[string]topology.Service{
					"web": {Listen: netip.MustParseAddrPort("0.0.0.0:80"), Forward: topology.Forward{Group: "app"}},
					"vip": {Listen: netip.MustParseAddrPort("192.0.2.100:8080")},
				},
			},
		}
	}
	a, b := member(11, 110), member(12, 100)
	s := a.Standby["lan"]
	s.Track = tracks
	a.Standby["lan"] = s
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}, "wan": {}},
		Nodes: map[string]topology.Node{
			"a": a, "b": b,
			"app": {NICs: map[string]topology.NIC{"wan": {Address: netip.MustParsePrefix("198.51.100.50/24")}}, Backend: &topology.Backend{}},
			"c1": {
				NICs:   map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.201/24")}},
				Client: &topology.Client{Target: "http://192.0.2.11/", Timeout: 2 * time.Second},
			},
		},
	}
}

// tracked lists the changes of tracked objects of a node since an instant.
func tracked(l *lab, node string, since time.Duration) (all []string) {
	for e, c := range event.Of[event.TrackChanged](l.Events()) {
		if e.Node == node && e.At >= since {
			all = append(all, fmt.Sprintf("%s %s %s", c.Object, c.State, c.Reason))
		}
	}
	return all
}

// TestTracks: what makes objects of each kind fail, and work again.
func TestTracks(t *testing.T) {
	self := topology.Track{Check: &topology.TrackCheck{Target: "http://127.0.0.1/", Check: topology.Check{By: topology.CheckHTTPStatus}}}
	for name, c := range map[string]struct {
		track        topology.Track
		down, up     string
		within, back time.Duration // it fails within that of the fault, and works again within that of the other
		reason       string
	}{
		"interface": {topology.Track{Interface: "wan"}, "pull a.wan", "plug a.wan", 0, 0, "no carrier"},
		// Three looks at an interval of 2 s of which all is in use; then two of which
		// none is.
		"cpu": {topology.Track{CPU: "service"}, "hog a service 100%", "calm a", 8 * time.Second, 6 * time.Second, "100 % in use"},
		// Three checks, of which the last waits 1 s; then two.
		"check":                     {self, "hog a service 100%", "calm a", 7 * time.Second, 4 * time.Second, "timeout"},
		"check, way beyond":         {self, "backend app status 503", "backend app ok", 6*time.Second + 10*time.Millisecond, 4*time.Second + 10*time.Millisecond, "status 503"},
		"service":                   {topology.Track{Service: "web"}, "stop service web on a", "start service web on a", 0, 0, "stopped"},
		"service on the virtual IP": {topology.Track{Service: "vip"}, "stop service vip on a", "start service vip on a", 0, 0, "stopped"},
		// A request of the client at 1/s that waits 1 s; damp (10 s) begins anew with
		// each one that fails, the last of them at most 1 s after the boot.
		"lb-group":                  {topology.Track{LBGroup: "app"}, "crash app", "boot app", 3 * time.Second, 12 * time.Second, "no member is up"},
		"lb-group, by its operator": {topology.Track{LBGroup: "app"}, "set a group.app.app disabled", "set a group.app.app enabled", 0, 0, "no member is up"},
		"group":                     {topology.Track{Group: "wan"}, "yield a.wan", "yield b.wan", 0, time.Millisecond, "not active"},
	} {
		t.Run(name, func(t *testing.T) {
			c.track.Weight = 20
			top := tracking(c.track)
			b := top.Nodes["b"].Standby["lan"]
			b.Preempt = true
			top.Nodes["b"].Standby["lan"] = b
			l := open(t, top)
			l.run(70 * time.Second)
			was := tracked(l, "a", time.Second)
			if c.track.Group == "" && len(was) > 0 || c.track.Group != "" && !slices.Equal(was, []string{"group wan up "}) {
				t.Fatalf("before the fault: got %q", was)
			}
			at := l.Now()
			l.inject(c.down)
			l.run(at + c.within)
			object := c.track.Object()
			want := []string{object + " down " + c.reason}
			if got := tracked(l, "a", at); !slices.Equal(got, want) {
				t.Fatalf("%s: got %q within %v, want %q", c.down, got, c.within, want)
			}
			if got := l.World.Node("a").Member("lan").Status().Priority; got != 90 {
				t.Errorf("priority: got %d, want 90", got)
			}
			l.run(at + 20*time.Second)
			l.inject(c.up)
			up := l.Now()
			l.run(up + c.back + time.Millisecond)
			if got, want := tracked(l, "a", up), []string{object + " up "}; !slices.Equal(got, want) {
				t.Fatalf("%s: got %q within %v, want %q", c.up, got, c.back, want)
			}
			if got := l.World.Node("a").Member("lan").Status().Priority; got != 110 {
				t.Errorf("priority: got %d, want 110", got)
			}
		})
	}
}

// TestTrackAfterReboot: a reboot forgets what failed, and looks anew.
func TestTrackAfterReboot(t *testing.T) {
	l := open(t, tracking(topology.Track{Interface: "wan", Fault: true}))
	l.run(40 * time.Second)
	l.inject("pull a.wan")
	l.run(45 * time.Second)
	if got := l.state("a"); got != "Initial" {
		t.Fatalf("in a fault: got %s, want Initial", got)
	}
	l.inject("reboot a down 2s")
	l.run(48 * time.Second)
	if got, want := tracked(l, "a", 45*time.Second), []string{"interface wan down no carrier"}; !slices.Equal(got, want) {
		t.Errorf("after the reboot: got %q, want %q", got, want)
	}
	if got := l.state("a"); got != "Initial" {
		t.Errorf("after the reboot: got %s, want Initial", got)
	}
	l.inject("plug a.wan")
	l.run(49 * time.Second)
	if got := l.state("a"); got != "Listen" {
		t.Errorf("with its cable: got %s, want Listen", got)
	}
}

// TestTrackOff: without tracking no event of it comes, whatever happens.
func TestTrackOff(t *testing.T) {
	l := open(t, tracking())
	l.at(30*time.Second, "pull a.wan", "hog a service 100%", "stop service web on a")
	l.run(60 * time.Second)
	if n := events[event.TrackChanged](l, "a", 0) + events[event.TrackChanged](l, "b", 0); n != 0 {
		t.Errorf("got %d changes, want none", n)
	}
	if got := l.World.Node("a").Member("lan").Status(); !got.Owner || got.Priority != 110 {
		t.Errorf("got %v with priority %d, want Active with 110", got.State, got.Priority)
	}
}

// TestTrackFacts: the machines that have a part in an object are those on the
// way of a request, and no others.
func TestTrackFacts(t *testing.T) {
	top := tracking(
		topology.Track{Interface: "wan"}, topology.Track{CPU: "service"}, topology.Track{Service: "web"}, topology.Track{LBGroup: "app"}, topology.Track{Group: "wan"},
		topology.Track{Check: &topology.TrackCheck{Target: "http://127.0.0.1/"}}, topology.Track{Check: &topology.TrackCheck{Target: "http://192.0.2.100:8080/"}},
	)
	got := world.FactsOf(top.WithDefaults(), time.Minute).Members[0].Tracks
	want := []oracle.Tracked{
		{Object: "interface wan", Nodes: []string{"a"}, Interface: "wan"},
		{Object: "cpu service", Nodes: []string{"a"}, Class: "service"},
		{Object: "service web", Nodes: []string{"a"}, Service: "web"},
		{Object: "lb-group app", Nodes: []string{"a", "app"}},
		{Object: "group wan", Nodes: []string{"a", "b"}, Group: "wan"},
		{Object: "check http://127.0.0.1/", Nodes: []string{"a", "app"}},
		{Object: "check http://192.0.2.100:8080/", Nodes: []string{"a", "b"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
