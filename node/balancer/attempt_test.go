package balancer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// attempts lists what failed, and how long after the last connection was
// accepted: "m1 refused 0s".
func (l *lab) attempts() (all []string) {
	accepted, _ := hosttest.Bodies[event.ConnAccepted](l.Lab, "lb")
	at, failed := hosttest.Bodies[event.BalancerAttemptFailed](l.Lab, "lb")
	for i, f := range failed {
		all = append(all, fmt.Sprintf("%s %s %v", f.Member, f.Failure, (at[i]-accepted[len(accepted)-1]).Round(10*millisecond)))
	}
	return all
}

func retries(n int) *int { return &n }

// TestRetries: a request while m1 refuses, or is silent, after one that went
// well, so that the balancer knows where m1 is. HAProxy tries three
// more times, a second after each refusal, and at once after a timeout; the
// last one goes to another member with redispatch.
func TestRetries(t *testing.T) {
	refuse := func(l *lab) { l.stop(l.m1) }
	silence := func(l *lab) { l.m1.Freeze(false) }
	for _, c := range []struct {
		name     string
		cfg      topology.Balancer
		harm     func(*lab)
		attempts []string
		outcome  string
	}{
		{"refused", topology.Balancer{}, refuse, []string{"m1 refused 0s", "m1 refused 1s", "m1 refused 2s", "m1 refused 3s"}, ""},
		{"refused, redispatched", topology.Balancer{Redispatch: true}, refuse, []string{"m1 refused 0s", "m1 refused 1s", "m1 refused 2s"}, "200 by m2"},
		{"silent", topology.Balancer{Connect: 2 * second}, silence, []string{"m1 timeout 2s", "m1 timeout 4s", "m1 timeout 6s", "m1 timeout 8s"}, ""},
		{"silent, redispatched", topology.Balancer{Connect: 2 * second, Redispatch: true}, silence, []string{"m1 timeout 2s", "m1 timeout 4s", "m1 timeout 6s"}, "200 by m2"},
		{"one retry, redispatched", topology.Balancer{Retries: retries(1), Redispatch: true}, refuse, []string{"m1 refused 0s"}, "200 by m2"},
		{"no retry", topology.Balancer{Retries: retries(0), Redispatch: true}, refuse, []string{"m1 refused 0s"}, ""},
		{"short pauses", topology.Balancer{Retries: retries(1), Connect: second / 2}, refuse, []string{"m1 refused 0s", "m1 refused 500ms"}, ""},
		{"nobody else", topology.Balancer{Redispatch: true, Retries: retries(2), Members: make([]topology.BalancerMember, 1)}, refuse,
			[]string{"m1 refused 0s", "m1 refused 1s", "m1 refused 2s"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			c.cfg.Algorithm = topology.BalanceFirst
			l.start(c.cfg)
			l.At(second/2, func() { c.harm(l) })
			l.ask(topology.Client{Rate: 1, Phase: 100 * millisecond, Stop: 1999 * millisecond, Timeout: 60 * second})
			l.Run(80 * second)
			if got := l.attempts(); !slices.Equal(got, c.attempts) {
				t.Errorf("attempts: got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.attempts, "\n"))
			}
			got, refused := l.outcomes(second), hosttest.Count[event.BalancerRefused](l.Lab, "lb")
			if c.outcome != "" {
				if got[c.outcome] != 1 || len(got) != 1 || refused != 0 {
					t.Errorf("got %v and %d refusals, want %s", got, refused, c.outcome)
				}
			} else if got[client.Closed] != 1 || len(got) != 1 || refused != 1 {
				t.Errorf("got %v and %d refusals, want one of each", got, refused)
			}
			l.wantNothingLeft()
		})
	}
}

// TestNobody: without a member that is up, a client's connection is accepted
// and closed without an answer; a request is answered 503.
func TestNobody(t *testing.T) {
	for mode, want := range map[string]string{topology.BalancerTCP: client.Closed, topology.BalancerHTTP: "status-503"} { // order: worlds apart
		l := newLab(t)
		l.start(topology.Balancer{Mode: mode, Check: &topology.BalancerCheck{Initial: "down"}})
		l.At(0, func() { l.stop(l.m1) })
		l.At(0, func() { l.stop(l.m2) })
		l.ask(topology.Client{Rate: 10, Stop: second})
		l.Run(5 * second)
		l.wantOutcomes(0, map[string]int{want: 10})
		if n := hosttest.Count[event.BalancerRefused](l.Lab, "lb"); n != 10 {
			t.Errorf("%s: got %d balancer-refused, want 10", mode, n)
		}
		l.wantNothingLeft()
	}
}

// TestMaxConnections: connections for which there is no room wait, in their
// order, and not longer than the connect timeout.
func TestMaxConnections(t *testing.T) {
	for _, mode := range []string{topology.BalancerTCP, topology.BalancerHTTP} {
		l := newLab(t)
		slow := l.Add("m3", "192.0.2.23/24", hosttest.Cores(2))
		l.serve(slow, topology.Backend{Latency: 2 * second})
		l.start(topology.Balancer{Mode: mode, Members: []topology.BalancerMember{{}, {}, {Max: 1}}, Connect: 5 * second})
		l.administer("m1", topology.MemberMaintenance)
		l.administer("m2", topology.MemberMaintenance)
		// Five requests at once: the answers come after 2, 4 and 6 s. The third has
		// waited for 4 s, and the others give up after 5 s.
		l.ask(topology.Client{Rate: 1000, Start: second, Stop: second + 4500*time.Microsecond, Connections: 10, Timeout: 60 * second})
		l.Run(30 * second)
		at, _ := hosttest.Bodies[event.RequestAnswered](l.Lab, "c1")
		if len(at) < 3 {
			t.Fatalf("%s: %d answers, want 3", mode, len(at))
		}
		for i, want := range []time.Duration{3 * second, 5 * second, 7 * second} {
			if got := at[i]; got < want || got > want+20*millisecond {
				t.Errorf("%s: answer %d at %v, want %v", mode, i+1, got, want)
			}
		}
		refusedAt, refused := hosttest.Bodies[event.BalancerRefused](l.Lab, "lb")
		for i := range refused {
			if refused[i].Reason != "all members have max-connections" || refusedAt[i] < 6*second || refusedAt[i] > 6*second+20*millisecond {
				t.Errorf("%s: refused at %v: %s", mode, refusedAt[i], refused[i].Reason)
			}
		}
		if len(refused) != 2 {
			t.Errorf("%s: %d refused, want the other 2", mode, len(refused))
		}
	}
}

// TestWaitingForMaintenance: who waits for a full member is turned away once it
// is taken out, and not when the time limit is over.
func TestWaitingForMaintenance(t *testing.T) {
	l := newLab(t)
	l.start(topology.Balancer{Members: []topology.BalancerMember{{Max: 1}}, Connect: 60 * second})
	for range 2 {
		l.dial(func(p *sim.Proc, c *host.Conn) error {
			c.Read(make([]byte, 1)) // whatever ends it
			return nil
		})
	}
	l.At(second, func() { l.administer("m1", topology.MemberMaintenance) })
	l.Run(2 * second)
	at, refused := hosttest.Bodies[event.BalancerRefused](l.Lab, "lb")
	if len(refused) != 1 || at[0] != second || refused[0].Reason != "no member is up" {
		t.Errorf("got %v at %v, want one refusal after 1s: no member is up", refused, at)
	}
}
