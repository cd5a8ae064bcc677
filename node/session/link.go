package session

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
)

// Link is one end of a connection that carries messages. One proc may receive
// while others send.
type Link struct {
	conn   *host.Conn
	spawn  func(string, func(*sim.Proc)) *sim.Proc
	in     []byte // in[begin:] has come and was not received yet
	begin  int
	writer *sim.Proc // writes what is posted; nil: nothing was posted yet

	out, spare []byte
	posted     int // bytes since the beginning
	taken      int // of them, those that TCP has taken
	waiting    []*sim.Proc
	failed     error // of the writer; the connection is over
	closing    bool  // it ends once all is written
	over       bool
}

// Dial opens a connection and parks until it is established. A timeout of 0
// leaves it to the stack, which gives up after 127 s. Errors are those of
// host.Dial.
func Dial(h *host.Host, target netip.AddrPort, timeout time.Duration) (*Link, error) {
	conn, err := h.Dial(target, timeout)
	if err != nil {
		return nil, err
	}
	return newLink(h, conn), nil
}

func newLink(h *host.Host, conn *host.Conn) *Link {
	return &Link{conn: conn, spawn: h.Go}
}

// Conn returns the connection, for its addresses and options. Only the link
// reads and writes it.
func (l *Link) Conn() *host.Conn { return l.conn }

// Receive parks until a message has come. It fails with host.ErrTimeout after
// the time given, 0 meaning never; with io.EOF when the peer has closed the
// connection; and with an error that matches ErrMessage when what has come is
// none, after which nothing more can be received.
func (l *Link) Receive(within time.Duration) (Message, error) {
	if l.over {
		return Message{}, fmt.Errorf("session: receive: %w", host.ErrClosed)
	}
	l.conn.SetReadTimeout(within)
	line, err := l.line()
	if err != nil {
		return Message{}, err
	}
	return Parse(line)
}

// line returns the next line without its end; it is valid until the next call.
// What has come of a line stays when its rest is late.
func (l *Link) line() ([]byte, error) {
	for searched := l.begin; ; {
		if n := bytes.IndexByte(l.in[searched:], '\n'); n >= 0 {
			line := l.in[l.begin : searched+n]
			l.begin = searched + n + 1
			return line, nil
		}
		if have := len(l.in) - l.begin; have > Max {
			return nil, fmt.Errorf("session: receive: got %d bytes without an end, want at most %d: %w", have, Max, ErrMessage)
		}
		if l.begin > 0 {
			l.in, l.begin = l.in[:copy(l.in, l.in[l.begin:])], 0
		}
		searched = len(l.in)
		l.in = slices.Grow(l.in, readAtLeast)
		n, err := l.conn.Read(l.in[len(l.in):cap(l.in)])
		l.in = l.in[:len(l.in)+n]
		if n == 0 && err != nil {
			return nil, err
		}
	}
}

// readAtLeast is how much room a read has.
const readAtLeast = 2048

// Buffered reports whether something that has come was not received yet.
func (l *Link) Buffered() bool { return len(l.in) > l.begin }

// Post sends messages without waiting: they are written in the order of the
// calls, and those of one instant together. What is posted to a connection that
// breaks is lost; Receive tells that.
func (l *Link) Post(messages ...Message) {
	if l.failed != nil || l.closing || l.over || len(messages) == 0 {
		return
	}
	before := len(l.out)
	for _, m := range messages {
		l.out = m.Append(l.out)
	}
	l.posted += len(l.out) - before
	if l.writer == nil {
		l.writer = l.spawn("session writer", l.write)
	} else {
		l.writer.Wake()
	}
}

// Send posts messages and parks until TCP has taken them, which says nothing
// about the peer: they may wait in the machine's own buffer, and a peer that
// reads nothing stops the sender only when that is full. It fails with
// host.ErrTimeout after the time given, 0 meaning never; the messages may still
// be sent then.
func (l *Link) Send(p *sim.Proc, within time.Duration, messages ...Message) error {
	l.Post(messages...)
	upto := l.posted
	var late bool
	if within > 0 {
		timer := p.Scope().NewTimer(sim.Func(func() { late = true; p.Wake() }))
		timer.Reset(within)
		defer timer.Stop()
	}
	for l.taken < upto {
		switch {
		case l.failed != nil:
			return l.failed
		case l.over:
			return fmt.Errorf("session: send: %w", host.ErrClosed)
		case late:
			return fmt.Errorf("session: send: %w", host.ErrTimeout)
		}
		l.waiting = append(l.waiting, p)
		p.Park()
	}
	return l.failed
}

// Unsent returns how many posted bytes TCP has not taken yet: more than none
// for longer than an instant means that the peer does not read, or cannot be
// reached.
func (l *Link) Unsent() int { return l.posted - l.taken }

// write is the writer: it ends with the link.
func (l *Link) write(p *sim.Proc) {
	for {
		if len(l.out) == 0 {
			if l.closing {
				l.end()
			}
			if l.over {
				return
			}
			p.Park()
			continue
		}
		b := l.out
		l.out, l.spare = l.spare[:0], nil
		_, err := l.conn.Write(b)
		l.spare = b
		if err != nil {
			l.failed = err
			l.wake()
			return
		}
		l.taken += len(b)
		l.wake()
	}
}

func (l *Link) wake() {
	waiting := l.waiting
	l.waiting = nil
	for _, p := range waiting {
		p.Wake()
	}
}

// Close ends the connection once what is posted has been written. A Receive
// that is in progress fails then.
func (l *Link) Close() {
	if l.over || l.closing {
		return
	}
	l.closing = true
	if l.writer == nil || l.failed != nil {
		l.end()
		return
	}
	l.writer.Wake()
}

func (l *Link) end() {
	if !l.over {
		l.over = true
		l.conn.Close()
		l.wake()
	}
}

// Abort ends the connection at once, with a reset.
func (l *Link) Abort() {
	if l.over {
		return
	}
	l.over = true
	l.conn.Abort()
	l.wake()
	if l.writer != nil {
		l.writer.Wake()
	}
}
