package cell

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// impostor answers each request at the cell's port with a text, as it is, and
// keeps the connection open.
func (l *lab) impostor(text string) {
	l.dm.Go("impostor", func(p *sim.Proc) {
		listener, err := l.dm.Listen(netip.MustParseAddrPort("0.0.0.0:9080"), 8)
		if err != nil {
			l.TB.Error(err)
			return
		}
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			l.dm.Go("answer", func(p *sim.Proc) {
				conn := c.(*host.Conn)
				defer conn.Close()
				if _, err := conn.Read(make([]byte, 4096)); err != nil {
					return
				}
				if _, err := conn.Write([]byte(text)); err != nil {
					return // the watcher has had enough
				}
				p.Park()
			})
		}
	})
}

// TestImpostors: whatever answers in place of a cell, a request ends within the
// interval, and the watcher reads no more than a document may have.
func TestImpostors(t *testing.T) {
	head := func(more string) string { return "HTTP/1.1 200 OK\r\n" + more + "\r\n" }
	for _, c := range []struct{ name, text, want string }{
		{"banner", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"},
		{"status", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "status 503"},
		{"no body", head("Content-Length: 0\r\n"), "document: got another format, want JSON"},
		{"half of a body", head("Content-Length: 100\r\n") + `{"gen`, "timeout"},
		{"endless head", "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: "+strings.Repeat("x", 997)+"\r\n", 200), "not HTTP"},
		{"too much", head("Content-Length: 10000000\r\n") + strings.Repeat(" ", 200_000), "document: got more than 65536 bytes"},
		{"not a cell", head("Content-Length: 2\r\n") + "{}", "document: got generation 0, want 1 or more"},
	} {
		l := newLab(t)
		l.impostor(c.text)
		l.watch("poll", 2*second)
		l.Run(2500 * millisecond)
		if len(l.reports) == 0 || !strings.HasSuffix(l.reports[0], ": "+c.want) {
			t.Errorf("%s: got %q, want %s", c.name, l.reports, c.want)
		}
	}
}

// TestBusyCell: a cell that changes each 50 ms, from 5 s to 10 s, is asked once
// a second.
func TestBusyCell(t *testing.T) {
	l := newLab(t)
	l.serve()
	l.watch("subscribe", 10*second)
	for i := range 100 {
		l.set(5*second+time.Duration(i)*50*millisecond, "weight.app.s1", []string{"2", "3"}[i%2])
	}
	l.Run(10 * second)
	// At 0 s and 5 s, then 1 s after the request that was answered at 5 s: that of
	// 5 s itself is answered 50 ms later.
	if got := len(l.reports); got < 7 || got > 8 {
		t.Errorf("got %d reports in 10 s, want 7 or 8: %q", got, l.reports)
	}
}
