package session

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

const second = time.Second

// echo is a service that answers each message with its fields, on one of two
// machines.
type echo struct {
	*hosttest.Lab
	server, client *host.Host
	port           *Port
	slow           time.Duration // how long an answer takes
	closed         int
	story          []string
}

func newEcho(t testing.TB) *echo {
	e := &echo{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	e.server, e.client = e.Add("s", "192.0.2.50/24"), e.Add("c", "192.0.2.201/24")
	e.port = Listen(e.server, "echo", netip.MustParseAddrPort("0.0.0.0:7"), e)
	return e
}

func (e *echo) Open(_ *sim.Proc, l *Link) Session { return &echoing{e, l} }

type echoing struct {
	*echo
	link *Link
}

func (e *echoing) Close() { e.closed++ }

func (e *echoing) Receive(p *sim.Proc, m Message) bool {
	if e.slow > 0 {
		p.Sleep(e.slow)
	}
	e.link.Post(New("echo", m.Fields...))
	return m.Verb != "bye"
}

func (e *echo) say(format string, args ...any) {
	e.story = append(e.story, fmt.Sprintf("%v ", e.Loop.Now().Round(10*time.Millisecond))+fmt.Sprintf(format, args...))
}

// ask runs a client on a connection to the server.
func (e *echo) ask(body func(p *sim.Proc, l *Link)) {
	e.client.Go("client", func(p *sim.Proc) {
		p.Sleep(second)
		l, err := Dial(e.client, netip.MustParseAddrPort("192.0.2.50:7"), 5*second)
		if err != nil {
			e.say("dial: %s", host.Failure(err))
			return
		}
		body(p, l)
	})
}

func (e *echo) want(story ...string) {
	e.TB.Helper()
	if !slices.Equal(e.story, story) {
		e.TB.Errorf("got\n  %s\nwant\n  %s", strings.Join(e.story, "\n  "), strings.Join(story, "\n  "))
	}
}

// TestEcho: messages are answered in order, those of one instant in one
// segment, and a close comes after what was posted before it.
func TestEcho(t *testing.T) {
	e := newEcho(t)
	tap := e.Tap()
	e.ask(func(p *sim.Proc, l *Link) {
		big := strings.Repeat("x", 10000)
		l.Post(New("one", "1"), New("two", "2", ""), New("three", big))
		l.Post(New("bye", "4"))
		for {
			m, err := l.Receive(0)
			if err != nil {
				e.say("%v", err)
				l.Close()
				return
			}
			e.say("%s %d", m.Verb, len(m.Fields[0]))
		}
	})
	e.Run(5 * second)
	e.want("1s echo 1", "1s echo 1", "1s echo 10000", "1s echo 1", "1s "+io.EOF.Error())
	if open := len(e.port.server.(*messages).open); e.closed != 1 || open != 0 {
		t.Errorf("%d sessions closed and %d open, want 1 and none", e.closed, open)
	}
	first := tap.SentBy("c", 0, func(f hosttest.Frame) bool { return strings.Contains(string(f.Data), "one 1\n") })
	if len(first) != 1 || !strings.Contains(string(first[0].Data), "one 1\ntwo 2 %\nthree xxx") {
		t.Errorf("got %d frames with the first message, want one that has all three", len(first))
	}
}

// TestLateRest: a message whose rest is late is not lost by a timeout.
func TestLateRest(t *testing.T) {
	e := newEcho(t)
	e.slow = 3 * second
	e.ask(func(p *sim.Proc, l *Link) {
		l.Post(New("one", "1"))
		for range 2 {
			m, err := l.Receive(2 * second)
			e.say("%v %v", m, errors.Is(err, host.ErrTimeout))
		}
	})
	e.Run(10 * second)
	e.want("3s % true", "4s echo 1 false")
}

// TestStop: a stopped port refuses, and resets what is open; it can be started
// again.
func TestStop(t *testing.T) {
	e := newEcho(t)
	e.ask(func(p *sim.Proc, l *Link) {
		_, err := l.Receive(0)
		e.say("%s", host.Failure(err))
		for range 2 {
			p.Sleep(second)
			_, err = Dial(e.client, netip.MustParseAddrPort("192.0.2.50:7"), 5*second)
			e.say("dial: %s", host.Failure(err))
		}
	})
	e.At(2*second, func() { e.must(e.port.StopService("echo")) })
	e.At(3500*time.Millisecond, func() { e.must(e.port.StartService("echo")) })
	e.Run(10 * second)
	e.want("2s reset", "3s dial: refused", "4s dial: ")
	if err := e.port.StopService("other"); err == nil {
		t.Error("a service that there is not: got no error")
	}
	if n := hosttest.Count[event.ServiceChanged](e.Lab, "s"); n != 3 {
		t.Errorf("got %d changes of the service, want 3", n)
	}
}

// TestStoppedWhileHogged: a client that was accepted by a port whose processor
// is taken is reset, if the port is stopped before it gets it back.
func TestStoppedWhileHogged(t *testing.T) {
	e := newEcho(t)
	e.At(second/2, func() { e.server.Hog(host.Service, 1) })
	e.At(2*second, func() { e.must(e.port.StopService("echo")) })
	e.At(3*second, func() { e.server.Hog(host.Service, 0) })
	e.ask(func(_ *sim.Proc, l *Link) {
		l.Post(New("one", "1"))
		_, err := l.Receive(0)
		e.say("%s", host.Failure(err))
	})
	e.Run(10 * second)
	if n := hosttest.Count[event.ConnAccepted](e.Lab, "s"); len(e.story) != 1 || !strings.HasSuffix(e.story[0], " reset") || n != 0 || e.port.Started() || e.port.Listening() {
		t.Errorf("got %q and %d connections, want a reset and none", e.story, n)
	}
}

func (e *echo) must(err error) {
	e.TB.Helper()
	if err != nil {
		e.TB.Error(err)
	}
}

// TestBlockedSender: whoever sends to a peer that does not read is stopped once
// the buffers are full, and by the crash of the peer's machine not at all.
func TestBlockedSender(t *testing.T) {
	e := newEcho(t)
	e.slow = 1000 * second
	e.ask(func(p *sim.Proc, l *Link) {
		block := New("data", strings.Repeat("x", 500_000))
		for n := range 100 {
			if err := l.Send(p, 3*second, block); err != nil {
				e.say("blocked after some: %v, timeout %v, unsent %v", n > 0, errors.Is(err, host.ErrTimeout), l.Unsent() > 0)
				return
			}
		}
		e.say("never blocked")
	})
	e.Run(20 * second)
	e.want("4s blocked after some: true, timeout true, unsent true")
}

// TestCrash: sessions close when the machine crashes, and nothing parks then.
func TestCrash(t *testing.T) {
	e := newEcho(t)
	e.ask(func(p *sim.Proc, l *Link) {
		l.Conn().SetUserTimeout(2 * second)
		p.Sleep(2 * second)
		l.Post(New("one", "1"))
		_, err := l.Receive(0)
		e.say("%s", host.Failure(err))
	})
	e.At(2*second, func() { e.server.Crash(false) })
	e.Run(20 * second)
	if e.closed != 1 || len(e.story) != 1 {
		t.Errorf("%d sessions closed, story %q; want 1 and the end of the client's wait", e.closed, e.story)
	}
}

// TestGarbage: what is no message ends the connection.
func TestGarbage(t *testing.T) {
	e := newEcho(t)
	e.ask(func(_ *sim.Proc, l *Link) {
		if _, err := l.Conn().Write([]byte("GET  / HTTP/1.1\r\n\r\n")); err != nil {
			t.Error(err)
		}
		_, err := l.Receive(0)
		e.say("%v", err)
	})
	e.Run(5 * second)
	if e.closed != 1 || len(e.story) != 1 {
		t.Errorf("%d sessions closed, story %q; want 1 and an end", e.closed, e.story)
	}
}

// BenchmarkEcho is a message and its answer.
func BenchmarkEcho(b *testing.B) {
	e := newEcho(b)
	done := 0
	e.ask(func(p *sim.Proc, l *Link) {
		for done < b.N {
			l.Post(New("put", "accounts", "a", "17"))
			if _, err := l.Receive(0); err != nil {
				b.Error(err)
				return
			}
			done++
		}
	})
	b.ReportAllocs()
	b.ResetTimer()
	for done < b.N {
		e.Run(e.Loop.Now() + second)
	}
}
