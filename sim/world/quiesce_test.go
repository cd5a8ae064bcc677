package world_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// leaves lists the course of graceful leaves, such as "45s draining 4".
func (l *lab) leaves() []string {
	all := []string{}
	for e, q := range event.Of[event.QuiesceChanged](l.Events()) {
		all = append(all, fmt.Sprintf("%v %s %d", e.At, q.State, q.Connections))
	}
	return all
}

// drained returns when the first leave in an interval was drained.
func (l *lab) drained(from, to time.Duration) time.Duration {
	l.t.Helper()
	for e, q := range event.Of[event.QuiesceChanged](l.Events()) {
		if q.State == event.QuiesceDrained && e.At > from && e.At <= to {
			return e.At
		}
	}
	l.t.Errorf("nothing was drained between %v and %v, only %q", from, to, l.leaves())
	return 0
}

func (l *lab) wantLeaves(want ...string) {
	l.t.Helper()
	if got := l.leaves(); !slices.Equal(got, want) {
		l.t.Errorf("leaves: got %q, want %q", got, want)
	}
}

// busy is a cluster whose client has four connections, each of which carries a
// request once a second.
func busy() topology.Topology {
	top := cluster()
	c1 := top.Nodes["c1"]
	c1.Client = &topology.Client{Target: "http://192.0.2.100/", Rate: 4, Mode: topology.ModeLongLived, Connections: 4, Start: 25 * time.Second, Retries: 1}
	top.Nodes["c1"] = c1
	return top
}

// TestQuiesce: a machine leaves gracefully. Its services accept until the delay
// is over, then its connections end with their next answers, then it resigns,
// and stays away until it is brought back.
func TestQuiesce(t *testing.T) {
	l := open(t, busy())
	l.at(40*time.Second, "quiesce a delay 5s timeout 1m")
	l.at(100*time.Second, "unquiesce a")
	l.run(45 * time.Second)
	l.wantLeaves("40s began 0", "45s draining 4")
	if got := l.state("a"); got != "Active" {
		t.Errorf("a is %s before it is drained, want Active", got)
	}
	l.run(99 * time.Second)
	left := l.drained(45*time.Second, 46*time.Second)
	course := []string{"40s began 0", "45s draining 4", left.String() + " drained 0"}
	l.wantLeaves(course...)
	l.wantSteps("a", left, "0s Initial")
	if got := l.sent("192.0.2.11", wire.OpResign, 40*time.Second); len(got) != 1 || got[0] != left {
		t.Errorf("a resigned at %v, want once, at %v", got, left)
	}
	l.wantSteps("b", left, "1ms Active")
	l.run(130 * time.Second)
	l.wantLeaves(append(course, "1m40s ended 0")...)
	l.wantFaults("40s + quiesce a delay 5s timeout 1m", "1m40s + unquiesce a", "1m40s - quiesce a delay 5s timeout 1m")
	if a, b := l.state("a"), l.state("b"); a != "Standby" || b != "Active" {
		t.Errorf("after its return a is %s and b is %s, want Standby and Active", a, b)
	}
	for _, c := range event.Of[event.ConnClosed](l.Events()) {
		if c.How != "client" && c.How != "server" && c.How != "refused" {
			t.Errorf("a connection ended by %s", c.How)
		}
	}
	for e, f := range event.Of[event.RequestFailed](l.Events()) {
		if f.Failure != "refused" || e.At < 45*time.Second || e.At > left+2*time.Millisecond {
			t.Errorf("at %v a request failed: %s; want only refused ones between drain and takeover", e.At, f.Failure)
		}
	}
	if n := events[event.RequestAnswered](l, "c1", 0); n < 400 {
		t.Errorf("%d answers, want 400 and more", n)
	}
}

// TestNewVersion: a machine that is quiesced and gets another version has it
// after its next boot, if it was saved. Without self-balancing there is none.
func TestNewVersion(t *testing.T) {
	for _, saves := range []bool{true, false} {
		top := busy()
		for _, name := range []string{"a", "b"} {
			s := top.Nodes[name].Standby["lan"]
			s.SelfBalance = &topology.SelfBalance{Version: 1}
			top.Nodes[name].Standby["lan"] = s
		}
		l := open(t, top)
		l.at(40*time.Second, "quiesce a", "set a standby.self-balance.version 2")
		if saves {
			l.at(50*time.Second, "save a")
		}
		l.at(55*time.Second, "reboot a down 5s")
		l.run(70 * time.Second)
		want := map[bool]int{true: 2, false: 1}[saves]
		if got := l.Node("a").Saved().Node.Standby["lan"].SelfBalance.Version; got != want {
			t.Errorf("saved %v: got version %d, want %d", saves, got, want)
		}
		if got := l.Topology().Nodes["b"].Standby["lan"].SelfBalance.Version; got != 1 {
			t.Errorf("the version of b is now %d", got)
		}
	}
	if _, err := open(t, busy()).Inject(parse(t, "set a standby.lan.self-balance.version 2")); !errors.Is(err, topology.ErrProperty) {
		t.Errorf("without self-balancing: got %v, want an ErrProperty", err)
	}
}

// TestQuiesceTimeout: a machine leaves when the timeout is over, though a
// connection is in use. Connections that nobody uses end after 5 s.
func TestQuiesceTimeout(t *testing.T) {
	for work, want := range map[time.Duration][]string{
		25 * time.Second: {"40s began 0", "40s draining 4", "50s timeout 4"},
		time.Millisecond: {"40s began 0", "40s draining 4", "45.1s drained 0"},
	} {
		top := busy()
		a, c1 := top.Nodes["a"], top.Nodes["c1"]
		a.Gateway = &topology.Gateway{Services: map[string]topology.Service{"web": {Work: work}}}
		c1.Client.Stop, c1.Client.Timeout, c1.Client.Rate = 26*time.Second, time.Minute, 5
		top.Nodes["a"] = a
		l := open(t, top)
		l.at(40*time.Second, "quiesce a timeout 10s for 40s")
		l.run(79 * time.Second)
		l.wantLeaves(want...)
		l.run(110 * time.Second)
		l.wantLeaves(append(want, "1m20s ended 0")...)
		l.wantFaults("40s + quiesce a timeout 10s for 40s", "1m20s - quiesce a timeout 10s for 40s")
		if got := l.state("a"); got != "Standby" {
			t.Errorf("after the span a is %s, want Standby", got)
		}
	}
}

// TestQuiesceEnds: one that is brought back early goes on as if nothing had
// been, and so does one that crashed. A second quiesce replaces the first.
func TestQuiesceEnds(t *testing.T) {
	t.Run("before the delay", func(t *testing.T) {
		l := open(t, busy())
		l.at(40*time.Second, "quiesce a delay 5s")
		l.at(44*time.Second, "unquiesce a")
		l.run(time.Minute)
		l.wantLeaves("40s began 0", "44s ended 0")
		l.wantSteps("a", 40*time.Second)
		if n := events[event.RequestFailed](l, "c1", 0); n != 0 {
			t.Errorf("%d requests failed, want none", n)
		}
	})
	t.Run("crash", func(t *testing.T) {
		l := open(t, busy())
		l.at(40*time.Second, "quiesce a delay 5s for 1m")
		l.at(43*time.Second, "reboot a down 10s")
		l.run(2 * time.Minute)
		l.wantLeaves("40s began 0")
		l.wantFaults("40s + quiesce a delay 5s for 1m", "43s + reboot a down 10s")
		if got := l.state("a"); got != "Standby" {
			t.Errorf("a is %s after its reboot, want Standby", got)
		}
		l.at(2*time.Minute, "unquiesce a") // has nothing to do
		l.run(3 * time.Minute)
		l.wantLeaves("40s began 0")
	})
	t.Run("twice", func(t *testing.T) {
		l := open(t, busy())
		l.at(40*time.Second, "quiesce a delay 1m")
		l.at(50*time.Second, "quiesce a")
		l.at(70*time.Second, "quiesce a")
		l.at(80*time.Second, "unquiesce a")
		l.run(3 * time.Minute)
		l.wantLeaves("40s began 0", "50s began 0", "50s draining 4", l.drained(50*time.Second, 51*time.Second).String()+" drained 0", "1m10s began 0", "1m10s draining 0", "1m10s drained 0", "1m20s ended 0")
		if got := l.state("a"); got != "Standby" {
			t.Errorf("a is %s, want Standby", got)
		}
	})
	t.Run("of a standby", func(t *testing.T) {
		l := open(t, busy())
		l.at(30*time.Second, "set b standby off")
		l.at(40*time.Second, "quiesce b")
		l.at(50*time.Second, "unquiesce b")
		l.run(time.Minute)
		l.wantLeaves("40s began 0", "40s draining 0", "40s drained 0", "50s ended 0")
		if a, b := l.state("a"), l.state("b"); a != "Active" || b != "Initial" {
			t.Errorf("a is %s and b is %s, want Active, and Initial because it was off", a, b)
		}
	})
}
