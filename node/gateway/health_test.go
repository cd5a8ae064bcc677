package gateway

import (
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// checked starts the lab with health checks each 30 s. The fault comes at 60 s,
// after each member has been checked once.
func checked(t *testing.T, check topology.LBHealthCheck, fault func(*groupLab)) *groupLab {
	check.Frequency = 30 * second
	if check.Type == "" {
		check.Type = topology.LBCheckStatus
	}
	l := newGroupLab(t, topology.LBGroup{HealthCheck: &check}, func(g *topology.Gateway) { g.UserAgent = 300 * second })
	l.At(60*second, func() { fault(l) })
	l.Run(1000 * second)
	return l
}

// TestHealthDetects: how long after a fault a member is down, by the type of
// the check. The phase is less than the frequency of 30 s.
func TestHealthDetects(t *testing.T) {
	const none = -1
	stop, hang := func(l *groupLab) { l.stop(1) }, func(l *groupLab) { l.hang(1) }
	crash := func(l *groupLab) { l.members[1].Crash(false) }
	sick := func(l *groupLab) {
		if err := l.backends[1].Set(backend.Mode{Kind: backend.ModeStatus, Status: 503}); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		name  string
		check topology.LBHealthCheck
		fault func(*groupLab)
		least time.Duration // of a check that fails
	}{
		{"stopped, Status", topology.LBHealthCheck{}, stop, 0},
		{"stopped, LDAP", topology.LBHealthCheck{Type: topology.LBCheckLDAP}, stop, 0},
		{"stopped, half-open", topology.LBHealthCheck{Type: topology.LBCheckTCP, TCPConnectionType: "Partial"}, stop, 0},
		{"crashed, TCP", topology.LBHealthCheck{Type: topology.LBCheckTCP}, crash, 0},
		{"503, Status", topology.LBHealthCheck{}, sick, 0},
		{"503, TCP", topology.LBHealthCheck{Type: topology.LBCheckTCP}, sick, none},
		// The timeout of 10 s counts only if it is enforced; else the user agent's
		// does.
		{"hung, Status", topology.LBHealthCheck{}, hang, 300 * second},
		{"hung, Status, enforced", topology.LBHealthCheck{EnforceTimeout: true}, hang, 10 * second},
		{"hung, TCP", topology.LBHealthCheck{Type: topology.LBCheckTCP}, hang, none},
		{"hung, LDAP", topology.LBHealthCheck{Type: topology.LBCheckLDAP}, hang, none},
		{"hung, IMS", topology.LBHealthCheck{Type: topology.LBCheckIMS}, hang, none},
	} {
		l := checked(t, c.check, c.fault)
		var at time.Duration = none
		for e, m := range event.Of[event.LBMemberChanged](l.Log.Events()) {
			if m.Member != "s2" || m.From != "up" || m.To != "down" || at != none {
				t.Errorf("%s: %v %+v, want only s2 from up to down", c.name, e.At, m)
			}
			at = e.At - 60*second
		}
		switch {
		case c.least == none && at != none:
			t.Errorf("%s: detected after %v, want never", c.name, at)
		case c.least != none && (at < c.least || at > c.least+33*second): // 3 s: ARP gives up
			t.Errorf("%s: detected after %v, want %v to %v", c.name, at, c.least, c.least+33*second)
		}
	}
}

// TestHealthStandard: the product's own check wants XML, which the bench's
// servers do not send: all members are down after their first check.
func TestHealthStandard(t *testing.T) {
	l := checked(t, topology.LBHealthCheck{Type: topology.LBCheckStandard}, func(*groupLab) {})
	for e, m := range event.Of[event.LBMemberChanged](l.Log.Events()) {
		if m.To != "down" || e.At > 31*second {
			t.Errorf("%v %+v, want down within 30s", e.At, m)
		}
	}
	if got := len(l.changes()); got != 3 {
		t.Errorf("%d changes, want one of each member", got)
	}
}

// TestHealthInTurn: a hung member delays the checks of those after it by the
// user agent's timeout, unless checks are independent (spec/failover.md F39).
func TestHealthInTurn(t *testing.T) {
	for independent, want := range map[bool][2]time.Duration{
		false: {300 * second, 333 * second}, true: {0, 33 * second},
	} {
		l := checked(t, topology.LBHealthCheck{IndependentChecks: independent}, func(l *groupLab) {
			l.hang(1)
			l.stop(2)
		})
		var down time.Duration
		for e, m := range event.Of[event.LBMemberChanged](l.Log.Events()) {
			if m.Member == "s3" && m.To == "down" {
				down = e.At - 60*second
			}
		}
		if down < want[0] || down > want[1] || down == 0 {
			t.Errorf("independent %v: s3 is down after %v, want %v", independent, down, fmt.Sprint(want))
		}
	}
}

// TestHealthRecovers: a member that was down is up with the next check that
// passes; Damp has nothing to do with it.
func TestHealthRecovers(t *testing.T) {
	l := checked(t, topology.LBHealthCheck{IndependentChecks: true}, func(l *groupLab) {
		l.stop(1)
		l.At(200*second, func() {
			if err := l.backends[1].StartService(topology.BackendService); err != nil {
				t.Error(err)
			}
		})
	})
	var at []time.Duration
	for e, m := range event.Of[event.LBMemberChanged](l.Log.Events()) {
		if m.Member != "s2" {
			t.Errorf("%v %+v, want only s2", e.At, m)
		}
		at = append(at, e.At)
	}
	if len(at) != 2 || at[1] < 200*second || at[1] > 231*second || (at[1]-at[0])%(30*second) > second {
		t.Errorf("changes at %v, want down within 30s of 60s, and up within 30s of 200s", at)
	}
}
