package member

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/cablepull/cablepull/node/cluster"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
)

// link is the connection that this member has opened to another one.
type link struct {
	to      netip.AddrPort
	session *session.Link     // nil: it is being opened
	waiting []session.Message // until it is
	over    bool
}

// inbound is the connection that another member has opened to this one.
type inbound struct {
	life *life
	link *session.Link
	from cluster.Member // after its hello
}

// hello is the first message on a connection: who calls, and which cluster's
// member it is.
const hello = "hello"

// addresses are those with which there is a connection, in order.
func (l *life) addresses() (all []netip.AddrPort) {
	for at := range l.links { // order: sorted below
		all = append(all, at)
	}
	for at := range l.inbound { // order: sorted below
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b netip.AddrPort) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Port(), b.Port()))
	})
	return slices.Compact(all)
}

// connect opens a connection, and tells the machine what became of it.
func (l *life) connect(to netip.AddrPort) {
	switch k := l.links[to]; {
	case k == nil:
		l.open(to)
	case k.session != nil:
		l.host.Scope().Post(sim.Func(func() { l.step(cluster.Opened{To: to}) }))
	}
}

// post sends a message on the connection to a member, and opens one if need be.
func (l *life) post(to netip.AddrPort, m session.Message) {
	k := l.links[to]
	if k == nil {
		k = l.open(to)
	}
	if k.session == nil {
		k.waiting = append(k.waiting, m)
		return
	}
	k.session.Post(m)
}

func (l *life) open(to netip.AddrPort) *link {
	k := &link{to: to}
	l.links[to] = k
	l.host.Go("cluster link", func(p *sim.Proc) { l.run(k) })
	return k
}

// run opens a connection and waits for its end: nobody says anything on it but
// this member.
func (l *life) run(k *link) {
	if k.over {
		return
	}
	conn, err := session.Dial(l.host, k.to, l.cfg.ConnectTimeout)
	switch {
	case k.over && err == nil:
		conn.Close()
		return
	case k.over:
		return
	case err != nil:
		l.lost(k)
		l.step(cluster.Failed{To: k.to})
		return
	}
	defer conn.Close()
	k.session = conn
	conn.Post(session.New(hello, l.cfg.Domain, l.self.Address.String(), l.self.Name, l.self.ID))
	conn.Post(k.waiting...)
	k.waiting = nil
	l.step(cluster.Opened{To: k.to})
	for err == nil {
		_, err = conn.Receive(0)
	}
	if !k.over {
		l.closed(k.to)
	}
}

func (l *life) lost(k *link) {
	k.over = true
	if l.links[k.to] == k {
		delete(l.links, k.to)
	}
}

// closed is the end of a connection that nobody here has closed.
func (l *life) closed(with netip.AddrPort) {
	l.disconnect(with)
	l.step(cluster.Closed{With: with})
}

// disconnect closes the connections with a member after what was posted.
func (l *life) disconnect(with netip.AddrPort) {
	if k := l.links[with]; k != nil {
		l.lost(k)
		if k.session != nil {
			k.session.Close()
		}
	}
	if in := l.inbound[with]; in != nil {
		delete(l.inbound, with)
		in.link.Close()
	}
}

// service is the member's port.
type service struct{ *Member }

// Open implements session.Service.
func (s service) Open(_ *sim.Proc, l *session.Link) session.Session {
	if s.life == nil {
		return nil
	}
	return &inbound{life: s.life, link: l}
}

// Receive implements session.Session.
func (in *inbound) Receive(_ *sim.Proc, m session.Message) bool {
	l := in.life
	if l.over {
		return false
	}
	if m.Verb == hello {
		return in.greet(m)
	}
	if in.from.ID == "" || l.inbound[in.from.Address] != in {
		return false
	}
	if m.Verb == letter {
		l.step(cluster.Heard{From: in.from.Address})
		l.receive(in.from, m)
		return true
	}
	msg, err := cluster.Parse(cluster.Kind(m.Verb), m.Fields)
	if err != nil {
		return false
	}
	l.step(cluster.Received{Message: msg})
	return true
}

// greet learns who calls. A member of another cluster is refused. The
// connections of an earlier life of the caller, which has ended without a word,
// make way.
func (in *inbound) greet(m session.Message) bool {
	at, err := netip.ParseAddrPort(m.Field(1))
	if err != nil || m.Field(0) != in.life.cfg.Domain {
		return false
	}
	in.from = cluster.Member{Address: at, Name: m.Field(2), ID: m.Field(3)}
	if before := in.life.inbound[at]; before != nil {
		before.link.Abort()
		if k := in.life.links[at]; k != nil && before.from.ID != in.from.ID {
			in.life.lost(k)
			if k.session != nil {
				k.session.Abort()
			}
		}
	}
	in.life.inbound[at] = in
	return true
}

// Close implements session.Session.
func (in *inbound) Close() {
	l := in.life
	if l.inbound[in.from.Address] != in || !l.host.Scope().Alive() {
		return
	}
	delete(l.inbound, in.from.Address)
	l.closed(in.from.Address)
}
