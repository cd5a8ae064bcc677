package host_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// waitingRoom is a stage that holds every ping.
type waitingRoom struct {
	held   []*host.HeldFrame
	frames []*netfab.Frame // the same, with a reference of the test
	later  int             // pings that came to the stage after it
}

// waitingStage is the name of the stage that holds.
const waitingStage = "waiting room"

func newWaitingRoom(t *testing.T, n *host.NIC) *waitingRoom {
	w := &waitingRoom{}
	isPing := func(f *netfab.Frame) bool {
		ip := wire.IPv4Of(f.Data())
		return ip != nil && ip.Protocol() == wire.ProtocolICMP
	}
	for _, s := range []host.Stage{
		{Name: waitingStage, Do: func(f *netfab.Frame) host.Verdict {
			if !isPing(f) {
				return host.Pass
			}
			f.Retain()
			w.held, w.frames = append(w.held, n.Hold(f)), append(w.frames, f)
			return host.Take
		}},
		{Name: "later", Do: func(f *netfab.Frame) host.Verdict {
			if isPing(f) {
				w.later++
			}
			return host.Pass
		}},
	} {
		if _, err := n.Ingress().Insert(host.IngressAcks, s); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// TestHeldFrame: a frame that a stage holds is delivered when it is resumed,
// once, and only the later stages see it; one that is released is never
// delivered, nor is one that continues after a stage that does not exist. In
// each case its bytes can then be reused.
func TestHeldFrame(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(*host.HeldFrame)
		answers int
	}{
		"resumed":          {func(h *host.HeldFrame) { h.Resume(waitingStage) }, 1},
		"resumed twice":    {func(h *host.HeldFrame) { h.Resume(waitingStage); h.Resume(waitingStage) }, 1},
		"then released":    {func(h *host.HeldFrame) { h.Resume(waitingStage); h.Release() }, 1},
		"released":         {func(h *host.HeldFrame) { h.Release() }, 0},
		"then resumed":     {func(h *host.HeldFrame) { h.Release(); h.Resume(waitingStage) }, 0},
		"after no stage":   {func(h *host.HeldFrame) { h.Resume("no such stage") }, 0},
		"after the others": {func(h *host.HeldFrame) { h.Resume(host.IngressStack) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 2, nil)
			a, b := l.Hosts[0], l.Hosts[1]
			w := newWaitingRoom(t, a.NIC("lan"))
			sent := ping(t, b, a)
			hosttest.Inject(b.NIC("lan"), sent)
			l.Pass(time.Second)
			if len(w.held) != 1 || w.held[0].Frame() != w.frames[0] || !bytes.Equal(w.frames[0].Data(), sent) {
				t.Fatalf("held: got %d frames, want the ping", len(w.held))
			}
			tap := l.Tap()
			l.Pass(time.Second)
			if len(tap.All) != 0 {
				t.Errorf("while it is held: got %d frames, want none", len(tap.All))
			}
			c.end(w.held[0])
			if got := w.held[0].Frame(); got != nil {
				t.Errorf("at its end it still has frame %v", got)
			}
			w.frames[0].Release()
			if got := l.Fabric.NewFrame(len(sent)); got != w.frames[0] {
				t.Error("the frame was not released")
			}
			l.Pass(time.Second)
			if got := len(tap.SentBy("h1", 0, pong)); got != c.answers || len(w.held) != 1 {
				t.Errorf("got %d answers, held %d times, want %d and once", got, len(w.held), c.answers)
			}
			if w.later != c.answers {
				t.Errorf("the later stage saw %d frames, want %d", w.later, c.answers)
			}
		})
	}
}

// TestCrashDropsHeldFrames: frames that are held when the machine crashes are
// released, and nothing delivers them afterwards, not even after the boot.
func TestCrashDropsHeldFrames(t *testing.T) {
	for _, warm := range []bool{false, true} {
		l := newLab(t, 2, nil)
		a, b := l.Hosts[0], l.Hosts[1]
		w := newWaitingRoom(t, a.NIC("lan"))
		for range 3 {
			hosttest.Inject(b.NIC("lan"), ping(t, b, a))
		}
		l.Pass(time.Second)
		tap := l.Tap()
		w.held[1].Resume(waitingStage)
		l.Pass(time.Second)
		a.Crash(warm)
		for i, f := range w.frames {
			if got := w.held[i].Frame(); got != nil {
				t.Errorf("frame %d: still held", i)
			}
			f.Release()
			if got := l.Fabric.NewFrame(len(f.Data())); got != f {
				t.Errorf("frame %d: not released", i)
			}
		}
		w.held[0].Resume(waitingStage)
		a.PowerOn()
		w.held[2].Resume(host.IngressSockets)
		l.Pass(time.Second)
		if got := len(tap.SentBy("h1", 0, pong)); got != 1 || w.later != 1 {
			t.Errorf("warm %v: got %d answers, %d frames later, want those of the one resumed in time", warm, got, w.later)
		}
	}
}

// TestResumeInAnotherFrame: a stage may resume held frames while it handles
// another one, which it then passes on: both are delivered, in that order.
func TestResumeInAnotherFrame(t *testing.T) {
	l := newLab(t, 2, nil)
	server, client := l.Hosts[0], l.Hosts[1]
	n := server.NIC("lan")
	l.serve(t, server, 80, 10)
	conn := l.dial(t, client, "10.0.0.1:80")
	l.Pass(time.Second)
	var held *host.HeldFrame
	_, err := n.Ingress().Insert(host.IngressAcks, host.Stage{Name: waitingStage, Do: func(f *netfab.Frame) host.Verdict {
		if _, _, _, ok := tcpOf(hosttest.Frame{Data: f.Data()}); !ok {
			return host.Pass
		}
		if held == nil {
			held = n.Hold(f)
			return host.Take
		}
		held.Resume(waitingStage)
		return host.Pass
	}})
	if err != nil {
		t.Fatal(err)
	}
	since := l.Loop.Now()
	l.Program(client, "write", func(p *sim.Proc) error {
		for range 2 {
			if _, err := conn.Write([]byte("x")); err != nil {
				return err
			}
		}
		return nil
	})
	tap := l.Tap()
	l.Pass(100 * time.Millisecond) // less than a retransmission
	var answers int
	for _, f := range tap.SentBy("h1", since, nil) {
		if len(f.Data) > 10+54 {
			answers++
		}
	}
	if answers != 2 {
		t.Errorf("answers: got %d, want one for each segment", answers)
	}
}
