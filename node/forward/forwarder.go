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
	host *host.Host
	keep int // idle connections to keep for each server
	idle map[netip.AddrPort][]*link
}

// New returns a forwarder that keeps up to keep idle connections for each
// server.
func New(h *host.Host, keep int) *Forwarder {
	return &Forwarder{host: h, keep: keep, idle: map[netip.AddrPort][]*link{}}
}

// Answer is an answer of which the head has arrived. Relay or Close must be
// called.
type Answer struct {
	*web.Head
	forwarder *Forwarder
	link      *link
	to        netip.AddrPort
	alone     bool
}

// Ask makes an attempt and waits for the head of the answer. Errors are of type
// *Error. A server may close an idle connection just when it is used again:
// then a safe request is repeated once, on a new one (RFC 9110 §9.2.2).
func (f *Forwarder) Ask(a Attempt) (Answer, error) {
	l, err := f.connect(a)
	if err != nil {
		return Answer{}, err
	}
	answer, err := f.ask(l, a)
	if err != nil && err.Stage == Waiting && l.used && gone(err.Err) && Safe(a.Request.Method) {
		if l, err = f.dial(a); err == nil {
			answer, err = f.ask(l, a)
		}
	}
	if err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// connect returns a connection for an attempt: one that was kept, or else a new
// one.
func (f *Forwarder) connect(a Attempt) (*link, *Error) {
	if !a.Alone {
		for kept := f.idle[a.To]; len(kept) > 0; kept = f.idle[a.To] {
			l := kept[len(kept)-1]
			kept[len(kept)-1] = nil
			f.idle[a.To] = kept[:len(kept)-1]
			if l.Quiet() {
				return l, nil
			}
			l.close() // the server has ended it, or sent what nobody asked for
		}
	}
	return f.dial(a)
}

func (f *Forwarder) dial(a Attempt) (*link, *Error) {
	conn, err := f.host.DialFrom(a.From, a.To, a.Limits.Connect)
	if err != nil {
		return nil, &Error{Connecting, err}
	}
	return newLink(conn), nil
}

// ask asks on a connection, which it closes if that fails.
func (f *Forwarder) ask(l *link, a Attempt) (Answer, *Error) {
	l.limit(a.Limits)
	err := l.web.Send(a.Request)
	if err == nil {
		err = l.web.Await()
	}
	if err != nil {
		l.close()
		return Answer{}, &Error{Waiting, err}
	}
	head, err := l.web.Head(a.Request)
	if err != nil {
		l.close()
		return Answer{}, &Error{Reading, err}
	}
	return Answer{head, f, l, a.To, a.Alone}, nil
}

// Relay sends the answer to the client. After an error nothing may have been
// sent yet: see web.Exchange.Answered. The error is the client's connection's,
// or that of the server's as an *Error.
func (a Answer) Relay(x *web.Exchange) error {
	err := x.Relay(a.Head)
	if err != nil {
		a.link.close()
		return &Error{Reading, err}
	}
	f := a.forwarder
	if a.Head.Close || a.alone || len(f.idle[a.to]) >= f.keep {
		a.link.close()
		return nil
	}
	a.link.used = true
	a.link.SetTimeout(0)
	f.idle[a.to] = append(f.idle[a.to], a.link)
	return nil
}

// Close ends the connection of an answer that nobody wants.
func (a Answer) Close() { a.link.close() }

// Drop closes the idle connections to a server.
func (f *Forwarder) Drop(to netip.AddrPort) {
	for _, l := range f.idle[to] {
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
