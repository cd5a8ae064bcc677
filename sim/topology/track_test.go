package topology

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"
)

// tracking is a pair whose member a tracks something, on a node with a second
// interface and a gateway.
func tracking(change func(*Standby), tracks ...Track) Topology {
	top := pair()
	top.Segments["wan"] = Segment{}
	edit("a", func(n *Node) {
		n.NICs = map[string]NIC{"lan": n.NICs["lan"], "wan": {Address: netip.MustParsePrefix("198.51.100.11/24")}}
		n.Gateway = &Gateway{
			Services: map[string]Service{"web": {Listen: netip.MustParseAddrPort("0.0.0.0:80")}},
			Groups:   map[string]LBGroup{"app": {Servers: []LBServer{{Address: netip.MustParseAddr("192.0.2.12")}}}},
		}
		s := n.Standby["lan"]
		s.Track = tracks
		s.Preempt = true
		if change != nil {
			change(&s)
		}
		n.Standby = map[string]Standby{"lan": s}
	})(&top)
	return top
}

// TestTrackProblems: which objects and effects there may be.
func TestTrackProblems(t *testing.T) {
	self := func(k Check) *TrackCheck { return &TrackCheck{Target: "http://127.0.0.1/", Check: k} }
	status := Check{By: CheckHTTPStatus}
	for _, c := range []struct {
		track Track
		want  []string
	}{
		{Track{Interface: "wan", Weight: 20}, nil},
		{Track{CPU: "service", Weight: 20}, nil},
		{Track{CPU: "control", Above: 0.8, Fault: true}, nil},
		{Track{Check: self(status), Fault: true}, nil},
		{Track{Check: &TrackCheck{Target: "http://192.0.2.12/", Check: status}, Yield: true}, nil},
		{Track{Service: "web", Fault: true}, nil},
		{Track{LBGroup: "app", Fault: true}, nil},
		{Track{Interface: "wan", Weight: 20, Interval: time.Second, Rise: 5, Fall: 5}, nil},

		{Track{Fault: true}, []string{"track.0: the object is missing, want one of interface, cpu, check, service, lb-group or group"}},
		{Track{Interface: "wan", Service: "web", Fault: true}, []string{"track.0: got interface and service, want one object: list the other as one of its own"}},
		{Track{Interface: "wan"}, []string{"track.0: the effect is missing, want weight, fault or yield"}},
		{Track{Interface: "wan", Weight: 20, Fault: true}, []string{"track.0: got several effects, want one of weight, fault and yield"}},
		{Track{Interface: "wan", Weight: 256}, []string{"track.0.weight: got 256, want 1 to 255", "track.0.weight: got 256, more than the priority 100: it goes down to 0 only (warning)"}},
		{Track{Interface: "wan", Weight: -20}, []string{"track.0.weight: got -20, want 1 to 255"}},
		{Track{Interface: "wan", Weight: 120}, []string{"track.0.weight: got 120, more than the priority 100: it goes down to 0 only (warning)"}},
		{Track{Interface: "dmz", Fault: true}, []string{`track.0.interface: there is no interface "dmz", want lan or wan`}},
		{Track{Interface: "lan", Fault: true}, []string{"track.0.interface: got its own interface, want another: without carrier there it takes no part anyway"}},
		{Track{CPU: "kernel", Fault: true}, []string{`track.0.cpu: got "kernel", want service or control`}},
		{Track{CPU: "service", Above: 1, Fault: true}, []string{"track.0.above: got 1, want 0 to 0.999"}},
		{Track{Service: "web", Above: 0.5, Fault: true}, []string{"track.0.above: got 50%, want none: the object is not a class of the CPU"}},
		{Track{Service: "wbe", Fault: true}, []string{`track.0.service: there is no service of the gateway "wbe", want web (did you mean "web"?)`}},
		{Track{LBGroup: "ap", Fault: true}, []string{`track.0.lb-group: there is no load-balancer group of the gateway "ap", want app (did you mean "app"?)`}},
		{Track{Group: "wan", Yield: true}, []string{`track.0.group: there is no interface with standby control "wan", want lan (did you mean "lan"?)`}},
		{Track{Group: "lan", Yield: true}, []string{"track.0.group: got its own group, want that of another interface"}},
		{Track{Interface: "wan", Fault: true, Fall: 3}, []string{"track.0: interval is missing: without one the object is looked at only when it changes, never 3 times in a row"}},
		{Track{Check: &TrackCheck{Check: status}, Fault: true}, []string{"track.0.check: target is missing"}},
		{Track{Check: &TrackCheck{Target: "http://127.0.0.1:81/", Check: status}, Fault: true}, []string{"track.0.check.target: no service of the node listens on 127.0.0.1:81 (warning)"}},
		{Track{Check: &TrackCheck{Target: "ftp://127.0.0.1/", Check: status}, Fault: true}, []string{`track.0.check.target: got "ftp://127.0.0.1/", want a URL that begins with http or https`}},
		{Track{Check: self(Check{By: CheckHTTPToken}), Fault: true}, []string{"track.0.check: token is missing: http-token looks for it"}},
		{Track{Check: self(Check{By: CheckHTTPStatus, Timeout: 3 * time.Second}), Fault: true}, []string{"track.0.check.timeout: got 3s, want at most the interval, 2s"}},
	} {
		var got []string
		for _, p := range tracking(nil, c.track).Validate() {
			text := p.String()[len("nodes.a.standby.lan."):]
			if p.Warning {
				text += " (warning)"
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: got\n%q, want\n%q", c.track, got, c.want)
		}
	}
}

// TestTrackTraps: what can never help, and what has another effect than people
// think, warns.
func TestTrackTraps(t *testing.T) {
	const never = "nodes.a.standby.lan.track.0.weight: no member of the group has preempt: a lower priority never takes the role from an active one"
	off := func(s *Standby) { s.Preempt = false }
	for _, c := range []struct {
		name string
		top  Topology
		want []string
	}{
		{"a weight without preempt", tracking(off, Track{Interface: "wan", Weight: 20}), []string{never}},
		{"two weights of one member", tracking(off, Track{Interface: "wan", Weight: 20}, Track{Interface: "wan", Weight: 10}), []string{never}},
		{"a weight of each member", func() Topology {
			top := tracking(off, Track{Interface: "wan", Weight: 20})
			edit("b", func(n *Node) {
				s := n.Standby["lan"]
				s.Track = []Track{{CPU: "service", Weight: 20}}
				n.Standby = map[string]Standby{"lan": s}
			})(&top)
			return top
		}(), []string{never + " (the same is true of b.lan)"}},
		{"a fault without preempt", tracking(off, Track{Interface: "wan", Fault: true}), nil},
		{"waiting for services without a gateway", func() Topology {
			top := tracking(func(s *Standby) { s.PreemptWhenServing = true })
			edit("a", func(n *Node) { n.Gateway = nil })(&top)
			return top
		}(), []string{"nodes.a.standby.lan.preempt-when-serving: the node has no gateway, whose services it could wait for"}},
		{"a fault by a group", func() Topology {
			top := tracking(nil, Track{Group: "wan", Fault: true})
			edit("a", func(n *Node) {
				n.Standby = map[string]Standby{"lan": n.Standby["lan"], "wan": {Group: 31, VIP: netip.MustParseAddr("198.51.100.100")}}
			})(&top)
			return top
		}(), []string{"nodes.a.standby.lan.track.0.fault: a member that waits in Initial is no standby: after a takeover of the other group it needs two hold times for the role; see yield"}},
	} {
		var got []string
		for _, p := range c.top.Validate() {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

// TestTrackDefaults: only what is looked at again and again has rise and fall,
// and completing a topology leaves the one that was given as it is.
func TestTrackDefaults(t *testing.T) {
	given := []Track{
		{Interface: "wan", Fault: true}, {CPU: "service", Fault: true}, {Check: &TrackCheck{Target: "http://127.0.0.1/"}, Fault: true},
		{Service: "web", Interval: time.Second, Fall: 9, Fault: true},
	}
	top := tracking(nil, given...)
	got := top.WithDefaults().Nodes["a"].Standby["lan"].Track
	for i, want := range []Track{
		{},
		{Interval: 2 * time.Second, Rise: 2, Fall: 3, Above: 0.95},
		{Interval: 2 * time.Second, Rise: 2, Fall: 3},
		{Interval: time.Second, Rise: 2, Fall: 9},
	} {
		if g := got[i]; g.Interval != want.Interval || g.Rise != want.Rise || g.Fall != want.Fall || g.Above != want.Above {
			t.Errorf("%s: got %v, %d, %d, %v, want %v, %d, %d, %v", g.Object(), g.Interval, g.Rise, g.Fall, g.Above, want.Interval, want.Rise, want.Fall, want.Above)
		}
	}
	if got[2].Check.By != CheckTCPFull || given[2].Check.By != "" || top.Nodes["a"].Standby["lan"].Track[1].Above != 0 {
		t.Errorf("check: got %v, and the one that was given %v, want %s and none", got[2].Check.By, given[2].Check.By, CheckTCPFull)
	}
}

// TestTrackObject: how events name objects.
func TestTrackObject(t *testing.T) {
	for want, track := range map[string]Track{
		"interface wan": {Interface: "wan"}, "cpu service": {CPU: "service"}, "service web": {Service: "web"}, "lb-group app": {LBGroup: "app"},
		"group wan": {Group: "wan"}, "check http://127.0.0.1/": {Check: &TrackCheck{Target: "http://127.0.0.1/"}}, "": {Fault: true},
	} {
		if got := track.Object(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestTrackInJSON: a topology reaches the process of a machine as JSON.
func TestTrackInJSON(t *testing.T) {
	want := tracking(func(s *Standby) {
		s.Peers, s.LinkDelay, s.PreemptDelay, s.AnnounceEvery, s.PreemptWhenServing = []netip.Addr{netip.MustParseAddr("192.0.2.12")}, 1, 2, 3, true
	},
		Track{CPU: "service", Above: 0.8, Weight: 20, Interval: 1, Rise: 2, Fall: 3}, Track{Group: "wan", Yield: true},
		Track{Check: &TrackCheck{Target: "http://127.0.0.1/", Check: Check{By: CheckHTTPToken, Token: "abc"}}, Fault: true},
	).WithDefaults().Nodes["a"].Standby["lan"]
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Standby
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

// TestTrackOwnProgram: a member without a gateway can look at what else the
// node serves.
func TestTrackOwnProgram(t *testing.T) {
	const nobody = "nodes.a.standby.lan.track.0.check.target: no service of the node listens on 127.0.0.1:443"
	for _, c := range []struct {
		name string
		node func(*Node)
		want []string
	}{
		{"nothing", func(*Node) {}, []string{nobody}},
		{"a back end elsewhere", func(n *Node) { n.Backend = &Backend{} }, []string{nobody}},
		{"a back end", func(n *Node) { n.Backend = &Backend{Ports: []BackendPort{{Port: 443}}} }, nil},
		{"a proxy elsewhere", func(n *Node) {
			n.Proxy = &Proxy{Upstream: Upstream{Servers: []UpstreamServer{upstreamOf("192.0.2.12:80")}}}
		}, []string{nobody}},
		{"a proxy", func(n *Node) { n.Proxy = &Proxy{WSO2: wso2("192.0.2.12", "192.0.2.12")} }, nil},
	} {
		top := tracking(nil, Track{Check: &TrackCheck{Target: "tcp://127.0.0.1:443", Check: Check{By: CheckTCPHalf}}, Fault: true})
		edit("a", func(n *Node) { n.Gateway = nil; c.node(n) })(&top)
		t.Run(c.name, func(t *testing.T) { wantProblems(t, top.Validate(), c.want...) })
	}
}
