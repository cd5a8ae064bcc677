package host

import (
	"bytes"
	"net"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/cablepull/cablepull/sim"
)

// Conn is a TCP connection for procs: Read and Write park the proc that calls
// them. One proc may read while another writes; two procs must not read, or
// write, at the same time.
type Conn struct {
	host   *Host
	life   *kernelState
	ep     tcpip.Endpoint
	queue  *waiter.Queue
	entry  waiter.Entry
	local  netip.AddrPort
	remote netip.AddrPort
	closed bool

	received flow // once it is established
	onEnd    func()

	reader, writer wait
	unsent         []byte            // of the current Write
	source         bytes.Reader      // of unsent
	target         tcpip.SliceWriter // of the current Read
}

// interest is every event that a parked proc may be waiting for. notify decides
// which wake a proc: most events of a connection concern neither a parked
// reader nor a parked writer.
const interest = waiter.ReadableEvents | waiter.WritableEvents | waiter.EventHUp | waiter.EventErr

func newConn(h *Host, ep tcpip.Endpoint, queue *waiter.Queue, remote netip.AddrPort) *Conn {
	c := &Conn{host: h, life: h.kernelState, ep: ep, queue: queue, remote: remote}
	if local, err := ep.GetLocalAddress(); err == nil {
		c.local = addrPort(local)
	}
	// A request must not wait for the acknowledgement of the one before.
	ep.SocketOptions().SetDelayOption(false)
	c.entry = waiter.NewFunctionEntry(interest, c.notify)
	queue.EventRegister(&c.entry)
	return c
}

// notify runs while the stack processes segments, with locks of the endpoint
// held and perhaps on a goroutine of the stack, so it may only wake procs.
func (c *Conn) notify(mask waiter.EventMask) {
	const over = waiter.EventHUp | waiter.EventErr
	if mask&(waiter.ReadableEvents|over) != 0 {
		c.reader.wake()
	}
	if mask&(waiter.WritableEvents|over) != 0 {
		c.writer.wake()
	}
	if c.onEnd != nil && mask&(waiter.ReadableEvents|over) != 0 {
		c.host.programs.Post(sim.Func(c.look))
	}
}

// OnEnd calls f, once and as an event of the loop, when the peer has ended the
// connection or it has broken, while a proc waits for something else; nil calls
// nobody.
func (c *Conn) OnEnd(f func()) {
	c.onEnd = f
	if f != nil {
		c.host.programs.Post(sim.Func(c.look))
	}
}

// look calls who waits for the end, if it has come.
func (c *Conn) look() {
	f := c.onEnd
	if f == nil || !c.ended() {
		return
	}
	c.onEnd = nil
	f()
}

// ended reports whether nothing more will come: the peer has sent its last
// byte, though some may not be read yet.
func (c *Conn) ended() bool {
	const over = waiter.EventRdHUp | waiter.EventHUp | waiter.EventErr
	return c.gone() || c.closed || c.ep.Readiness(waiter.ReadableEvents|over)&over != 0
}

// gone reports whether the machine crashed since the connection was made: then
// only the defers of unwinding procs still use it.
func (c *Conn) gone() bool { return c.host.kernelState != c.life || c.life == nil }

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.target = b
	c.host.loop.Await((*reading)(c))
	c.target = nil
	return c.reader.done, c.reader.err
}

// reading is a Read in progress.
type reading Conn

// Try implements sim.Attempt.
func (r *reading) Try() bool {
	c, w := (*Conn)(r), &r.reader
	w.unblock()
	w.done, w.err = 0, nil
	if c.gone() || c.closed {
		w.err = ErrClosed
		return true
	}
	result, err := c.ep.Read(&c.target, tcpip.ReadOptions{})
	c.host.settle() // reading may open the window and send an update
	switch err.(type) {
	case nil:
		w.done = result.Count
	case *tcpip.ErrWouldBlock:
		w.err = w.block(c.host, "tcp", "read")
		return w.err != nil
	default:
		w.err = failure("read", c.remote, err)
	}
	return true
}

// AwaitRead parks until Read would not: bytes have arrived, or the connection
// has ended. Its error is ErrTimeout's or ErrClosed.
func (c *Conn) AwaitRead() error {
	c.host.loop.Await((*awaitingRead)(c))
	return c.reader.err
}

// awaitingRead is an AwaitRead in progress.
type awaitingRead Conn

// Try implements sim.Attempt.
func (r *awaitingRead) Try() bool {
	c, w := (*Conn)(r), &r.reader
	w.unblock()
	w.err = nil
	if c.gone() || c.closed {
		w.err = ErrClosed
		return true
	}
	if c.ep.Readiness(waiter.ReadableEvents) != 0 {
		return true
	}
	w.err = w.block(c.host, "tcp", "read")
	return w.err != nil
}

// Quiet reports whether the connection is open and has nothing to read: neither
// bytes nor its end have come.
func (c *Conn) Quiet() bool {
	const something = waiter.ReadableEvents | waiter.EventHUp | waiter.EventErr
	return !c.gone() && !c.closed && c.ep.Readiness(something) == 0
}

// Write implements net.Conn.
func (c *Conn) Write(b []byte) (int, error) {
	c.unsent, c.writer.done = b, 0
	c.host.loop.Await((*writing)(c))
	c.unsent = nil
	return c.writer.done, c.writer.err
}

// writing is a Write in progress.
type writing Conn

// Try implements sim.Attempt.
func (r *writing) Try() bool {
	c, w := (*Conn)(r), &r.writer
	w.unblock()
	w.err = nil
	if c.gone() || c.closed {
		w.err = ErrClosed
		return true
	}
	for {
		c.source.Reset(c.unsent)
		n, err := c.ep.Write(&c.source, tcpip.WriteOptions{})
		c.host.settle()
		c.unsent = c.unsent[n:]
		w.done += int(n)
		switch err.(type) {
		case nil:
			if len(c.unsent) == 0 {
				return true
			}
		case *tcpip.ErrWouldBlock:
			w.err = w.block(c.host, "tcp", "write")
			return w.err != nil
		default:
			w.err = failure("write", c.remote, err)
			return true
		}
	}
}

// Close implements net.Conn: it sends FIN after the written data.
func (c *Conn) Close() error {
	if !c.release() {
		return nil
	}
	c.host.loop.Await((*closing)(c))
	return nil
}

// closing is a Close or Abort in progress.
type closing Conn

// Try implements sim.Attempt.
func (c *closing) Try() bool {
	c.ep.Close()
	c.host.settle()
	return true
}

// Abort ends the connection with RST.
func (c *Conn) Abort() {
	if !c.release() {
		return
	}
	// SO_LINGER of 0: closing resets.
	c.ep.SocketOptions().SetLinger(tcpip.LingerOption{Enabled: true})
	c.host.loop.Await((*closing)(c))
}

// release detaches the connection from its endpoint, once, and reports whether
// the endpoint still has to be closed.
func (c *Conn) release() bool {
	if c.closed {
		return false
	}
	c.closed = true
	if c.gone() {
		return false
	}
	c.life.flows.remove(c)
	c.queue.EventUnregister(&c.entry)
	for _, w := range []*wait{&c.reader, &c.writer} {
		w.stop()
		w.wake() // a proc parked on a connection that another proc closes
	}
	return true
}

// LocalAddrPort returns the machine's side of the connection.
func (c *Conn) LocalAddrPort() netip.AddrPort { return c.local }

// RemoteAddrPort returns the peer's side of the connection.
func (c *Conn) RemoteAddrPort() netip.AddrPort { return c.remote }

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// SetTimeout makes all reads and writes fail once d has passed, including those
// in progress; 0 means never.
func (c *Conn) SetTimeout(d time.Duration) {
	until := c.host.timeout(d)
	c.reader.bound(c.host, until)
	c.writer.bound(c.host, until)
}

// SetReadTimeout is SetTimeout for reads only.
func (c *Conn) SetReadTimeout(d time.Duration) { c.reader.bound(c.host, c.host.timeout(d)) }

// SetDeadline implements net.Conn; Instant converts an instant to a time.
func (c *Conn) SetDeadline(t time.Time) error {
	c.reader.bound(c.host, c.host.deadline(t))
	c.writer.bound(c.host, c.host.deadline(t))
	return nil
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.reader.bound(c.host, c.host.deadline(t))
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.writer.bound(c.host, c.host.deadline(t))
	return nil
}

// SetUserTimeout ends the connection once sent data, or keepalive probes, have
// not been acknowledged for d (RFC 5482); 0 leaves it to the stack, which gives
// up after 15 retransmissions.
func (c *Conn) SetUserTimeout(d time.Duration) {
	if c.gone() || c.closed {
		return
	}
	option := tcpip.TCPUserTimeoutOption(d)
	must(c.ep.SetSockOpt(&option))
	c.host.settle()
}

// KeepAlive is when an idle connection is probed (RFC 1122 §4.2.3.6).
type KeepAlive struct {
	Idle     time.Duration // without a segment from the peer until the first probe
	Interval time.Duration // between probes, and from the last one to the end
	Count    int           // unanswered probes that end the connection
}

// SetKeepAlive makes the stack probe the connection while nothing it sent waits
// for an acknowledgement.
func (c *Conn) SetKeepAlive(k KeepAlive) {
	if c.gone() || c.closed {
		return
	}
	idle, interval := tcpip.KeepaliveIdleOption(k.Idle), tcpip.KeepaliveIntervalOption(k.Interval)
	must(c.ep.SetSockOpt(&idle))
	must(c.ep.SetSockOpt(&interval))
	must(c.ep.SetSockOptInt(tcpip.KeepaliveCountOption, k.Count))
	c.ep.SocketOptions().SetKeepAlive(true)
	c.host.settle()
}

var _ net.Conn = (*Conn)(nil)
