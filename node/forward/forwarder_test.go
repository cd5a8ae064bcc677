package forward_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

const second = time.Second

// lab is a server s and a machine f that forwards to it, for a client c.
type lab struct {
	*hosttest.Lab
	f, s, c  *host.Host
	to       netip.AddrPort // s
	front    netip.AddrPort // f
	accepted int            // connections of s
	asked    []string
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), to: netip.MustParseAddrPort("192.0.2.50:80"), front: netip.MustParseAddrPort("192.0.2.11:80")}
	l.f = l.Add("f", "192.0.2.11/24", hosttest.Cores(1))
	l.s = l.Add("s", "192.0.2.50/24", hosttest.Cores(1))
	l.c = l.Add("c", "192.0.2.201/24", hosttest.Cores(1))
	return l
}

// serve makes s treat each connection in a way.
func (l *lab) serve(way func(p *sim.Proc, c *host.Conn)) {
	l.Program(l.s, "server", func(p *sim.Proc) error {
		listener, err := l.s.Listen(l.to, 8)
		if err != nil {
			return err
		}
		for {
			c, err := listener.AcceptConn()
			if err != nil {
				return nil // the lab is over
			}
			l.accepted++
			l.s.Go("connection", func(p *sim.Proc) { way(p, c) })
		}
	})
}

// answering answers each request of a connection with a text.
func (l *lab) answering(text string) func(*sim.Proc, *host.Conn) {
	return func(_ *sim.Proc, c *host.Conn) {
		buffer := make([]byte, 4096)
		for {
			n, err := c.Read(buffer)
			if err != nil {
				c.Close()
				return
			}
			l.asked = append(l.asked, string(buffer[:n]))
			if _, err := c.Write([]byte(text)); err != nil {
				return
			}
		}
	}
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// outcome is a word or two on an attempt.
func outcome(answer forward.Answer, err error) string {
	var failed *forward.Error
	switch {
	case err == nil:
		status := answer.Status
		answer.Close()
		return fmt.Sprint(status)
	case !errors.As(err, &failed):
		return "another error: " + err.Error()
	}
	word := []string{"connecting", "waiting", "reading"}[failed.Stage]
	switch {
	case failed.Timeout():
		word += " timeout"
	case failed.Malformed():
		word += " malformed"
	}
	return word
}

// TestStages: at which stage an attempt fails, and after how long.
func TestStages(t *testing.T) {
	limits := forward.Limits{Connect: 2 * second, Answer: 5 * second}
	silent := forward.Limits{Connect: 2 * second, Silence: 3 * second}
	drip := func(p *sim.Proc, c *host.Conn) {
		for _, b := range []byte(fine) {
			p.Sleep(second)
			if _, err := c.Write([]byte{b}); err != nil {
				return
			}
		}
	}
	for _, tc := range []struct {
		name   string
		way    func(l *lab)
		limits forward.Limits
		want   string
		after  time.Duration // rounded to seconds
	}{
		{"answers", func(l *lab) { l.serve(l.answering(fine)) }, limits, "200", 0},
		{"refuses", func(*lab) {}, limits, "connecting", 0},
		{"is silent", func(l *lab) { l.s.Freeze(false) }, limits, "connecting timeout", 2 * second},
		{"never answers", func(l *lab) { l.serve(func(p *sim.Proc, _ *host.Conn) { p.Park() }) }, limits, "waiting timeout", 5 * second},
		{"never answers, between reads", func(l *lab) { l.serve(func(p *sim.Proc, _ *host.Conn) { p.Park() }) }, silent, "waiting timeout", 3 * second},
		{"closes", func(l *lab) { l.serve(func(_ *sim.Proc, c *host.Conn) { c.Close() }) }, limits, "waiting", 0},
		{"resets", func(l *lab) { l.serve(func(_ *sim.Proc, c *host.Conn) { c.Abort() }) }, limits, "waiting", 0},
		{"sends something else", func(l *lab) { l.serve(l.answering("SSH-2.0-x\r\n\r\n")) }, limits, "reading malformed", 0},
		{"drips, within 5s", func(l *lab) { l.serve(drip) }, limits, "reading timeout", 5 * second},
		// A byte each second is no silence: the head is complete after 38 bytes.
		{"drips, between reads", func(l *lab) { l.serve(drip) }, silent, "200", 38 * second},
		{"ends in its head", func(l *lab) {
			l.serve(func(_ *sim.Proc, c *host.Conn) { c.Write([]byte("HTTP/1.1 200 OK\r\nX: ")); c.Close() })
		}, limits, "reading", 0},
	} {
		l := newLab(t)
		tc.way(l)
		got, after := "", time.Duration(0)
		l.Program(l.f, "forwarder", func(p *sim.Proc) error {
			p.Sleep(second)
			f := forward.New(l.f, 1)
			request := web.Request{Host: "s"}
			began := l.Loop.Now()
			got = outcome(f.Ask(forward.Attempt{To: l.to, Request: &request, Limits: tc.limits}))
			after = l.Loop.Now() - began
			return nil
		})
		l.Run(100 * second)
		if got != tc.want || after.Round(second) != tc.after {
			t.Errorf("a server that %s: got %q after %v, want %q after %v", tc.name, got, after, tc.want, tc.after)
		}
	}
}

// forwarding makes f forward what c asks, n requests with a second between
// them, and returns the outcomes.
func (l *lab) forwarding(f *forward.Forwarder, n int, method string, change func(i int)) (all []string) {
	l.Program(l.f, "forwarder", func(p *sim.Proc) error {
		listener, err := l.f.Listen(l.front, 8)
		if err != nil {
			return err
		}
		server := web.Server{Node: "f", Go: l.f.Go, Service: service(func(x *web.Exchange) {
			answer, err := f.Ask(forward.Attempt{To: l.to, Request: &x.Request, Limits: forward.Limits{Connect: second, Answer: second}})
			if err == nil {
				err = answer.Relay(x)
			}
			if err != nil {
				x.Answer(http.StatusBadGateway, 10)
			}
		})}
		return ignore(server.Serve(p, listener))
	})
	l.Program(l.c, "client", func(p *sim.Proc) error {
		p.Sleep(second)
		for i := range n {
			change(i)
			c, err := l.c.Dial(l.front, second)
			if err != nil {
				return err
			}
			link := web.NewLink(c)
			request := web.Request{Host: "f", Method: method}
			if err := link.Send(&request); err != nil {
				return err
			}
			answer, err := link.Receive(&request)
			if err != nil {
				return err
			}
			all = append(all, fmt.Sprint(answer.Status))
			c.Close()
			p.Sleep(second)
		}
		return nil
	})
	l.Run(60 * second)
	return all
}

// ignore drops the error of a listener that ends with the lab.
func ignore(error) error { return nil }

// service answers requests.
type service func(x *web.Exchange)

func (service) Ready(*sim.Proc)                        {}
func (s service) Open(*sim.Proc, web.Conn) web.Session { return s }
func (s service) Serve(_ *sim.Proc, x *web.Exchange)   { s(x) }
func (service) Close()                                 {}

var _ net.Listener = (*host.Listener)(nil)

// TestKeeps: requests of different clients share a connection, unless none is
// kept. One that the server has ended while it was idle is not used again.
func TestKeeps(t *testing.T) {
	for keep, want := range map[int]int{1: 1, 0: 4} {
		l := newLab(t)
		l.serve(l.answering(fine))
		if got := l.forwarding(forward.New(l.f, keep), 4, "", func(int) {}); !slices.Equal(got, []string{"200", "200", "200", "200"}) {
			t.Errorf("keep %d: got %v", keep, got)
		}
		if l.accepted != want {
			t.Errorf("keep %d: %d connections, want %d", keep, l.accepted, want)
		}
	}
	l := newLab(t)
	var open []*host.Conn
	answer := l.answering(fine)
	l.serve(func(p *sim.Proc, c *host.Conn) { open = append(open, c); answer(p, c) })
	got := l.forwarding(forward.New(l.f, 1), 4, http.MethodPost, func(i int) {
		if i == 2 {
			open[0].Close()
		}
	})
	if !slices.Equal(got, []string{"200", "200", "200", "200"}) || l.accepted != 2 || len(l.asked) != 4 {
		t.Errorf("a connection ended while it was idle: got %v on %d connections, %d requests; want no failure, 2 and 4", got, l.accepted, len(l.asked))
	}
}

// TestRepeats: a server ends a kept connection just when the next request
// comes. A safe request is repeated once, on a new connection; another one is
// not, for the server may have acted on it.
func TestRepeats(t *testing.T) {
	for method, want := range map[string]string{http.MethodGet: "200", http.MethodHead: "200", http.MethodPost: "502", http.MethodPut: "502"} {
		l := newLab(t)
		l.serve(func(_ *sim.Proc, c *host.Conn) {
			buffer := make([]byte, 4096)
			for first := true; ; first = false {
				if _, err := c.Read(buffer); err != nil || !first {
					c.Close()
					return
				}
				head := fine
				if method == http.MethodHead {
					head = fine[:len(fine)-2]
				}
				c.Write([]byte(head))
			}
		})
		got := l.forwarding(forward.New(l.f, 1), 2, method, func(int) {})
		if !slices.Equal(got, []string{"200", want}) {
			t.Errorf("%s: got %v, want 200, then %s", method, got, want)
		}
	}
}
