package web

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// pipe is one end of an in-memory connection whose calls park the calling proc.
// Bytes arrive after the latency of the wire.
type pipe struct {
	loop   *sim.Loop
	peer   *pipe
	local  netip.AddrPort
	reader *sim.Proc
	in     []byte
	ended  error // what Read returns once in is empty
	broken error // what Write returns
	due    time.Duration
	wrote  int // calls of Write
	mangle func([]byte) []byte
}

var errReset = errors.New("connection reset")

const wireLatency = 100 * time.Microsecond

// newPipe returns the two ends of a connection: the client's and the server's.
func newPipe(loop *sim.Loop) (client, server *pipe) {
	client = &pipe{loop: loop, local: netip.MustParseAddrPort("192.0.2.201:40000")}
	server = &pipe{loop: loop, local: netip.MustParseAddrPort("192.0.2.11:80")}
	client.peer, server.peer = server, client
	return client, server
}

func (c *pipe) Read(b []byte) (int, error) {
	if err := c.AwaitRead(); err != nil {
		return 0, err
	}
	if len(c.in) == 0 {
		return 0, c.ended
	}
	n := copy(b, c.in)
	c.in = c.in[n:]
	return n, nil
}

func (c *pipe) AwaitRead() error {
	for len(c.in) == 0 && c.ended == nil {
		if c.due > 0 && c.loop.Now() >= c.due {
			return os.ErrDeadlineExceeded
		}
		c.reader = c.loop.Current()
		c.reader.Park()
	}
	return nil
}

func (c *pipe) Write(b []byte) (int, error) {
	if c.broken != nil {
		return 0, c.broken
	}
	c.wrote++
	sent := append([]byte(nil), b...)
	if c.mangle != nil {
		sent = c.mangle(sent)
	}
	c.loop.After(wireLatency, sim.Func(func() {
		c.peer.in = append(c.peer.in, sent...)
		c.peer.wake()
	}))
	return len(b), nil
}

func (c *pipe) end(mine, theirs error) {
	if c.broken != nil {
		return
	}
	c.ended, c.broken, c.in = mine, mine, nil
	c.wake()
	c.loop.After(wireLatency, sim.Func(func() {
		if c.peer.ended == nil {
			c.peer.ended = theirs
			c.peer.wake()
		}
	}))
}

func (c *pipe) wake() {
	if c.reader != nil {
		c.reader.Wake()
	}
}

func (c *pipe) Close() error { c.end(net.ErrClosed, io.EOF); return nil }
func (c *pipe) Abort()       { c.end(net.ErrClosed, errReset) }

func (c *pipe) SetTimeout(d time.Duration) {
	if c.due = 0; d == 0 {
		return
	}
	c.due = c.loop.Now() + d
	c.loop.After(d, sim.Func(c.wake))
}

func (c *pipe) LocalAddr() net.Addr                { return net.TCPAddrFromAddrPort(c.local) }
func (c *pipe) RemoteAddr() net.Addr               { return net.TCPAddrFromAddrPort(c.peer.local) }
func (c *pipe) RemoteAddrPort() netip.AddrPort     { return c.peer.local }
func (c *pipe) SetDeadline(t time.Time) error      { return nil }
func (c *pipe) SetReadDeadline(t time.Time) error  { return nil }
func (c *pipe) SetWriteDeadline(t time.Time) error { return nil }

// acceptQueue is a listener that is handed its connections.
type acceptQueue struct {
	proc    *sim.Proc
	loop    *sim.Loop
	waiting []net.Conn
	closed  bool
}

func (d *acceptQueue) connect() *pipe {
	client, server := newPipe(d.loop)
	d.waiting = append(d.waiting, server)
	if d.proc != nil {
		d.proc.Wake()
	}
	return client
}

func (d *acceptQueue) Accept() (net.Conn, error) {
	for len(d.waiting) == 0 {
		if d.closed {
			return nil, net.ErrClosed
		}
		d.proc = d.loop.Current()
		d.proc.Park()
	}
	c := d.waiting[0]
	d.waiting = d.waiting[1:]
	return c, nil
}

func (d *acceptQueue) Close() error   { d.closed = true; d.proc.Wake(); return nil }
func (d *acceptQueue) Addr() net.Addr { return nil }
