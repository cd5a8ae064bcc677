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
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// lab is a client, c1, and a server, web, on one segment.
type lab struct {
	t       testing.TB
	loop    *sim.Loop
	digest  *sim.Digest
	log     *event.Log
	lan     *netfab.Segment
	ledger  *Ledger
	server  *host.Host
	client  *host.Host
	backend *backend.Backend
}

func newLab(t testing.TB) *lab {
	l := &lab{t: t, loop: sim.New(42), digest: sim.NewDigest(), ledger: NewLedger()}
	l.log = event.NewLog(l.digest)
	l.lan = netfab.New(l.loop, l.digest).AddSegment("lan", netfab.SegmentConfig{})
	l.server = l.host("web", 50)
	l.client = l.host("c1", 201)
	return l
}

func (l *lab) host(name string, place byte) *host.Host {
	h := host.New(l.loop, host.Config{Name: name, Cores: 2, ARP: host.ARPLinux, Log: l.log})
	addr := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, place}), 24)
	h.AddNIC("lan", host.MAC{2, 0, 0, 0, 0, place}, addr, l.lan)
	h.PowerOn()
	l.t.Cleanup(h.Destroy)
	return h
}

// serve starts the back end.
func (l *lab) serve(cfg topology.Backend) { l.backend = backend.New(l.server, cfg.WithDefaults()) }

// ask starts the client, which asks the server unless cfg says otherwise.
func (l *lab) ask(cfg topology.Client) {
	l.t.Helper()
	if cfg.Target == "" {
		cfg.Target = "http://192.0.2.50/"
	}
	if _, err := New(l.client, cfg.WithDefaults(), l.ledger); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) run(until time.Duration) {
	l.t.Helper()
	if err := l.loop.Run(until); err != nil {
		l.t.Fatal(err)
	}
}

// at runs f at an instant.
func (l *lab) at(when time.Duration, f func()) { l.loop.At(when, sim.Func(f)) }

// set changes the back end's mode at an instant.
func (l *lab) set(when time.Duration, m backend.Mode) {
	l.at(when, func() {
		if err := l.backend.Set(m); err != nil {
			l.t.Error(err)
		}
	})
}

// script is a server that reads a request on each connection and then does what
// it is told.
func (l *lab) script(then func(p *sim.Proc, c *host.Conn)) {
	l.server.Go("script", func(*sim.Proc) {
		listener, err := l.server.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 16)
		if err != nil {
			l.loop.Fail(err)
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

// story tells what happened to the client, an event a line, without instants.
func (l *lab) story() string {
	var b strings.Builder
	for _, e := range l.log.Events() {
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
	l.t.Helper()
	if got := l.story(); got != lines(want) {
		l.t.Errorf("got\n%s\nwant\n%s", got, lines(want))
	}
}

// bodies returns the events of one kind, with their instants.
func bodies[B event.Body](l *lab) (at []time.Duration, all []B) {
	for e, b := range event.Of[B](l.log.Events()) {
		at = append(at, e.At)
		all = append(all, b)
	}
	return at, all
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
