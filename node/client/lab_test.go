package client

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// lab is a client, c1, and a server, web, on one segment.
type lab struct {
	*hosttest.Lab
	ledger  *Ledger
	server  *host.Host
	client  *host.Host
	backend *backend.Backend
	asks    *Client
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), ledger: NewLedger()}
	l.server = l.Add("web", "192.0.2.50/24", hosttest.Cores(2))
	l.client = l.Add("c1", "192.0.2.201/24", hosttest.Cores(2))
	return l
}

// serve starts the back end.
func (l *lab) serve(cfg topology.Backend) { l.backend = backend.New(l.server, cfg.WithDefaults()) }

// ask starts the client. Its target is the server unless cfg has one.
func (l *lab) ask(cfg topology.Client) {
	l.TB.Helper()
	if cfg.Target == "" {
		cfg.Target = "http://192.0.2.50/"
	}
	var err error
	if l.asks, err = New(l.client, cfg.WithDefaults(), l.ledger); err != nil {
		l.TB.Fatal(err)
	}
}

// set changes the back end's mode at an instant.
func (l *lab) set(when time.Duration, m backend.Mode) {
	l.At(when, func() {
		if err := l.backend.Set(m); err != nil {
			l.TB.Error(err)
		}
	})
}

// script starts a server that reads a request on each connection and then calls
// then.
func (l *lab) script(then func(p *sim.Proc, c *host.Conn)) {
	l.server.Go("script", func(*sim.Proc) {
		listener, err := l.server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 16)
		if err != nil {
			l.Loop.Fail(err)
			return
		}
		for {
			c, err := listener.AcceptConn()
			if err != nil {
				return
			}
			l.server.Go("scripted", func(p *sim.Proc) {
				defer c.Close()
				c.Read(make([]byte, 1000))
				then(p, c)
			})
		}
	})
}

// says is a script that sends a text and keeps the connection.
func says(text string) func(*sim.Proc, *host.Conn) {
	return func(p *sim.Proc, c *host.Conn) {
		io.WriteString(c, text)
		c.Read(make([]byte, 1000))
	}
}

// story lists the events of the client, one per line, without instants.
func (l *lab) story() string {
	var b strings.Builder
	for _, e := range l.Log.Events() {
		if e.Node != "c1" {
			continue
		}
		switch w := e.What.(type) {
		case event.ConnOpened:
			fmt.Fprintf(&b, "open %d\n", w.Conn)
		case event.ConnEstablished:
			fmt.Fprintf(&b, "established %d\n", w.Conn)
		case event.ConnClosed:
			fmt.Fprintf(&b, "closed %d by %s after %d\n", w.Conn, w.How, w.Answered)
		case event.RequestSent:
			fmt.Fprintf(&b, "sent %d.%d on %d\n", w.Request, w.Attempt, w.Conn)
		case event.RequestWaiting:
			fmt.Fprintf(&b, "waiting %d\n", w.Request)
		case event.RequestAnswered:
			fmt.Fprintf(&b, "answered %d on %d by %s: %d\n", w.Request, w.Conn, w.By, w.Status)
		case event.RequestFailed:
			fmt.Fprintf(&b, "failed %d on %d: %s%s\n", w.Request, w.Conn, w.Failure, map[bool]string{true: ", again"}[w.Retried])
		case event.AnswerMismatched:
			fmt.Fprintf(&b, "mismatch %d on %d: %s\n", w.Request, w.Conn, w.Detail)
		}
	}
	return b.String()
}

// lines trims the margin of a story written in a test.
func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func (l *lab) wantStory(want string) {
	l.TB.Helper()
	if got := l.story(); got != lines(want) {
		l.TB.Errorf("got\n%s\nwant\n%s", got, lines(want))
	}
}

// Short names for the events that tests ask for.
type (
	opened   = event.ConnOpened
	ended    = event.ConnClosed
	sent     = event.RequestSent
	answered = event.RequestAnswered
	failed   = event.RequestFailed
)

func addrs(texts ...string) (all []netip.Addr) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}
