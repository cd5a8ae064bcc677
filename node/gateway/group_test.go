package gateway

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// groupLab is an appliance whose service forwards to three members.
type groupLab struct {
	*lab
	members  []*host.Host
	backends []*backend.Backend
}

// newGroupLab starts the members and the appliance. The requests of its client
// wait for 10 s for a member.
func newGroupLab(t testing.TB, cfg topology.LBGroup, change ...func(*topology.Gateway)) *groupLab {
	l := &groupLab{lab: newLab(t, 0)}
	for i := range 3 {
		m := l.Add(fmt.Sprintf("s%d", i+1), fmt.Sprintf("192.0.2.%d/24", 51+i), hosttest.Cores(2))
		l.members = append(l.members, m)
		l.backends = append(l.backends, backend.New(m, topology.Backend{Session: "JSESSIONID"}.WithDefaults()))
		if len(cfg.Servers) <= i {
			cfg.Servers = append(cfg.Servers, topology.LBServer{})
		}
		cfg.Servers[i].Name, cfg.Servers[i].Address = m.Name(), netip.AddrFrom4([4]byte{192, 0, 2, byte(51 + i)})
	}
	l.own()
	g := topology.Gateway{
		UserAgent: 10 * second,
		Groups:    map[string]topology.LBGroup{"app": cfg},
		Services:  map[string]topology.Service{"web": {Listen: netip.AddrPortFrom(vip, 80), Forward: topology.Forward{Group: "app"}}},
	}
	for _, f := range change {
		f(&g)
	}
	l.gateway = New(l.a, *g.Complete(topology.Place{}).(*topology.Gateway), holds, nil)
	return l
}

// ask starts a client that opens a connection for each of its requests, which
// are due at 1 s, 2 s and so on.
func (l *groupLab) ask(cfg topology.Client) {
	cfg.Start, cfg.Phase = second, time.Nanosecond
	if cfg.Rate == 0 {
		cfg.Rate = 1
	}
	cfg.Timeout = 200 * second
	l.lab.ask(cfg)
}

// stop stops the service of a member: connections to it are refused.
func (l *groupLab) stop(i int) {
	if err := l.backends[i].StopService(topology.BackendService); err != nil {
		l.TB.Error(err)
	}
}

func (l *groupLab) hang(i int) {
	if err := l.backends[i].Set(backend.Mode{Kind: backend.ModeHang}); err != nil {
		l.TB.Error(err)
	}
}

// served counts the requests that each member has served.
func (l *groupLab) served() (n [3]int) {
	for i, m := range l.members {
		n[i] = hosttest.Count[event.RequestServed](l.Lab, m.Name())
	}
	return n
}

// changes lists the changes of members' states, such as "5s s2 up→softdown".
func (l *groupLab) changes() (all []string) {
	for e, c := range event.Of[event.LBMemberChanged](l.Log.Events()) {
		all = append(all, fmt.Sprintf("%v %s %s→%s", e.At.Round(second/10), c.Member, c.From, c.To))
	}
	return all
}

func (l *groupLab) wantChanges(want ...string) {
	l.TB.Helper()
	if got := l.changes(); fmt.Sprint(got) != fmt.Sprint(want) {
		l.TB.Errorf("changes of state: got %q, want %q", got, want)
	}
}

// TestGroupShares: who serves twelve requests, one after another.
func TestGroupShares(t *testing.T) {
	weighted := []topology.LBServer{{Weight: 3}, {Weight: 2}, {Weight: 1}}
	for _, c := range []struct {
		cfg  topology.LBGroup
		want [3]int
	}{
		{topology.LBGroup{}, [3]int{4, 4, 4}},
		{topology.LBGroup{Servers: weighted}, [3]int{4, 4, 4}}, // round-robin knows no weights
		{topology.LBGroup{Algorithm: "weighted-round-robin", Servers: weighted}, [3]int{6, 4, 2}},
		{topology.LBGroup{Algorithm: "first-alive"}, [3]int{12, 0, 0}},
		{topology.LBGroup{Servers: []topology.LBServer{{State: "disabled"}}}, [3]int{0, 6, 6}},
	} {
		l := newGroupLab(t, c.cfg)
		l.ask(topology.Client{Stop: 12500 * millisecond})
		l.Run(20 * second)
		l.wantOutcomes(map[string]int{"200 by a": 12})
		if got := l.served(); got != c.want {
			t.Errorf("%s: members served %v, want %v", c.cfg.Algorithm, got, c.want)
		}
		l.wantChanges()
	}
}

// TestGroupKeepsConnections: requests that come one after another on
// connections of their own share one connection to each member.
func TestGroupKeepsConnections(t *testing.T) {
	for persistent, want := range map[bool]int{true: 1, false: 4} {
		l := newGroupLab(t, topology.LBGroup{}, func(g *topology.Gateway) {
			s := g.Services["web"]
			s.Persistent = &persistent
			g.Services["web"] = s
		})
		l.ask(topology.Client{Stop: 12500 * millisecond})
		l.Run(20 * second)
		for _, m := range l.members {
			if n := hosttest.Count[event.ConnAccepted](l.Lab, m.Name()); n != want {
				t.Errorf("persistent %v: %s accepted %d connections, want %d", persistent, m.Name(), n, want)
			}
		}
	}
}

// TestGroupLeastConnections: the first of nine requests is held by s1, which
// hangs. Each algorithm that counts connections avoids it from then on: s2 has
// none whenever the next request comes, and is before s3 in the list.
// Round-robin sends each third request to s1.
func TestGroupLeastConnections(t *testing.T) {
	for algorithm, want := range map[string][3]int{
		"least-connections": {0, 8, 0}, "weighted-least-connections": {0, 8, 0}, "round-robin": {0, 3, 3},
	} {
		l := newGroupLab(t, topology.LBGroup{Algorithm: algorithm}, func(g *topology.Gateway) { g.UserAgent = 100 * second })
		l.hang(0)
		l.ask(topology.Client{Stop: 9500 * millisecond})
		l.Run(20 * second)
		if got := l.served(); got != want {
			t.Errorf("%s: members served %v, want %v: requests at s1 hang", algorithm, got, want)
		}
	}
}

// retries are the cells of spec/failover.md §6.5, as a client meets them: all
// members refuse connections but those that serve.
var retries = []struct {
	giveUp, tryEvery bool
	mode             string
	up               []int // members that serve, from 0
	first            map[string]int
	attempts         int // of the first request, including the good one
}{
	{false, false, "documented", []int{1, 2}, map[string]int{"status-500": 1}, 1},
	{false, false, "observed", []int{1, 2}, map[string]int{"200 by a": 1}, 2},
	{true, false, "documented", []int{1, 2}, map[string]int{"status-500": 1}, 1},
	{true, false, "observed", []int{1, 2}, map[string]int{"200 by a": 1}, 2},
	{false, true, "documented", []int{1, 2}, map[string]int{"status-500": 1}, 1},
	{false, true, "observed", []int{2}, map[string]int{"200 by a": 1}, 3},
	{true, true, "observed", []int{2}, map[string]int{"200 by a": 1}, 3},
	{false, true, "observed", nil, map[string]int{"status-500": 1}, 3},
}

// TestGroupRetries: what the first request costs when the first member refuses.
func TestGroupRetries(t *testing.T) {
	for _, c := range retries {
		l := newGroupLab(t, topology.LBGroup{GiveUp: c.giveUp, TryEvery: c.tryEvery, Mode: c.mode})
		serves := map[int]bool{}
		for _, i := range c.up {
			serves[i] = true
		}
		for i := range l.members {
			if !serves[i] {
				l.stop(i)
			}
		}
		l.ask(topology.Client{Stop: 1500 * millisecond})
		l.Run(20 * second)
		l.wantOutcomes(c.first)
		attempts := hosttest.Count[event.LBAttemptFailed](l.Lab, "a")
		if c.first["200 by a"] > 0 {
			attempts++
		}
		if attempts != c.attempts {
			t.Errorf("%+v: %d attempts, want %d", c, attempts, c.attempts)
		}
	}
}

// TestGroupNoneUp: all members are disabled or softdown. With
// giveup-when-all-members-down the answer is an immediate error; without, the
// first member is tried once (spec/failover.md F38).
func TestGroupNoneUp(t *testing.T) {
	for giveUp, want := range map[bool]int{true: 3, false: 4} {
		l := newGroupLab(t, topology.LBGroup{GiveUp: giveUp})
		for i := range l.members {
			l.stop(i)
		}
		l.ask(topology.Client{Stop: 4500 * millisecond})
		l.Run(20 * second)
		l.wantOutcomes(map[string]int{"status-500": 4})
		// Each of the first three makes one member softdown.
		if n := hosttest.Count[event.LBAttemptFailed](l.Lab, "a"); n != want {
			t.Errorf("give up %v: %d attempts, want %d", giveUp, n, want)
		}
	}
}

// TestGroupDamp: a member to which a connection fails is softdown for Damp, and
// then up again without a probe: one request pays (spec/failover.md F41).
func TestGroupDamp(t *testing.T) {
	l := newGroupLab(t, topology.LBGroup{Damp: 20 * second})
	l.stop(1)
	l.ask(topology.Client{Stop: 50500 * millisecond})
	l.Run(60 * second)
	// s2's turn is the second one. While it is out, s1 and s3 take turns; each time
	// that it comes back, the turn is s1's, and then its own.
	l.wantChanges("2s s2 up→softdown", "22s s2 softdown→up", "23s s2 up→softdown", "43s s2 softdown→up", "44s s2 up→softdown")
	l.wantOutcomes(map[string]int{"200 by a": 47, "status-500": 3})
}

// TestGroupAlmostDead: a member that accepts and never answers stays up: each
// third request waits for the user agent's timeout in vain.
func TestGroupAlmostDead(t *testing.T) {
	l := newGroupLab(t, topology.LBGroup{})
	l.hang(0)
	l.ask(topology.Client{Stop: 9500 * millisecond})
	l.Run(40 * second)
	l.wantChanges()
	l.wantOutcomes(map[string]int{"200 by a": 6, "status-500": 3})
	for e, f := range event.Of[event.RequestFailed](l.Log.Events()) {
		if f.After.Round(second/10) != 10*second {
			t.Errorf("%v: failed after %v, want the user agent's 10s", e.At, f.After)
		}
	}
}

// TestGroupDisable: a member that is disabled gets no more requests, and its
// idle connections are closed.
func TestGroupDisable(t *testing.T) {
	l := newGroupLab(t, topology.LBGroup{})
	l.ask(topology.Client{Stop: 12500 * millisecond})
	l.At(6500*millisecond, func() {
		if err := l.gateway.SetMember("app", "s2", false); err != nil {
			t.Error(err)
		}
	})
	l.Run(20 * second)
	l.wantOutcomes(map[string]int{"200 by a": 12})
	if got, want := l.served(), [3]int{5, 2, 5}; got != want {
		t.Errorf("members served %v, want %v", got, want)
	}
	l.wantChanges("6.5s s2 up→disabled")
	if err := l.gateway.SetMember("app", "s9", false); err == nil {
		t.Error("a member that there is not: got no error")
	}
	if err := l.gateway.SetMember("ap", "s1", false); err == nil {
		t.Error("a group that there is not: got no error")
	}
}
