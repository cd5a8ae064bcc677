package forward

import (
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// link is a connection to a server.
type link struct {
	*host.Conn
	web     *web.Link
	silence time.Duration // limit of each read and write; 0: none
	used    bool          // it has carried a request
}

func newLink(conn *host.Conn) *link {
	l := &link{Conn: conn}
	l.web = web.NewLink(l)
	return l
}

// limit bounds the next exchange.
func (l *link) limit(limits Limits) {
	l.silence = limits.Silence
	l.SetTimeout(limits.Answer)
}

// Read implements web.Conn.
func (l *link) Read(b []byte) (int, error) {
	l.bound()
	return l.Conn.Read(b)
}

// AwaitRead implements web.Conn.
func (l *link) AwaitRead() error {
	l.bound()
	return l.Conn.AwaitRead()
}

// Write implements web.Conn.
func (l *link) Write(b []byte) (int, error) {
	l.bound()
	return l.Conn.Write(b)
}

func (l *link) bound() {
	if l.silence > 0 {
		l.SetTimeout(l.silence)
	}
}

// close ends the connection.
func (l *link) close() {
	l.web.Release()
	l.Close()
}
