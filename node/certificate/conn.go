package certificate

import (
	"crypto/tls"
	"io"
	"net"
	"time"

	"github.com/cablepull/cablepull/node/web"
)

// Error is what is wrong with TLS itself: the peer's certificate, its alert, or
// bytes that are not TLS. Errors of the connection beneath are returned as they
// are.
type Error struct{ Err error }

func (e *Error) Error() string { return "certificate: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Conn is one end of a secure connection. As with the connection beneath, one
// proc may read while another writes.
//
// crypto/tls guards both directions with locks, and a proc that waits for one
// would stop the loop. A reader takes the writer's lock only to report broken
// bytes, which TCP does not deliver.
type Conn struct {
	web.Conn // beneath
	tls      *tls.Conn
	beneath  beneath
	ahead    [1]byte // read by AwaitRead
	has      bool    // ahead has not been read yet
}

func newConn(c web.Conn) *Conn { return &Conn{Conn: c, beneath: beneath{Conn: c}} }

// handshake completes the handshake. HandshakeContext with a context that can
// end would start a goroutine.
func (c *Conn) handshake() error { return c.cause(c.tls.Handshake()) }

// AwaitRead implements web.Conn. What lies between the bytes that have arrived
// and those that can be read only crypto/tls knows, so it reads one of them.
func (c *Conn) AwaitRead() error {
	if c.has {
		return nil
	}
	n, err := c.tls.Read(c.ahead[:])
	c.has = n > 0
	return c.cause(err)
}

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	if c.has && len(b) > 0 {
		c.has = false
		return copy(b, c.ahead[:]), nil
	}
	n, err := c.tls.Read(b)
	return n, c.cause(err)
}

// Write implements net.Conn.
func (c *Conn) Write(b []byte) (int, error) {
	n, err := c.tls.Write(b)
	return n, c.cause(err)
}

// Close implements net.Conn. It tells the peer, without waiting, and closes the
// connection beneath.
func (c *Conn) Close() error { return c.tls.Close() }

// cause returns the error of the connection beneath, if there is one.
func (c *Conn) cause(err error) error {
	switch {
	case err == nil, err == io.EOF: // also if the peer has said that it closes
		return err
	case c.beneath.err != nil:
		return c.beneath.err
	}
	return &Error{err}
}

// beneath is the connection beneath as crypto/tls sees it.
type beneath struct {
	web.Conn
	err error // the last one
}

// Read implements net.Conn.
func (b *beneath) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	b.note(err)
	return n, err
}

// Write implements net.Conn.
func (b *beneath) Write(p []byte) (int, error) {
	n, err := b.Conn.Write(p)
	b.note(err)
	return n, err
}

func (b *beneath) note(err error) {
	if err != nil {
		b.err = err
	}
}

// SetWriteDeadline implements net.Conn. Only tls.Conn.Close calls it, which
// gives its alert five seconds of the wall clock. Here the alert is sent if
// there is room, and otherwise not at all.
func (b *beneath) SetWriteDeadline(time.Time) error { return b.Conn.SetWriteDeadline(longAgo) }

var longAgo = time.Unix(1, 0)

var (
	_ web.Conn = (*Conn)(nil)
	_ net.Conn = (*beneath)(nil)
)
