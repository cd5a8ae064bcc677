package balancer

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Faults of m1, by how a check sees them.
var harms = map[string]func(*lab){
	"crash":  func(l *lab) { l.m1.Crash(false) },
	"stop":   func(l *lab) { l.stop(l.m1) },
	"hang":   func(l *lab) { l.set(l.m1, backend.ModeHang) },
	"hog":    func(l *lab) { l.m1.Hog(host.Service, 1) },
	"reset":  func(l *lab) { l.set(l.m1, backend.ModeReset) },
	"status": func(l *lab) { l.set(l.m1, backend.ModeStatus) },
}

// TestDetection crosses kinds of checks with faults. With an interval X and a
// time limit t of 2 s and fall 3, HAProxy detects in phi + (fall-1)·X if a
// check fails at once, and in phi + fall·t + (fall-1)·X if it waits for its
// time limit, where phi is up to X: spec/peers.md §2.8.
func TestDetection(t *testing.T) {
	atOnce, silent, never := [2]time.Duration{4 * second, 6 * second}, [2]time.Duration{10 * second, 12 * second}, [2]time.Duration{}
	kinds := []string{topology.CheckTCPHalf, topology.CheckTCPFull, topology.CheckHTTPStatus, topology.CheckHTTPToken}
	for _, c := range []struct {
		harm   string
		want   [4][2]time.Duration // by kinds
		reason string
	}{
		{"crash", [4][2]time.Duration{silent, silent, silent, silent}, "timeout"},
		{"stop", [4][2]time.Duration{atOnce, atOnce, atOnce, atOnce}, "refused"},
		{"hang", [4][2]time.Duration{never, never, silent, silent}, "timeout"},
		{"hog", [4][2]time.Duration{never, never, silent, silent}, "timeout"},
		{"reset", [4][2]time.Duration{never, never, atOnce, atOnce}, "reset"},
		{"status", [4][2]time.Duration{never, never, atOnce, atOnce}, "status 500"},
	} {
		for i, by := range kinds {
			for _, at := range []time.Duration{20 * second, 20700 * millisecond, 21300 * millisecond} {
				k := topology.BalancerCheck{Check: topology.Check{By: by}}
				if by == topology.CheckHTTPToken {
					k.Token = "abcdefghijklmnopqrstuvwxyz"
				}
				l := newLab(t)
				l.start(topology.Balancer{Check: &k})
				l.At(at, func() { harms[c.harm](l) })
				l.Run(60 * second)
				l.wantDown(c.harm+" by "+by, at, c.want[i], c.reason)
			}
		}
	}
}

// wantDown checks that m1 alone has changed, once, in a time after a fault;
// with no time, never.
func (l *lab) wantDown(what string, fault time.Duration, within [2]time.Duration, reason string) {
	l.TB.Helper()
	at, changes := l.members()
	if within == [2]time.Duration{} {
		if len(changes) != 0 {
			l.TB.Errorf("%s: got %v, want no change", what, changes)
		}
		return
	}
	const slack = 10 * millisecond // of a check that was under way, and the network's
	if len(changes) != 1 || changes[0] != "m1 down "+reason || at[0] < fault+within[0]-slack || at[0] > fault+within[1]+slack {
		l.TB.Errorf("%s: got %s at %v, want m1 down %s, %v to %v after %v", what, strings.Join(changes, ", "), at, reason, within[0], within[1], fault)
	}
}

// TestPace: on a fixed schedule the time limit of the last check counts only,
// as the next one begins when the limit of the one before ends.
func TestPace(t *testing.T) {
	for pace, want := range map[string][2]time.Duration{ // order: worlds apart
		topology.PaceEnd:   {10 * second, 12 * second},
		topology.PaceStart: {6 * second, 8 * second}, // phi + (fall-1)·X + t
	} {
		l := newLab(t)
		l.start(topology.Balancer{Check: &topology.BalancerCheck{Pace: pace}})
		l.At(20*second, func() { harms["crash"](l) })
		l.Run(60 * second)
		l.wantDown(pace, 20*second, want, "timeout")
	}
}

// TestQuickChecks: an interval, a time limit and fall of their own.
func TestQuickChecks(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Check: &topology.BalancerCheck{
		Check: topology.Check{Timeout: second / 2}, Interval: 4 * second, Fast: second, Fall: 4,
	}})
	l.At(20*second, func() { harms["crash"](l) })
	l.Run(60 * second)
	// phi (up to 4 s), four limits of 500 ms and three pauses: the fast ones.
	l.wantDown("fast", 20*second, [2]time.Duration{5 * second, 9 * second}, "timeout")
}

// TestReturn: rise good checks in a row bring a member back, at the interval
// for those that are down, and the fast one between them.
func TestReturn(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Check: &topology.BalancerCheck{Down: 5 * second, Fast: second, Rise: 3}})
	l.stopAndReturn(40 * second)
	l.Run(80 * second)
	at, changes := l.members()
	if len(changes) != 2 || changes[1] != "m1 up it is well again" {
		t.Fatalf("got %v, want m1 down and up again", changes)
	}
	// Up to 5 s until the first good check, two fast pauses.
	if took := at[1] - 40*second; took < 2*second || took > 7*second+10*millisecond {
		t.Errorf("up %v after it was well, want 2s to 7s", took)
	}
}

// stopAndReturn stops m1's service at 20 s and starts it again.
func (l *lab) stopAndReturn(at time.Duration) {
	l.At(20*second, func() { l.stop(l.m1) })
	l.At(at, func() {
		if err := l.backends[l.m1].StartService(topology.BackendService); err != nil {
			l.TB.Error(err)
		}
	})
}

// TestMaintenance: a member in maintenance is not checked.
func TestMaintenance(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Check: &topology.BalancerCheck{}})
	l.At(5*second, func() { l.administer("m1", topology.MemberMaintenance) })
	l.Run(100 * second)
	at, _ := hosttest.Bodies[event.ConnAccepted](l.Lab, "m1")
	for _, when := range at {
		if when > 5*second {
			t.Fatalf("m1 was checked at %v", when)
		}
	}
	if len(at) < 2 {
		t.Errorf("m1 was checked %d times before, want 2 or 3 times", len(at))
	}
}
