package client

import (
	"io"
	"net/netip"
	"testing"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// securely serves one answer and closes, over TLS with the certificate web.
func (l *lab) securely(answer string) {
	own, err := certificate.New(l.Loop, "web")
	if err != nil {
		l.TB.Fatal(err)
	}
	s := certificate.NewServer(own, l.Loop.Stream("server"), nil)
	l.accept(func(_ *sim.Proc, c *host.Conn) {
		secure := s.Accept(c)
		defer secure.Close()
		if _, err := secure.Read(make([]byte, 1000)); err == nil {
			io.WriteString(secure, answer)
		}
	})
}

// accept calls serve with each connection to the port of https.
func (l *lab) accept(serve func(*sim.Proc, *host.Conn)) {
	l.server.Go("accept", func(*sim.Proc) {
		listener, err := l.server.Listen(netip.MustParseAddrPort("0.0.0.0:443"), 16)
		for err == nil {
			var c *host.Conn
			if c, err = listener.AcceptConn(); err == nil {
				l.server.Go("accepted", func(p *sim.Proc) { serve(p, c) })
			}
		}
		l.Loop.Fail(err)
	})
}

// TestSecure: a connection is established once the handshake is complete.
func TestSecure(t *testing.T) {
	for _, c := range []struct{ pin, want string }{
		{"web", `open 1
			established 1
			sent 1.1 on 1
			answered 1 on 1 by : 200
			closed 1 by client after 1`},
		{topology.CertificateAny, `open 1
			established 1
			sent 1.1 on 1
			answered 1 on 1 by : 200
			closed 1 by client after 1`},
		{"b", `open 1
			closed 1 by tls after 0
			failed 1 on 1: tls`},
	} {
		l := newLab(t)
		l.securely("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		l.ask(topology.Client{Target: "https://192.0.2.50/", Certificate: c.pin, Rate: 1, Stop: second})
		l.Run(10 * second)
		l.wantStory(c.want)
	}
}

// TestSecureFails: a server that is silent, resets or closes during the
// handshake fails the connection as it would without TLS, within the time to
// connect.
func TestSecureFails(t *testing.T) {
	for _, c := range []struct {
		serve func(*sim.Proc, *host.Conn)
		want  string
	}{
		{func(p *sim.Proc, _ *host.Conn) { p.Park() }, "timeout"},
		{func(_ *sim.Proc, c *host.Conn) { c.AwaitRead(); c.Abort() }, "reset"},
		{func(_ *sim.Proc, c *host.Conn) { c.Read(make([]byte, 1000)); c.Close() }, "closed"},
		{func(_ *sim.Proc, c *host.Conn) { io.WriteString(c, "220 mail ready\r\n"); c.Read(nil) }, "tls"},
	} {
		l := newLab(t)
		l.accept(c.serve)
		l.ask(topology.Client{Target: "https://192.0.2.50/", Certificate: "web", Rate: 1, Stop: second, Connect: 2 * second})
		l.Run(10 * second)
		how := map[string]string{"closed": "server"}[c.want]
		if how == "" {
			how = c.want
		}
		l.wantStory("open 1\nclosed 1 by " + how + " after 0\nfailed 1 on 1: " + c.want)
		at := l.Log.Events()[len(l.Log.Events())-1].At
		if late := c.want == "timeout"; at < second && late || at > 3*second+10*millisecond || !late && at > 2*second {
			t.Errorf("%s: failed at %s, want it within the time to connect", c.want, at)
		}
	}
}
