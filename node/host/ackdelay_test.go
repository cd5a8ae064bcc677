package host_test

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// bareAck matches acknowledgements without data or other flags.
func bareAck(s hosttest.Frame) bool {
	_, tcp, data := wire.TCPOf(s.Data)
	return tcp != nil && len(data) == 0 && tcp.Flags() == wire.TCPAck
}

// TestAcksRideOnAnswers: consecutive requests and answers take two frames each,
// and the only bare acknowledgement is that of the handshake.
func TestAcksRideOnAnswers(t *testing.T) {
	l := newLab(t, 2, nil)
	l.serve(t, l.Hosts[0], 80, 1000)
	conn := l.dial(t, l.Hosts[1], "10.0.0.1:80")
	tap := l.Tap()
	l.Program(l.Hosts[1], "client", func(*sim.Proc) error {
		_, err := ask(conn, 10, 1000)
		return err
	})
	l.Pass(host.AckDelay / 2)
	if got := len(tap.All); got != 20 {
		t.Errorf("frames of 10 requests: got %d, want 20", got)
	}
	l.Pass(time.Second)
	if got := tap.All[20:]; len(got) != 1 || !bareAck(got[0]) {
		t.Errorf("frames afterwards: got %d, want the acknowledgement of the last answer", len(got))
	}
}

// TestLoneAckWaits: an unanswered segment is acknowledged after AckDelay, the
// second in a row at once.
func TestLoneAckWaits(t *testing.T) {
	l, server, client := streamLab(t, silent)
	conn := l.dial(t, client, "10.0.0.1:80")
	tap := l.Tap()
	write := func(text string) {
		l.Program(client, "client", func(*sim.Proc) error {
			_, err := io.WriteString(conn, text)
			return err
		})
	}
	const latency = hosttest.Latency
	start := l.Loop.Now()
	write("one")
	l.Run(start + time.Second)
	acks := tap.SentBy(server.Name(), start, bareAck)
	if len(acks) != 1 {
		t.Fatalf("acknowledgements of one segment: got %d, want 1", len(acks))
	}
	within(t, "a lone acknowledgement", acks[0].At-start, latency+host.AckDelay, latency+host.AckDelay)

	start = l.Loop.Now()
	write("two")
	l.At(start+time.Millisecond, func() { write("three") })
	l.Run(start + time.Second)
	acks = tap.SentBy(server.Name(), start, bareAck)
	if len(acks) != 1 {
		t.Fatalf("acknowledgements of two segments: got %d, want 1", len(acks))
	}
	within(t, "that of two segments", acks[0].At-start, latency+time.Millisecond, latency+time.Millisecond)
}

// TestAckOutOfOrder: a segment after a gap is acknowledged at once, so that the
// sender learns of the gap, and so is the segment that fills it.
func TestAckOutOfOrder(t *testing.T) {
	l, server, client := streamLab(t, silent)
	conn := l.dial(t, client, "10.0.0.1:80")
	tap := l.Tap()
	undo := l.Fabric.Install(loseAll{})
	write := func(*sim.Proc) error {
		_, err := io.WriteString(conn, "text")
		return err
	}
	start := l.Loop.Now()
	l.Program(client, "lost", write)
	l.At(start+time.Millisecond, func() {
		undo()
		l.Program(client, "arrives", write)
	})
	l.Run(start + 2*time.Millisecond)
	acks := tap.SentBy(server.Name(), start, bareAck)
	if len(acks) != 2 {
		t.Fatalf("acknowledgements around a gap: got %d, want 2", len(acks))
	}
	_, lost, _ := wire.TCPOf(tap.SentBy(client.Name(), start, nil)[0].Data)
	for i, want := range []struct {
		at  time.Duration
		ack uint32
	}{
		{1100 * time.Microsecond, lost.Sequence()},     // the segment behind the gap
		{1300 * time.Microsecond, lost.Sequence() + 8}, // the gap is filled
	} {
		_, tcp, _ := wire.TCPOf(acks[i].Data)
		if ack := tcp.Acknowledgement(); ack != want.ack || acks[i].At-start != want.at {
			t.Errorf("acknowledgement %d: got %d after %v, want %d after %v", i, ack, acks[i].At-start, want.ack, want.at)
		}
	}
}

// loseAll is a rule.
type loseAll struct{}

func (loseAll) String() string { return "lose all" }

func (loseAll) Judge(time.Duration, netfab.Hop, []byte) (netfab.Verdict, bool) {
	return netfab.Lose("test"), true
}

// TestLostAddressAcknowledgesNothing: an acknowledgement that is held when a
// virtual IP is given up, or the machine crashes, never leaves. Otherwise a
// former owner would seem to serve after the new one.
func TestLostAddressAcknowledgesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		lose func(h *host.Host)
		want int
	}{
		{"kept", func(*host.Host) {}, 1},
		{"given up", func(h *host.Host) { h.NIC("lan").RemoveVIP(vip, false) }, 0},
		{"crash", func(h *host.Host) { h.Crash(true) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, server, client := streamLab(t, silent)
			server.NIC("lan").AddVIP(vip, host.MAC{})
			conn := l.dial(t, client, netip.AddrPortFrom(vip, 80).String())
			l.Program(client, "client", func(*sim.Proc) error {
				_, err := io.WriteString(conn, "text")
				return err
			})
			tap := l.Tap()
			start := l.Loop.Now()
			l.At(start+host.AckDelay/2, func() { c.lose(server) })
			l.Run(start + 2*host.AckDelay)
			if got := len(tap.SentBy(server.Name(), start, bareAck)); got != c.want {
				t.Errorf("acknowledgements: got %d, want %d", got, c.want)
			}
		})
	}
}
