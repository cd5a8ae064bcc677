package forward

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// Forwarder has the connections of one program to its servers, during one boot
// of its machine.
type Forwarder struct {
	host  *host.Host
	keep  int // idle connections to keep for each server
	total int // and for all of them together; 0: no limit
	idle  map[netip.AddrPort][]*link
	order []*link // the idle ones with a total, the one unused for longest first
}

// New returns a forwarder that keeps up to keep idle connections for each
// server.
func New(h *host.Host, keep int) *Forwarder {
	return &Forwarder{host: h, keep: keep, idle: map[netip.AddrPort][]*link{}}
}

// NewPool returns a forwarder that keeps up to total idle connections, to
// whatever server. One too many ends the one that was unused for longest
// (nginx: keepalive of an upstream).
func NewPool(h *host.Host, total int) *Forwarder {
	f := New(h, total)
	f.total = total
	return f
}

// Connection is a connection to one server, for one request. Ask or Close must
// be called.
type Connection struct {
	*link
	forwarder *Forwarder
	attempt   *Attempt
}

// Who keeps track of connections compares them.
var _ map[Connection]struct{}

// Answer is an answer of which the head has arrived. Relay or Close must be
// called.
type Answer struct {
	*web.Head
	connection Connection
}

// Open returns a connection for an attempt: one that was kept, or else a new
// one. Errors are of type *Error.
func (f *Forwarder) Open(a Attempt) (Connection, error) {
	if !a.Alone {
		for kept := f.idle[a.To]; len(kept) > 0; kept = f.idle[a.To] {
			l := kept[len(kept)-1]
			kept[len(kept)-1] = nil
			f.idle[a.To] = kept[:len(kept)-1]
			f.taken(l)
			if l.Quiet() {
				return Connection{l, f, &a}, nil
			}
			l.close() // the server has ended it, or sent what nobody asked for
		}
	}
	return f.dial(a)
}

func (f *Forwarder) dial(a Attempt) (Connection, error) {
	began := f.host.Now()
	conn, err := f.host.DialFrom(a.From, a.To, a.Limits.Connect)
	if err != nil {
		return Connection{}, &Error{Connecting, err}
	}
	l := newLink(conn)
	l.to = a.To
	if a.Secure != nil {
		if err := l.secure(a, f.host.Now()-began); err != nil {
			return Connection{}, &Error{Connecting, err}
		}
	}
	return Connection{l, f, &a}, nil
}

// Reused reports whether the connection was kept from an earlier request.
func (c Connection) Reused() bool { return c.used }

// Abandon ends the connection under a proc that waits in Ask or Relay, which
// then fails. Another proc may call it.
func (c Connection) Abandon() { c.Conn.Close() }

// Ask makes an attempt and waits for the head of the answer. Errors are of type
// *Error.
func (f *Forwarder) Ask(a Attempt) (Answer, error) {
	c, err := f.Open(a)
	if err != nil {
		return Answer{}, err
	}
	return c.Ask()
}

// Ask sends the request and waits for the head of the answer. Errors are of
// type *Error; then the connection is closed. A server may close an idle
// connection just when it is used again: then a safe request is repeated once,
// on a new one (RFC 9110 §9.2.2).
func (c Connection) Ask() (Answer, error) {
	answer, err := c.ask()
	if err == nil {
		return answer, nil
	}
	if c.attempt.Once || err.Stage != Waiting || !c.used || !gone(err.Err) || !Safe(c.attempt.Request.Method) {
		return Answer{}, err
	}
	again, dialled := c.forwarder.dial(*c.attempt)
	if dialled != nil {
		return Answer{}, dialled
	}
	if answer, err = again.ask(); err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// ask asks on a connection, which it closes if that fails.
func (c Connection) ask() (Answer, *Error) {
	c.limit(c.attempt.Limits)
	err := c.web.Send(c.attempt.Request)
	if err == nil {
		err = c.web.Await()
	}
	if err != nil {
		c.close()
		return Answer{}, &Error{Waiting, err}
	}
	head, err := c.web.Head(c.attempt.Request)
	if err != nil {
		c.close()
		return Answer{}, &Error{Reading, err}
	}
	return Answer{head, c}, nil
}

// Close ends a connection that nobody needs.
func (c Connection) Close() { c.close() }

// Relay sends the answer to the client. After an error nothing may have been
// sent yet: see web.Exchange.Answered. The error is of type *Error, whether the
// server or the client has ended its connection.
func (a Answer) Relay(x *web.Exchange) error {
	c := a.connection
	if err := x.Relay(a.Head); err != nil {
		c.close()
		return &Error{Reading, err}
	}
	f, to := c.forwarder, c.attempt.To
	if a.Head.Close || c.attempt.Alone || len(f.idle[to]) >= f.keep {
		c.close()
		return nil
	}
	c.used = true
	c.SetTimeout(0)
	f.idle[to] = append(f.idle[to], c.link)
	f.kept(c.link)
	return nil
}

// kept ends the connection that was unused for longest, if there is one too
// many.
func (f *Forwarder) kept(l *link) {
	if f.total == 0 {
		return
	}
	f.order = append(f.order, l)
	if len(f.order) <= f.total {
		return
	}
	oldest := f.order[0]
	f.order = slices.Delete(f.order, 0, 1)
	f.idle[oldest.to] = slices.DeleteFunc(f.idle[oldest.to], func(l *link) bool { return l == oldest })
	oldest.close()
}

// taken notes that a connection is idle no longer.
func (f *Forwarder) taken(l *link) {
	if i := slices.Index(f.order, l); i >= 0 {
		f.order = slices.Delete(f.order, i, i+1)
	}
}

// Close ends the connection of an answer that nobody wants.
func (a Answer) Close() { a.connection.close() }

// Drop closes the idle connections to a server.
func (f *Forwarder) Drop(to netip.AddrPort) {
	for _, l := range f.idle[to] {
		f.taken(l)
		l.close()
	}
	delete(f.idle, to)
}

// Close closes all idle connections.
func (f *Forwarder) Close() {
	for _, to := range slices.SortedFunc(maps.Keys(f.idle), netip.AddrPort.Compare) {
		f.Drop(to)
	}
}
