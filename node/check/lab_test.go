package check

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a machine web and a machine lb that checks it.
type lab struct {
	*hosttest.Lab
	web, lb *host.Host
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.web, l.lb = l.Add("web", "192.0.2.50/24"), l.Add("lb", "192.0.2.21/24")
	return l
}

// serve runs a server that treats each connection in a proc of its own.
func (l *lab) serve(treat func(*sim.Proc, *host.Conn)) {
	l.web.Go("server", func(*sim.Proc) {
		listener, err := l.web.Listen(netip.MustParseAddrPort("0.0.0.0:80"), 16)
		for err == nil {
			var c *host.Conn
			if c, err = listener.AcceptConn(); err == nil {
				l.web.Go("connection", func(p *sim.Proc) { treat(p, c) })
			}
		}
	})
}

// check checks web once at 1s, and returns what it found and how long it took.
func (l *lab) check(t testing.TB, cfg topology.Check, url string) (found string, took time.Duration) {
	t.Helper()
	target, err := topology.ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	checker, err := New(l.lb, "probe", cfg.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	found = "never ends"
	l.lb.Go("check", func(p *sim.Proc) {
		p.Sleep(second)
		began := l.Loop.Now()
		found = "healthy"
		if err := checker.Run(target); err != nil {
			found = err.Error()
		}
		took = l.Loop.Now() - began
	})
	l.Run(600 * second)
	return found, took
}

// kinds are the kinds of check of the tables, in the order of their columns,
// and a body with which each is content.
var kinds = []struct {
	cfg  topology.Check
	body string
}{
	{topology.Check{By: topology.CheckTCPHalf}, ""},
	{topology.Check{By: topology.CheckTCPFull}, ""},
	{topology.Check{By: topology.CheckIMS}, ""},
	{topology.Check{By: topology.CheckHTTPStatus}, "anything"},
	{topology.Check{By: topology.CheckHTTPToken, Token: "UP"}, "it is UP\n"},
	{topology.Check{By: topology.CheckHTTPRegexp, Filter: "is (UP|OK)"}, "it is UP\n"},
	{bySOAP("/status = 'UP'"), "<status>UP</status>\n"},
	{byJSON("status", "UP"), `{"status": "UP"}` + "\n"},
}

// hear reads a request, up to the end of its head.
func hear(c *host.Conn) {
	for text := ""; !strings.Contains(text, "\r\n\r\n"); {
		part := make([]byte, 4096)
		n, err := c.Read(part)
		if text += string(part[:n]); err != nil {
			return
		}
	}
}

// says returns how a server answers that says one thing and closes.
func says(format string, args ...any) func(*sim.Proc, *host.Conn) {
	return func(_ *sim.Proc, c *host.Conn) {
		hear(c)
		fmt.Fprintf(c, format, args...)
		c.Close()
	}
}

// whole is an answer with a body.
func whole(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d \r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// endless writes a text again and again until the peer has enough.
func endless(c io.Writer, text string) {
	for {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
	}
}
