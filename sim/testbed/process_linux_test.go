package testbed

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/process"
	"github.com/cablepull/cablepull/sim/topology"
)

// played is a back end and a client, both of them node processes.
func played() topology.Topology {
	t := server()
	t.Nodes["web"] = topology.Node{NICs: t.Nodes["web"].NICs, Backend: &topology.Backend{}}
	return t
}

// answered are the words for answers.
func answered(e event.Event) string {
	if what, is := e.What.(event.RequestAnswered); is {
		return e.Node + " answered by " + what.By
	}
	return ""
}

// answers are the words for an answer of the back end.
const answers = "c1 answered by web"

// answersAgain expects an answer from now on.
func (b *bed) answersAgain() {
	b.t.Helper()
	b.awaited[answers] = len(b.happened(answered))
	b.await(answered, answers)
}

// answersNothing expects none after a fault, once the order has arrived on a
// machine that is busy, and what was under way.
func (b *bed) answersNothing(fault string) {
	b.t.Helper()
	b.pass(100 * time.Millisecond)
	n := 0
	for limit := b.Now() + awaitMax; b.Now() < limit; {
		from := b.Now()
		b.pass(150 * time.Millisecond)
		n = 0
		for e := range event.Of[event.RequestAnswered](b.Events()) {
			if e.At >= from {
				n++
			}
		}
		if n == 0 {
			return
		}
	}
	b.t.Errorf("after %s: %d answers within 150 ms, want none", fault, n)
}

// pid is the node process of the moment.
func (b *bed) pid(node string) int {
	b.t.Helper()
	for _, n := range b.nodes {
		if p, is := n.(*process.Node); is && p.Name() == node {
			return p.PID()
		}
	}
	b.t.Fatalf("no node process %s", node)
	return 0
}

// TestNodes: what the nodes do in their processes is in one log, in the order
// of its instants, and nothing is left of them.
func TestNodes(t *testing.T) {
	b := open(t, played(), Options{})
	b.await(lives, "web up")
	b.await(answered, answers)
	b.end()
	if !slices.IsSortedFunc(b.Events(), func(a, b event.Event) int { return int(a.At - b.At) }) {
		t.Error("the events are not in the order of their instants")
	}
	if b.Digest() != "" {
		t.Errorf("digest %q of a run that cannot be repeated", b.Digest())
	}
	pids := []int{b.pid("web"), b.pid("c1")}
	b.Close()
	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d is left", pid)
		}
	}
	nothingLeft(t)
}

// TestNodeLives walks a machine through all that can happen to its power.
func TestNodeLives(t *testing.T) {
	top := played()
	web := top.Nodes["web"]
	web.Boot = 400 * time.Millisecond
	top.Nodes["web"] = web
	b := open(t, top, Options{})
	b.answersAgain()
	for _, step := range []struct {
		fault   string
		answers bool
	}{
		{"freeze web", false}, {"thaw web", true},
		{"freeze web process", false}, {"thaw web", true},
		{"pull web.lan", false}, {"plug web.lan", true},
		{"crash web", false}, {"boot web", true},
		{"reboot web down 600ms", false}, {"heal", true},
		{"backend web hang", false}, {"backend web ok", true},
	} {
		b.inject(step.fault)
		if step.answers {
			b.answersAgain()
		} else {
			b.answersNothing(step.fault)
		}
	}
	b.end()
	b.all(func(e event.Event) string {
		if what, is := e.What.(event.PowerChanged); is && e.Node == "web" {
			return string(what.State)
		}
		return ""
	}, "booting", "up", "frozen", "thawed", "frozen", "thawed", "crashed", "booting", "up", "crashed", "booting", "up")
}

// TestNodeRefuses: a machine without power has nothing that could be frozen,
// and an order for it waits for no answer.
func TestNodeRefuses(t *testing.T) {
	b := open(t, played(), Options{})
	b.answersAgain()
	heal := b.inject("backend web hang")
	b.inject("crash web")
	b.refuses("freeze web", "the machine is not up")
	b.refuses("backend web ok", "the machine is not up")
	heal()
	b.inject("boot web")
	b.answersAgain()
	b.end()
}

// TestNodeSaves: the coordinator knows what a reboot finds, though only the
// node process had it.
func TestNodeSaves(t *testing.T) {
	priority := 110
	vip := netip.MustParseAddr("192.0.2.100")
	b := open(t, topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{"a": {
			NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24")}}, Gateway: &topology.Gateway{},
			Standby: map[string]topology.Standby{"lan": {Group: 30, VIP: vip, Priority: &priority}},
		}},
	}, Options{})
	b.await(lives, "a up")
	for _, line := range []string{"set a standby.priority 120", "save a", "set a standby.priority 130"} {
		b.inject(line)
	}
	changed := func(e event.Event) string {
		if what, is := e.What.(event.ConfigChanged); is {
			return what.Value
		}
		return ""
	}
	b.await(changed, "130")
	b.inject("reboot a down 50ms")
	b.await(lives, "a crashed")
	b.await(lives, "a up")
	b.end()
	for _, status := range event.Of[event.StandbyStatus](b.Events()) {
		if status.Priority != 120 {
			t.Errorf("priority after the reboot: got %d, want 120, which was saved", status.Priority)
		}
		return
	}
	t.Error("no status of the member at the end")
}

// hasty is patience for tests in which somebody does not do what he should.
var hasty = process.Patience{
	Ready: 10 * time.Second, Order: 200 * time.Millisecond,
	Ping: 20 * time.Millisecond, Silence: 300 * time.Millisecond, Finish: 300 * time.Millisecond,
}

// TestNodeFailures: a node process that dies or stands still, through nobody's
// order, ends the run with the node and what happened to it.
func TestNodeFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		want   string
	}{
		{"killed", syscall.SIGKILL, "testbed: node web: the node process has ended: signal: killed"},
		{"stands still", syscall.SIGSTOP, "testbed: node web: the node process has not answered its control socket for "},
		{"panics", syscall.SIGQUIT, "testbed: node web: the node process has ended: exit status 2; it said: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, played(), Options{patience: hasty})
			b.answersAgain()
			syscall.Kill(b.pid("web"), c.signal)
			if err := b.Run(b.Now() + 5*time.Second); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			b.Close()
			nothingLeft(t)
		})
	}
}

// TestNodeThatDoesNotFinish: the end of a run does not wait for who says no
// last words.
func TestNodeThatDoesNotFinish(t *testing.T) {
	b := open(t, played(), Options{patience: hasty})
	b.answersAgain()
	stop(t, b.pid("web"))
	want := "testbed: node web: the node process has not finished within 300ms"
	if err := b.Finish(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// stop stops a process and waits until it stands: a thread that has the signal
// may itself wait for a processor, while the others go on.
func stop(t *testing.T, pid int) {
	t.Helper()
	syscall.Kill(pid, syscall.SIGSTOP)
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("node web does not stop: status %#x, %v", status, err)
	}
}

// TestOtherVersion: a node process of another build is refused before the run.
func TestOtherVersion(t *testing.T) {
	t.Setenv(versionVariable, "other")
	_, err := tryOpen(t, played(), Options{})
	want := fmt.Sprintf("the node process is of version other, the coordinator of %s", testVersion)
	if err == nil || !strings.Contains(err.Error(), "testbed: node c1: "+want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	nothingLeft(t)
}
