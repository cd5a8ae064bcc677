package host

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
)

// bareAck matches acknowledgements with nothing else to say.
func bareAck(s sighting) bool {
	t, ok := parseSegment(s.data)
	return ok && t.size == 0 && t.flags == header.TCPFlagAck
}

// TestAcksRideOnAnswers: questions and answers that follow each other take two
// frames each, and no bare acknowledgement but that of the handshake.
func TestAcksRideOnAnswers(t *testing.T) {
	l := newLab(t, 2, nil)
	l.serve(t, l.hosts[0], 80, 1000)
	conn := l.dial(t, l.hosts[1], "10.0.0.1:80")
	tap := l.tap()
	l.program(l.hosts[1], "client", func(*sim.Proc) error {
		_, err := ask(conn, 10, 1000)
		return err
	})
	l.run(t, l.loop.Now()+AckDelay/2)
	if got := len(tap.all); got != 20 {
		t.Errorf("frames of 10 requests: got %d, want 20", got)
	}
	l.run(t, l.loop.Now()+time.Second)
	if got := tap.all[20:]; len(got) != 1 || !bareAck(got[0]) {
		t.Errorf("frames afterwards: got %d, want the acknowledgement of the last answer", len(got))
	}
}

// TestLoneAckWaits: what is not answered is acknowledged after AckDelay, and
// the second segment in a row at once.
func TestLoneAckWaits(t *testing.T) {
	l, server, client := streamLab(t, silent)
	conn := l.dial(t, client, "10.0.0.1:80")
	tap := l.tap()
	write := func(text string) {
		l.program(client, "client", func(*sim.Proc) error {
			_, err := io.WriteString(conn, text)
			return err
		})
	}
	const latency = netfab.DefaultLatency
	start := l.loop.Now()
	write("one")
	l.run(t, start+time.Second)
	acks := tap.sent(server.Name(), start, bareAck)
	if len(acks) != 1 {
		t.Fatalf("acknowledgements of one segment: got %d, want 1", len(acks))
	}
	within(t, "a lone acknowledgement", acks[0].at-start, latency+AckDelay, latency+AckDelay)

	start = l.loop.Now()
	write("two")
	l.at(start+time.Millisecond, func() { write("three") })
	l.run(t, start+time.Second)
	acks = tap.sent(server.Name(), start, bareAck)
	if len(acks) != 1 {
		t.Fatalf("acknowledgements of two segments: got %d, want 1", len(acks))
	}
	within(t, "that of two segments", acks[0].at-start, latency+time.Millisecond, latency+time.Millisecond)
}

// TestAckOutOfOrder: a segment behind a gap is acknowledged at once, so that
// the sender learns of the gap, and so is the one that fills it.
func TestAckOutOfOrder(t *testing.T) {
	l, server, client := streamLab(t, silent)
	conn := l.dial(t, client, "10.0.0.1:80")
	tap := l.tap()
	undo := l.fabric.Install(loseAll{})
	write := func(*sim.Proc) error {
		_, err := io.WriteString(conn, "text")
		return err
	}
	start := l.loop.Now()
	l.program(client, "lost", write)
	l.at(start+time.Millisecond, func() {
		undo()
		l.program(client, "arrives", write)
	})
	l.run(t, start+2*time.Millisecond)
	acks := tap.sent(server.Name(), start, bareAck)
	if len(acks) != 2 {
		t.Fatalf("acknowledgements around a gap: got %d, want 2", len(acks))
	}
	lost, _ := parseSegment(tap.sent(client.Name(), start, nil)[0].data)
	for i, want := range []struct {
		at  time.Duration
		ack uint32
	}{
		{1100 * time.Microsecond, lost.seq},     // the segment behind the gap
		{1300 * time.Microsecond, lost.seq + 8}, // the gap is filled
	} {
		if ack, _ := parseSegment(acks[i].data); ack.ack != want.ack || acks[i].at-start != want.at {
			t.Errorf("acknowledgement %d: got %d after %v, want %d after %v", i, ack.ack, acks[i].at-start, want.ack, want.at)
		}
	}
}

// loseAll is a rule.
type loseAll struct{}

func (loseAll) String() string { return "lose all" }

func (loseAll) Judge(time.Duration, netfab.Hop, []byte) (netfab.Verdict, bool) {
	return netfab.Lose("test"), true
}

// TestLostAddressAcknowledgesNothing: an acknowledgement that waits when a
// virtual IP is given up, or the machine crashes, never leaves. Else a former
// owner would be seen to serve after the new one.
func TestLostAddressAcknowledgesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		lose func(h *Host)
		want int
	}{
		{"kept", func(*Host) {}, 1},
		{"given up", func(h *Host) { h.NIC("lan").RemoveVIP(vip, false) }, 0},
		{"crash", func(h *Host) { h.Crash(true) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, server, client := streamLab(t, silent)
			server.NIC("lan").AddVIP(vip, MAC{})
			conn := l.dial(t, client, netip.AddrPortFrom(vip, 80).String())
			l.program(client, "client", func(*sim.Proc) error {
				_, err := io.WriteString(conn, "text")
				return err
			})
			tap := l.tap()
			start := l.loop.Now()
			l.at(start+AckDelay/2, func() { c.lose(server) })
			l.run(t, start+2*AckDelay)
			if got := len(tap.sent(server.Name(), start, bareAck)); got != c.want {
				t.Errorf("acknowledgements: got %d, want %d", got, c.want)
			}
		})
	}
}

// TestParseSegmentTakesAnything: whatever the bytes, no panic.
func TestParseSegmentTakesAnything(t *testing.T) {
	l := newLab(t, 2, nil)
	l.serve(t, l.hosts[0], 80, 10)
	tap := l.tap()
	l.dial(t, l.hosts[1], "10.0.0.1:80")
	random := l.loop.Stream("test")
	for _, s := range tap.all {
		for i := range s.data {
			if _, ok := parseSegment(s.data[:i]); ok && i < len(s.data)-1 {
				t.Fatalf("a segment cut to %d of %d bytes: got one, want none", i, len(s.data))
			}
			damaged := append([]byte(nil), s.data...)
			for range 3 {
				damaged[random.IntN(len(damaged))] = byte(random.Uint32())
			}
			if got, ok := parseSegment(damaged); ok && got.size < 0 {
				t.Fatalf("size of a segment: got %d, want none below 0", got.size)
			}
		}
	}
}
