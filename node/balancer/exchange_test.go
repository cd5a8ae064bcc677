package balancer

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestRequests: with mode http each request of a connection goes to a member of
// its own.
func TestRequests(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Mode: topology.BalancerHTTP})
	l.ask(topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Stop: 2 * second})
	l.Run(5 * second)
	l.wantOutcomes(0, map[string]int{"200 by lb": 20})
	if a, b := l.served("m1", 0), l.served("m2", 0); a != 10 || b != 10 {
		t.Errorf("m1 has %d and m2 has %d, want 10 of each", a, b)
	}
	// The client has one connection, and so has the balancer to each member.
	for name, want := range map[string]int{"lb": 1, "m1": 1, "m2": 1} { // order: any will do
		if got := hosttest.Count[event.ConnAccepted](l.Lab, name); got != want {
			t.Errorf("%s accepted %d connections, want %d", name, got, want)
		}
	}
}

// TestErrors: what a client gets for the misbehaviour of a member that accepts.
func TestErrors(t *testing.T) {
	for mode, want := range map[string]string{ // order: worlds apart
		backend.ModeReset: "status-502", backend.ModeHang: "status-504", backend.ModeStatus: "status-500",
	} {
		l := newLab(t)
		l.start(topology.Balancer{Mode: topology.BalancerHTTP, ServerIdle: 2 * second})
		l.set(l.m1, mode)
		l.set(l.m2, mode)
		l.ask(topology.Client{Rate: 10, Stop: second})
		l.Run(10 * second)
		l.wantOutcomes(0, map[string]int{want: 10})
		failed := 10
		if mode == backend.ModeStatus {
			failed = 0 // the member has answered
		}
		_, attempts := hosttest.Bodies[event.BalancerAttemptFailed](l.Lab, "lb")
		if len(attempts) != failed || slices.ContainsFunc(attempts, func(a event.BalancerAttemptFailed) bool { return a.Stage != event.StageAnswer }) {
			t.Errorf("%s: got %v, want %d at stage answer", mode, attempts, failed)
		}
		l.wantNothingLeftButIdle()
	}
}

// wantNothingLeftButIdle is wantNothingLeft for a client that keeps its
// connection.
func (l *lab) wantNothingLeftButIdle() {
	l.TB.Helper()
	for i := range l.balancer.pool.members {
		if n := l.balancer.pool.members[i].open; n != 0 {
			l.TB.Errorf("m%d has %d requests in progress, want none", i+1, n)
		}
	}
}

// sessions lists which members have served each session since an instant.
func (l *lab) sessions(since float64) map[int][]string {
	all := map[int][]string{}
	at, bodies := hosttest.Bodies[event.SessionServed](l.Lab, "c1")
	for i, b := range bodies {
		if at[i].Seconds() >= since && !slices.Contains(all[b.Session], b.By) {
			all[b.Session] = append(all[b.Session], b.By)
		}
	}
	return all
}

// TestCookieStickiness: each session stays on the member of its first request,
// also while that drains; in maintenance it moves, and stays there.
func TestCookieStickiness(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Mode: topology.BalancerHTTP, Stickiness: topology.StickyCookie})
	l.ask(topology.Client{Rate: 20, Sessions: 4, Connections: 4, Stop: 20 * second})
	l.At(5*second, func() { l.administer("m1", topology.MemberDrain) })
	l.At(10*second, func() { l.administer("m1", topology.MemberMaintenance) })
	l.At(15*second, func() { l.administer("m1", topology.MemberReady) })
	l.Run(25 * second)
	l.wantOutcomes(0, map[string]int{"200 by lb": 400})
	before := l.sessions(0)
	for s := 1; s <= 4; s++ {
		want := [][]string{{"m1", "m2"}, {"m2"}}[(s-1)%2] // in turn; those of m1 move once
		if !slices.Equal(before[s], want) {
			t.Errorf("session %d was served by %v, want %v", s, before[s], want)
		}
	}
	for s, by := range l.sessions(10.1) { // order: any will do
		if !slices.Equal(by, []string{"m2"}) {
			t.Errorf("after the maintenance began, session %d was served by %v, want m2", s, by)
		}
	}
	if m1 := l.served("m1", 5*second); m1 < 48 || m1 > 52 {
		t.Errorf("while it drained, m1 has served %d, want those of its two sessions: 50", m1)
	}
}

// TestSourceStickiness: a client's connections go to one member.
func TestSourceStickiness(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Stickiness: topology.StickySource, Sticky: 5 * second})
	l.ask(topology.Client{Rate: 10, Stop: 2 * second})
	l.ask(topology.Client{Rate: 10, Start: 10 * second, Stop: 12 * second}) // forgotten meanwhile: it is m2's turn
	l.Run(20 * second)
	l.wantOutcomes(0, map[string]int{"200 by m1": 20, "200 by m2": 20})
	l.wantOutcomes(5*second, map[string]int{"200 by m2": 20})
}

// TestStopAndStart: a stopped balancer refuses new connections and keeps those
// that it has.
func TestStopAndStart(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{})
	l.ask(topology.Client{Rate: 10, Stop: 6 * second})
	l.ask(topology.Client{Rate: 10, Mode: topology.ModeLongLived, Stop: 6 * second})
	try := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	for range 2 { // the second time without effect
		l.At(2*second, func() { try(l.balancer.StopService(topology.BalancerService)) })
		l.At(4*second, func() { try(l.balancer.StartService(topology.BalancerService)) })
	}
	l.Run(10 * second)
	got := l.outcomes(0)
	if got[host.Refused] != 20 || got["200 by m1"]+got["200 by m2"] != 100 || len(got) != 3 {
		t.Errorf("got %v, want 20 refused of the client with new connections, and 100 answers", got)
	}
	if l.balancer.StopService("web") == nil || l.balancer.SetMember("m9", topology.MemberDrain) == nil {
		t.Error("got no error for a service and a member that there are not")
	}
}

// TestCrash: a balancer that crashes with connections of all kinds begins anew
// with its next boot.
func TestCrash(t *testing.T) {
	for _, mode := range []string{topology.BalancerTCP, topology.BalancerHTTP} {
		l := newLab(t)
		cfg := topology.Balancer{Mode: mode, Check: &topology.BalancerCheck{}, Members: []topology.BalancerMember{{Max: 2}, {Max: 2}}}
		l.set(l.m1, backend.ModeHang)
		l.start(cfg)
		l.ask(topology.Client{Rate: 20, Connections: 50, Stop: 10 * second, Connect: second, Timeout: 2 * second})
		l.At(3*second, func() { l.lb.Crash(false) })
		l.At(5*second, func() {
			l.lb.PowerOn()
			l.start(cfg)
			l.set(l.m1, backend.ModeOK)
		})
		l.Run(30 * second)
		got := 0
		for _, name := range []string{"m1", "m2"} {
			got += l.served(name, 6*second)
		}
		if got < 80 {
			t.Errorf("%s: %d answers after the boot, want 80 or more", mode, got)
		}
		l.wantNothingLeftButIdle()
	}
}
