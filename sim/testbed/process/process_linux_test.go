package process

import (
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/testbed/wall"
)

// testNode is a node process whose coordinator is the test.
type testNode struct {
	*process
	t *testing.T
}

// startTestNode starts a node process in an empty namespace.
func startTestNode(t *testing.T) *testNode {
	t.Helper()
	needNamespaces(t)
	space, err := netns.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { space.Close() })
	disk, err := newDisk()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	p, err := spawn(space, disk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill(); <-p.ended; p.control.Close() })
	return &testNode{p, t}
}

// hears takes a notice.
func (p *testNode) hears() notice {
	p.t.Helper()
	if err := p.control.SetReadDeadline(time.Now().Add(awaitMax)); err != nil {
		p.t.Fatal(err)
	}
	var n notice
	if err := p.in.Decode(&n); err != nil {
		p.t.Fatalf("no notice: %v; it said: %s", err, p.said)
	}
	return n
}

// says sends an order.
func (p *testNode) says(o order) {
	p.t.Helper()
	if err := p.send(o, awaitMax); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for the end of the process.
func (p *testNode) ends() {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(awaitMax):
		p.t.Fatal("the node process goes on")
	}
}

// TestNodeProtocol: a node says who it is first, and why it gives up: what it
// was told instead of its configuration, or what is wrong with that.
func TestNodeProtocol(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  order
		second *order
		want   string
	}{
		{"no configuration", order{Finish: true}, nil, "testbed: node: no configuration: the coordinator said something else"},
		{"no such node", order{Configure: &configuration{Name: "web"}}, nil, `world: `},
		{"no interface", order{Configure: &configuration{Name: "web", Topology: alone()}}, nil, "testbed: node web: interface lan: netns: port on lan: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := startTestNode(t)
			if n := p.hears(); n.Hello == nil || n.Hello.Version != testVersion || n.Hello.PID != p.cmd.Process.Pid {
				t.Errorf("got %+v first, want hello of version %s from process %d", n, testVersion, p.cmd.Process.Pid)
			}
			p.says(c.first)
			if n := p.hears(); !strings.HasPrefix(n.Failed, c.want) {
				t.Errorf("got %+v, want failed: %s", n, c.want)
			}
			p.ends()
			if p.exit == nil {
				t.Error("exit status 0 after a failure")
			}
		})
	}
}

// TestNodeWithoutCoordinator: the end of the control socket ends a node
// process, and so does a start by somebody else than a coordinator.
func TestNodeWithoutCoordinator(t *testing.T) {
	p := startTestNode(t)
	p.hears()
	p.control.Close()
	p.ends()

	out, err := exec.Command(child.Program, child.Node).CombinedOutput()
	if want := "testbed: node: no control socket: this verb is for the coordinator of a run"; err == nil || !strings.Contains(string(out), want) {
		t.Errorf("got %q, %v, want %s", out, err, want)
	}
}

// TestOrdersNobodyTakes: a process that reads nothing is an error in time, and
// the coordinator does not hang.
func TestOrdersNobodyTakes(t *testing.T) {
	ours, theirs, err := child.Sockets()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	p := &process{control: ours, out: json.NewEncoder(ours)}
	defer ours.Close()
	for range 1 << 20 { // more than any socket holds
		if err = p.send(order{Ping: true}, 50*time.Millisecond); err != nil {
			break
		}
	}
	if want := "the node process has taken no order for 50ms"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestListening: notices of the run are handed on, and of the events each one
// that was written before the process finished.
func TestListening(t *testing.T) {
	ours, theirs, err := child.Sockets()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	p := &process{in: json.NewDecoder(ours), events: newPlayback(t), said: &child.Tail{}, ready: make(chan struct{}), heard: make(chan struct{})}
	tape := recorder{fd: int(p.events.file.Fd())}
	out := json.NewEncoder(theirs)
	var stalls []time.Duration
	var events []event.Event
	listen := func(notices ...notice) {
		for _, n := range notices {
			if err := out.Encode(n); err != nil {
				t.Fatal(err)
			}
		}
		go p.listen(testVersion, func(n notice) { stalls = append(stalls, n.Stall.Late) }, func(e event.Event) { events = append(events, e) })
		<-p.heard
	}
	want := []event.Event{powered("a", 1), powered("a", 2)}
	for _, e := range want {
		if err := tape.write(e); err != nil {
			t.Fatal(err)
		}
	}
	listen(notice{Hello: &hello{Version: testVersion}}, notice{Ready: true},
		notice{Pong: true, Stall: &wall.Stall{Late: 3}}, notice{Finished: true, Stall: &wall.Stall{Late: 4}})
	if !p.isReady() || !p.answered.Load() || p.outcome != nil {
		t.Errorf("got ready %v, answered %v, outcome %v, want both and none", p.isReady(), p.answered.Load(), p.outcome)
	}
	if !slices.Equal(stalls, []time.Duration{3, 4}) || !slices.Equal(events, want) {
		t.Errorf("got stalls %v and events %v, want 3, 4 and %v", stalls, events, want)
	}
}

// TestListeningToNonsense: a tape that cannot be read is the outcome of the
// process.
func TestListeningToNonsense(t *testing.T) {
	ours, theirs, err := child.Sockets()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	p := &process{in: json.NewDecoder(ours), events: newPlayback(t), said: &child.Tail{}, ready: make(chan struct{}), heard: make(chan struct{})}
	if _, err := p.events.file.WriteString("nonsense\n"); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(theirs).Encode(notice{Pong: true}); err != nil {
		t.Fatal(err)
	}
	p.listen(testVersion, func(n notice) { t.Errorf("got %+v", n) }, func(e event.Event) { t.Errorf("got %v", e) })
	if p.outcome == nil {
		t.Error("got no error of a tape with nonsense")
	}
}

// TestLastWords: a process that said nothing adds nothing to an error.
func TestLastWords(t *testing.T) {
	p := &process{said: &child.Tail{}}
	if err := p.withLastWords(errors.New("ended")); err.Error() != "ended" {
		t.Errorf("of one that said nothing: got %q", err)
	}
}
