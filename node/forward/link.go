package forward

import (
	"cmp"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// link is a connection to a server.
type link struct {
	*host.Conn
	web     *web.Link
	top     web.Conn      // what web uses: TLS, or the link itself
	silence time.Duration // limit of each read; 0: none
	sending time.Duration // limit of each write; 0: none
	used    bool          // it has carried a request
	to      netip.AddrPort
}

func newLink(conn *host.Conn) *link {
	l := &link{Conn: conn}
	l.top = l
	l.web = web.NewLink(l)
	return l
}

// secure does the TLS handshake in what is left of the time to connect, of
// which some has passed. If it fails, the connection is closed.
func (l *link) secure(a Attempt, passed time.Duration) error {
	if limit := a.Limits.Connect; limit > 0 {
		if passed >= limit {
			l.Close()
			return host.ErrTimeout
		}
		l.SetTimeout(limit - passed)
	}
	top, err := a.Secure(l)
	if err != nil {
		l.Close()
		return err
	}
	l.SetTimeout(0)
	l.top = top
	l.web.Release()
	l.web = web.NewLink(top)
	return nil
}

// limit bounds the next exchange.
func (l *link) limit(limits Limits) {
	l.silence, l.sending = limits.Silence, cmp.Or(limits.Sending, limits.Silence)
	l.SetTimeout(limits.Answer)
}

// Read implements web.Conn.
func (l *link) Read(b []byte) (int, error) {
	l.bound(l.silence)
	return l.Conn.Read(b)
}

// AwaitRead implements web.Conn.
func (l *link) AwaitRead() error {
	l.bound(l.silence)
	return l.Conn.AwaitRead()
}

// Write implements web.Conn.
func (l *link) Write(b []byte) (int, error) {
	l.bound(l.sending)
	return l.Conn.Write(b)
}

func (l *link) bound(d time.Duration) {
	if d > 0 {
		l.SetTimeout(d)
	}
}

// close ends the connection.
func (l *link) close() {
	l.web.Release()
	if l.top != web.Conn(l) {
		l.top.Close()
		return
	}
	l.Close()
}
