package member

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

func (l *lab) want(node string, want ...string) {
	l.TB.Helper()
	if got := l.story(node); !slices.Equal(got, want) {
		l.TB.Errorf("%s: got\n%q\nwant\n%q", node, got, want)
	}
}

// TestJoin: two members that start together are one cluster after the wait
// before a join, with one coordinator.
func TestJoin(t *testing.T) {
	l := newLab(t, 2, nil)
	l.Run(20 * second)
	l.want("a", "0s joining", "5s joined", "5s coordinator", "11s added b ")
	l.want("b", "0s joining", "11s joined", "11s added a ")
}

// TestStopped: a process that is killed is noticed at once, and its next life
// joins as another member.
func TestStopped(t *testing.T) {
	l := newLab(t, 2, nil)
	l.At(30*second, func() { l.fail(l.members[0].StopService(topology.ClusterService)) })
	l.At(40*second, func() { l.fail(l.members[0].StartService(topology.ClusterService)) })
	l.Run(60 * second)
	l.want("b", "0s joining", "11s joined", "11s added a ", "30s removed a socket closed", "30s coordinator", "46s added a ")
	l.want("a", "0s joining", "5s joined", "5s coordinator", "11s added b ", "30s not coordinator", "40s joining", "46s joined", "46s added b ")
}

func (l *lab) fail(err error) {
	if err != nil {
		l.TB.Error(err)
	}
}

// TestSilentDeath: a machine without power says nothing. It is removed after
// the configured silence, at the next heartbeat.
func TestSilentDeath(t *testing.T) {
	l := newLab(t, 2, nil)
	l.At(30*second+second/2, func() { l.hosts[0].Crash(false) })
	l.Run(700 * second)
	l.want("b", "0s joining", "11s joined", "11s added a ", "10m31s removed a no heartbeat", "10m31s coordinator")
}

// TestReboot: a machine that is back answers what still comes to its old
// connection with a reset, so its death is noticed then.
func TestReboot(t *testing.T) {
	l := newLab(t, 2, nil)
	l.At(30*second, func() { l.hosts[1].Crash(false) })
	l.At(60*second, func() { l.hosts[1].PowerOn() })
	l.Run(120 * second)
	got := l.story("a")
	if n := len(got); n != 6 || got[4][len(got[4])-13:] != "socket closed" && got[4][len(got[4])-9:] != "restarted" {
		t.Errorf("a: got %q, want b to be removed when it is back, and added", got)
	}
	if m := l.members[0].Members(); len(m) != 2 || m[1].ID != "b/2.1" {
		t.Errorf("members of a: got %v, want b in its second life", m)
	}
}

// TestMessages: what one sends comes to the others once. A member that was away
// gets what was sent meanwhile.
func TestMessages(t *testing.T) {
	l := newLab(t, 3, func(i int, k *topology.ClusterMember) {
		if i == 0 {
			k.Messages = &topology.Recurring{Every: 10 * second, Stop: 100 * second}
		}
	})
	var texts []string
	l.members[1].OnMessage(func(text string) { texts = append(texts, text) })
	l.At(45*second, func() { l.fail(l.members[2].StopService(topology.ClusterService)) })
	l.At(75*second, func() { l.fail(l.members[2].StartService(topology.ClusterService)) })
	l.Run(150 * second)
	if got := hosttest.Count[event.ClusterMessageSent](l.Lab, "a"); got != 10 {
		t.Errorf("a sent %d messages, want 10", got)
	}
	if got := hosttest.Count[event.ClusterMessageDelivered](l.Lab, "b"); got != 10 || len(texts) != 10 || texts[9] != "entry 10" {
		t.Errorf("b got %d messages, and its application %q, want 10", got, texts)
	}
	// In its first life 3, at 20, 30 and 40 s, and that of 10 s again; in the next
	// one, from 81 s on, all ten.
	if _, got := hosttest.Bodies[event.ClusterMessageDelivered](l.Lab, "c"); len(got) != 14 {
		t.Errorf("c got %v, want 4 and then 10", got)
	}
	if got := hosttest.Count[event.ClusterMessagesMissed](l.Lab, ""); got != 0 {
		t.Errorf("got %d gaps, want none", got)
	}
}

// TestActivities: only the coordinator does what shall be done once.
func TestActivities(t *testing.T) {
	l := newLab(t, 2, func(_ int, k *topology.ClusterMember) { k.Activities = &topology.Recurring{Every: 30 * second} })
	l.Run(100 * second)
	_, a := hosttest.Bodies[event.ClusterActivityExecuted](l.Lab, "a")
	_, b := hosttest.Bodies[event.ClusterActivityExecuted](l.Lab, "b")
	if len(a) != 3 || a[2].Activity != 3 || len(b) != 0 {
		t.Errorf("got %v of a and %v of b, want 1, 2 and 3 of a", a, b)
	}
}

// TestDomain: members of two clusters refuse each other.
func TestDomain(t *testing.T) {
	l := newLab(t, 2, func(i int, k *topology.ClusterMember) { k.Domain = []string{"one", "two"}[i] })
	l.Run(200 * second)
	for i, m := range l.members {
		if !m.Coordinator() || len(m.Members()) != 1 {
			t.Errorf("member %d: coordinator %t of %v, want it alone", i, m.Coordinator(), m.Members())
		}
	}
}

// TestHung: a frozen member is silent, and when it goes on it learns that it
// was removed.
func TestHung(t *testing.T) {
	l := newLab(t, 2, func(_ int, k *topology.ClusterMember) { k.MaxNoHeartbeat = 30 * second })
	l.At(30*second+second/2, func() { l.hosts[0].Freeze(true) })
	l.At(100*second, func() { l.hosts[0].Thaw() })
	l.Run(200 * second)
	if got := l.story("b"); !slices.Contains(got, "1m1s removed a no heartbeat") || !slices.Contains(got, "1m1s coordinator") {
		t.Errorf("b: got %q", got)
	}
	if a, b := l.members[0].Coordinator(), l.members[1].Coordinator(); a == b {
		t.Errorf("coordinators: a %t, b %t, want one", a, b)
	}
}

// BenchmarkIdleDay is a day of two members that have nothing to say.
func BenchmarkIdleDay(b *testing.B) {
	for b.Loop() {
		l := newLab(b, 2, nil)
		if err := l.Loop.Run(24 * time.Hour); err != nil {
			b.Fatal(err)
		}
		if len(l.members[0].Members()) != 2 {
			b.Fatal("the members have lost each other")
		}
		for _, h := range []*host.Host{l.hosts[0], l.hosts[1]} {
			h.Destroy()
		}
	}
}

// TestOneMachine: two members of one machine are two members, each with a
// port, a service and events of its own.
func TestOneMachine(t *testing.T) {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	h := l.Add("box", "192.0.2.11/24")
	own := func(port int) topology.ClusterMember {
		k := topology.ClusterMember{LocalHost: netip.MustParseAddr("192.0.2.11"), LocalPort: port, Members: []string{"192.0.2.11:4000", "192.0.2.11:4001"}}
		return k.WithDefaults(topology.Topology{}, "")
	}
	one := NewOf(h, own(4000), "am1", "am1-cluster")
	two := NewOf(h, own(4001), "am2", "am2-cluster")
	l.At(30*second, func() {
		if !one.Coordinator() || two.Coordinator() || len(two.Members()) != 2 || two.Members()[0].Name != "am1" {
			t.Errorf("at 30 s: members %v, want am1, the coordinator, and am2", two.Members())
		}
		l.fail(one.StopService("am1-cluster"))
	})
	l.Run(60 * second)
	if one.Coordinator() || !two.Coordinator() || len(two.Members()) != 1 {
		t.Errorf("at the end: members %v, want am2 alone", two.Members())
	}
	at, all := hosttest.Bodies[event.ClusterCoordinatorChanged](l.Lab, "box")
	want := []event.ClusterCoordinatorChanged{{Coordinator: true, Instance: "am1"}, {Instance: "am1"}, {Coordinator: true, Instance: "am2"}}
	if !slices.Equal(all, want) {
		t.Errorf("got %+v at %v, want %+v", all, at, want)
	}
}
