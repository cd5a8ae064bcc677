package host_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// TestFrozenMachine: nothing is answered and frames are lost; what was due
// meanwhile happens at the thaw, in order; the machine does not notice.
func TestFrozenMachine(t *testing.T) {
	l := newLab(t, 2, nil)
	h, peer := l.Hosts[0], l.Hosts[1]
	l.serve(t, h, 80, 10)
	talker := l.talk(peer, netip.MustParseAddrPort("10.0.0.1:80"), 10)
	tap := l.Tap()
	var late []string
	note := func(what string) func() {
		return func() { late = append(late, fmt.Sprintf("%s %v", what, h.Now())) }
	}
	h.Scope().After(6*time.Second, sim.Func(note("third")))
	h.Scope().After(4*time.Second, sim.Func(note("first")))
	h.Scope().After(5*time.Second, sim.Func(note("second")))
	h.Scope().After(9*time.Second, sim.Func(note("in time")))
	const freeze, thaw = 2500 * time.Millisecond, 7 * time.Second
	l.At(freeze, func() { h.Freeze(false); h.Freeze(false); h.Freeze(true) })
	l.At(3*time.Second, func() { hosttest.Inject(peer.NIC("lan"), ping(t, peer, h)) })
	l.At(thaw, func() { h.Thaw(); h.Thaw() })
	l.Run(time.Minute)
	for _, s := range tap.All {
		if s.Node == "h1" && s.At > freeze && s.At < thaw {
			t.Errorf("at %v the frozen machine sent a frame", s.At)
		}
	}
	if n := len(tap.SentBy("h1", 0, pong)); n != 0 {
		t.Errorf("echo replies: got %d, want none: the frame was lost", n)
	}
	if want := []string{"first 7s", "second 7s", "third 7s", "in time 9s"}; !slices.Equal(late, want) {
		t.Errorf("timers: got %v, want %v", late, want)
	}
	// The connection survives: the client's request was lost and retransmitted.
	if talker.err != nil || len(talker.answered) != 10 {
		t.Fatalf("got %v after %d answers, want 10", talker.err, len(talker.answered))
	}
	within(t, "the answer that waited", talker.answered[3], thaw, thaw+4*time.Second)
	var states []event.Power
	for _, p := range event.Of[event.PowerChanged](l.Log.Events()) {
		states = append(states, p.State)
	}
	if want := []event.Power{"up", "up", "frozen", "thawed"}; !slices.Equal(states, want) {
		t.Errorf("states: got %v, want %v", states, want)
	}
}

// TestFrozenProcess: the kernel of a machine whose process is stopped answers
// ping and ARP, completes handshakes and acknowledges data; the programs read
// everything at the thaw.
func TestFrozenProcess(t *testing.T) {
	l := newLab(t, 2, nil)
	h, peer := l.Hosts[0], l.Hosts[1]
	l.serve(t, h, 80, 10)
	old := l.dial(t, peer, "10.0.0.1:80")
	tap := l.Tap()
	const freeze, thaw = time.Second, 5 * time.Second
	l.At(freeze, func() { h.Freeze(true) })
	l.At(2*time.Second, func() {
		hosttest.Inject(peer.NIC("lan"), ping(t, peer, h))
		question, err := wire.AppendARP(nil, wire.ARP{
			Source: peer.NIC("lan").MAC(), Destination: wire.Broadcast, Op: wire.ARPRequestOp,
			SenderMAC: peer.NIC("lan").MAC(), SenderIP: netip.MustParseAddr("10.0.0.2"), TargetIP: netip.MustParseAddr("10.0.0.1"),
		})
		if err != nil {
			t.Error(err)
		}
		hosttest.Inject(peer.NIC("lan"), question)
	})
	var oldAt, newAt []time.Duration
	requests := func(conn *host.Conn, at *[]time.Duration) {
		if _, err := ask(conn, 1, 10); err != nil {
			l.Loop.Fail(err)
		}
		*at = append(*at, peer.Now())
	}
	peer.Go("old", func(p *sim.Proc) {
		p.Sleep(2*time.Second - peer.Now())
		requests(old, &oldAt)
	})
	l.Program(peer, "new", func(p *sim.Proc) error {
		p.Sleep(2*time.Second - peer.Now())
		conn, err := peer.Dial(netip.MustParseAddrPort("10.0.0.1:80"), time.Second)
		if err == nil {
			requests(conn, &newAt)
		}
		return err
	})
	l.At(thaw, h.Thaw)
	l.Run(thaw - 1)
	if n := len(tap.SentBy("h1", freeze, pong)); n != 1 {
		t.Errorf("echo replies: got %d, want 1", n)
	}
	if n := len(tap.SentBy("h1", freeze, arpOf(wire.ARPReplyOp))); n == 0 {
		t.Error("ARP replies: got none, want one")
	}
	if n := len(tap.SentBy("h1", freeze, segment(header.TCPFlagSyn|header.TCPFlagAck))); n != 1 {
		t.Errorf("handshakes: got %d, want 1", n)
	}
	if n := len(tap.SentBy("h2", freeze, segment(header.TCPFlagPsh))); n != 2 {
		t.Errorf("segments with data: got %d, want 2: the kernel acknowledged them", n)
	}
	if len(oldAt)+len(newAt) != 0 {
		t.Errorf("answered while frozen: %v, %v", oldAt, newAt)
	}
	l.Run(time.Minute)
	for _, at := range [][]time.Duration{oldAt, newAt} {
		if len(at) != 1 {
			t.Fatalf("answers: got %v, want one", at)
		}
		within(t, "answer", at[0], thaw, thaw+10*time.Millisecond)
	}
}

// TestFrozenPacketSocket: frames to a program wait while its process is frozen
// and come in order at the thaw, and a frame that arrives at that instant comes
// last. While the machine is frozen they are lost.
func TestFrozenPacketSocket(t *testing.T) {
	for process, want := range map[bool][]byte{true: {1, 2, 3, 4, 5}, false: {1, 4, 5}} {
		l := newLab(t, 2, nil)
		h, peer := l.Hosts[0], l.Hosts[1]
		var got []byte
		mine := func(frame []byte) bool { return frame[12] == 0x88 && frame[13] == 0xb5 } // IEEE's local experimental type
		h.NIC("lan").OpenPacket(mine, func(frame []byte) { got = append(got, frame[14]) })
		send := func(at time.Duration, b byte) {
			l.At(at-l.Hosts[0].NIC("lan").Port().Segment().Latency(), func() {
				to, from := h.NIC("lan").MAC(), peer.NIC("lan").MAC()
				frame := append(to[:], from[:]...)
				hosttest.Inject(peer.NIC("lan"), append(frame, 0x88, 0xb5, b))
			})
		}
		send(time.Second, 1)
		l.At(2*time.Second, func() { h.Freeze(process) })
		send(3*time.Second, 2)
		send(4*time.Second, 3)
		l.At(5*time.Second, h.Thaw) // posted before the frame of that instant, so it runs first
		send(5*time.Second, 4)
		send(6*time.Second, 5)
		l.Run(4500 * time.Millisecond)
		if !slices.Equal(got, []byte{1}) {
			t.Errorf("process %v: while frozen got %v, want 1", process, got)
		}
		l.Run(10 * time.Second)
		if !slices.Equal(got, want) {
			t.Errorf("process %v: got %v, want %v", process, got, want)
		}
	}
}

// TestFreezeProcessThenMachine: a machine whose process is frozen can freeze
// entirely. A thaw ends both, and so does a crash.
func TestFreezeProcessThenMachine(t *testing.T) {
	for end, f := range map[string]func(*host.Host){
		"thaw":  (*host.Host).Thaw,
		"crash": func(h *host.Host) { h.Crash(false); h.PowerOn() },
	} {
		l := newLab(t, 2, nil)
		h, peer := l.Hosts[0], l.Hosts[1]
		tap := l.Tap()
		sendPing := func(step string, want int) {
			t.Helper()
			since := l.Loop.Now()
			hosttest.Inject(peer.NIC("lan"), ping(t, peer, h))
			l.Run(since + time.Second)
			if n := len(tap.SentBy("h1", since, pong)); n != want {
				t.Errorf("%s: got %d echo replies, want %d", step, n, want)
			}
		}
		h.Freeze(true)
		sendPing("process frozen", 1)
		h.Freeze(false)
		sendPing("machine frozen", 0)
		if !h.Frozen() {
			t.Error("Frozen says no")
		}
		f(h)
		sendPing(end, 1)
		if h.Frozen() {
			t.Errorf("%s: Frozen says yes", end)
		}
	}
}

// TestDownCannotFreeze: a machine that is off has nothing to freeze, and boots
// normally.
func TestDownCannotFreeze(t *testing.T) {
	l := newLab(t, 1, nil)
	h := l.Hosts[0]
	h.Crash(false)
	h.Freeze(false)
	h.Thaw()
	h.PowerOn()
	if h.Frozen() || h.Power() != event.PowerUp {
		t.Errorf("got %v, frozen %v, want it up", h, h.Frozen())
	}
}
