package host_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// The documented orders.
var (
	ingressOrder = []string{host.IngressSockets, host.IngressARP, host.IngressAcks, host.IngressShortcut, host.IngressStack}
	egressOrder  = []string{host.EgressARP, host.EgressSource, host.EgressAcks, host.EgressWire}
)

// spy inserts a stage that passes everything before each stage of a path. It
// returns the names of the stages that frames reach from now on.
func spy(t *testing.T, p *host.Path) *[]string {
	t.Helper()
	seen := new([]string)
	for _, name := range p.Names() {
		_, err := p.Insert(name, host.Stage{Name: "before " + name, Do: func(*netfab.Frame) host.Verdict {
			*seen = append(*seen, name)
			return host.Pass
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return seen
}

// TestIngressOrder: frames of each kind reach the stages in the documented
// order, and none after the stage that takes or drops them.
func TestIngressOrder(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	path := a.NIC("lan").Ingress()
	if got := path.Names(); !slices.Equal(got, ingressOrder) {
		t.Fatalf("stages: got %q, want %q", got, ingressOrder)
	}
	l.serve(t, a, 80, 10)
	conn := l.dial(t, b, "10.0.0.1:80")
	a.NIC("lan").OpenPacket(wire.IsHSRP, func([]byte) {}).Join(wire.AllRouters)
	hello, err := wire.AppendFrame(nil, b.NIC("lan").MAC(), b.NIC("lan").Address().Addr(), wire.Message{VirtualIP: vip})
	if err != nil {
		t.Fatal(err)
	}
	seen := spy(t, path)
	for _, c := range []struct {
		what string
		send func()
		end  string
	}{
		{"a frame for a socket", func() { hosttest.Inject(b.NIC("lan"), hello) }, host.IngressSockets},
		{"gratuitous ARP", func() { l.announce(t, b, wire.ARPReply, b.NIC("lan").MAC()) }, host.IngressARP},
		{"a TCP segment", func() { b.Go("client", func(*sim.Proc) { ask(conn, 1, 10) }) }, host.IngressShortcut},
		{"a ping", func() { hosttest.Inject(b.NIC("lan"), ping(t, b, a)) }, host.IngressStack},
	} {
		l.Pass(time.Second)
		*seen = nil
		c.send()
		l.Pass(hosttest.Latency)
		if want := ingressOrder[:slices.Index(ingressOrder, c.end)+1]; !slices.Equal(*seen, want) {
			t.Errorf("%s: came to %q, want %q", c.what, *seen, want)
		}
	}
	*seen = nil
	a.Freeze(false)
	hosttest.Inject(b.NIC("lan"), ping(t, b, a))
	l.Pass(time.Second)
	if len(*seen) > 0 {
		t.Errorf("a ping to a frozen machine: came to %q, want no stage", *seen)
	}
}

// TestEgressOrder is the same for outgoing frames.
func TestEgressOrder(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	path := b.NIC("lan").Egress()
	if got := path.Names(); !slices.Equal(got, egressOrder) {
		t.Fatalf("stages: got %q, want %q", got, egressOrder)
	}
	l.serve(t, a, 80, 10)
	conn := l.dial(t, b, "10.0.0.1:80")
	moved, err := wire.AppendGratuitousARP(nil, wire.ARPReply, a.NIC("lan").Address().Addr(), host.MAC{2, 0, 0, 0, 9, 9}, host.MAC{2, 0, 0, 0, 9, 9})
	if err != nil {
		t.Fatal(err)
	}
	seen := spy(t, path)
	const latency = hosttest.Latency
	for _, c := range []struct {
		what  string
		send  func()
		after time.Duration
		want  []string
	}{
		{"a TCP segment", func() { b.Go("client", func(*sim.Proc) { ask(conn, 1, 10) }) }, 0, egressOrder},
		{"its answer's acknowledgement", nil, 2 * latency, egressOrder[:3]},
		{"the same later", nil, host.AckDelay, egressOrder[3:]},
		{"a raw frame", func() { hosttest.Inject(b.NIC("lan"), ping(t, b, a)) }, 0, egressOrder[3:]},
		{"the reply to a made-up request", func() { hosttest.Inject(a.NIC("lan"), moved) }, latency, egressOrder[:1]},
	} {
		*seen = nil
		if c.send != nil {
			c.send()
		}
		l.Pass(c.after)
		if !slices.Equal(*seen, c.want) {
			t.Errorf("%s: came to %q, want %q", c.what, *seen, c.want)
		}
	}
}

// TestInsertStage: a stage of a program can drop frames until it is removed or
// the machine crashes. Removing it twice has no further effect.
func TestInsertStage(t *testing.T) {
	l := newLab(t, 2, nil)
	a, b := l.Hosts[0], l.Hosts[1]
	tap := l.Tap()
	path := a.NIC("lan").Ingress()
	wall := host.Stage{Name: "wall", Do: func(*netfab.Frame) host.Verdict { return host.Drop }}
	answered := func() bool {
		since := l.Loop.Now()
		hosttest.Inject(b.NIC("lan"), ping(t, b, a))
		l.Run(since + time.Second)
		return len(tap.SentBy(a.Name(), since, pong)) > 0
	}
	remove, err := path.Insert(host.IngressAcks, wall)
	if err != nil {
		t.Fatal(err)
	}
	if answered() {
		t.Error("behind the wall: got an answer, want none")
	}
	if _, err := path.Insert(host.IngressStack, wall); !errors.Is(err, host.ErrDuplicateStage) {
		t.Errorf("second wall: got %v, want %v", err, host.ErrDuplicateStage)
	}
	if _, err := path.Insert("nowhere", host.Stage{Name: "other"}); !errors.Is(err, host.ErrUnknownStage) {
		t.Errorf("stage before one that does not exist: got %v, want %v", err, host.ErrUnknownStage)
	}
	remove()
	if !answered() {
		t.Error("wall removed: got no answer, want one")
	}
	if _, err := path.Insert(host.IngressStack, wall); err != nil {
		t.Fatal(err)
	}
	remove()
	if got := path.Names(); !slices.Contains(got, "wall") {
		t.Errorf("removed twice: got stages %q, want the second wall to stand", got)
	}
	a.Crash(false)
	if got := path.Names(); !slices.Equal(got, ingressOrder) {
		t.Errorf("stages after a crash: got %q, want %q", got, ingressOrder)
	}
	a.PowerOn()
	if !answered() {
		t.Error("after the crash: got no answer, want one")
	}
}

// TestInsertedStagesDoNotAllocate: nor does walking past them.
func TestInsertedStagesDoNotAllocate(t *testing.T) {
	l := newLab(t, 1, nil)
	n := l.Hosts[0].NIC("lan")
	seen := 0
	for _, s := range []host.Stage{
		{"count", func(*netfab.Frame) host.Verdict { seen++; return host.Pass }},
		{"wall", func(*netfab.Frame) host.Verdict { return host.Drop }},
	} {
		if _, err := n.Ingress().Insert(host.IngressStack, s); err != nil {
			t.Fatal(err)
		}
	}
	f := n.Port().Fabric().NewFrame(60)
	defer f.Release()
	if got := testing.AllocsPerRun(100, func() { n.Receive(f) }); got != 0 || seen < 100 {
		t.Errorf("a frame past a stage: got %v allocations in %d frames, want 0 in 100", got, seen)
	}
}
