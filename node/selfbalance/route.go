package selfbalance

import "time"

// Packet is a TCP segment to a virtual IP, as far as a decision needs it.
type Packet struct {
	Flow    Flow
	Segment Segment
	// Hops is how often members have forwarded it: 0 for a frame from elsewhere, 1
	// from the owner, 2 if another member has passed it on.
	Hops uint8
	// Known says that this machine has the connection. It is only read if
	// Machine.AsksKnown says so: finding out costs time.
	Known bool
	// Own says that a program of this machine sends it.
	Own bool
}

// Verdict is what becomes of a segment.
type Verdict uint8

// The verdicts.
const (
	Local   Verdict = iota // the own stack receives it
	Forward                // to the interface of a member
	PassOn                 // to that of the second choice, which must not pass it on
	Hold                   // until Decide
	Drop
	Refuse // drop, and tell the client: ICMP port unreachable
)

// Decision is a verdict, and the member that it names.
type Decision struct {
	Verdict  Verdict
	To       Slot
	Assigned bool // To was chosen for a new connection
	Lost     bool // the owner does not know the connection, and the stack decides
}

// AsksKnown reports whether Route reads Packet.Known.
func (m *Machine) AsksKnown(hops uint8) bool {
	return m.cfg.Recovery == RecoverBySecondChance || hops == 0 && !m.owner
}

// Route decides about one segment. No frame of a member is ever forwarded, even
// if two members are owners at once: it is delivered, or passed on once.
func (m *Machine) Route(now time.Duration, p *Packet) Decision {
	switch {
	case p.Own && m.cfg.Recovery == RecoverBySecondChance:
		return m.byHash(p)
	case p.Own:
		return m.byTable(now, p)
	case p.Hops >= 2:
		return m.here()
	case p.Hops == 1:
		return m.forwarded(now, p)
	case !m.owner:
		return m.misled(now, p)
	case m.cfg.Recovery == RecoverBySecondChance:
		return m.byHash(p)
	}
	return m.byTable(now, p)
}

func (m *Machine) here() Decision {
	m.counters.Local++
	return Decision{Verdict: Local, To: Self}
}

// to forwards to a member, or delivers if that is the machine itself.
func (m *Machine) to(s Slot, assigned bool) Decision {
	if s == Self {
		d := m.here()
		d.Assigned = assigned
		return d
	}
	m.counters.Forwarded++
	return Decision{Verdict: Forward, To: s, Assigned: assigned}
}

func (m *Machine) drop() Decision {
	m.counters.Dropped++
	return Decision{Verdict: Drop}
}

// Balances reports whether connections of the machine's own programs to a
// service are balanced. The owner chooses for them as for those of clients. Any
// other member serves them itself; a connection that it opened as the owner
// stays where it is.
func (m *Machine) Balances(s Service) bool { return m.owner && m.balanced(s) }

// balanced reports whether connections to a service are for any of its members.
func (m *Machine) balanced(s Service) bool { return m.services[s] != nil && m.fixed(s) == "" }

// byTable routes as the owner with a table does.
func (m *Machine) byTable(now time.Duration, p *Packet) Decision {
	e := m.table.find(now, p.Flow.key())
	if e != nil && p.Segment == SYN && m.replaces(e) {
		m.table.Remove(e) // the client uses its port again, or nobody has answered
		e = nil
	}
	if e == nil {
		return m.unknown(now, p)
	}
	slot, before := e.Slot(), e.State()
	m.table.Note(now, e, p.Segment)
	m.syncAfter(now, e, before)
	if m.lost(slot) {
		return m.orphaned(p)
	}
	return m.to(slot, false)
}

// RouteKnown routes the segment of a client that concerns a connection in the
// owner's table, as Route does: what most segments do, in less time. It reports
// false, and has done nothing, if there is more to decide.
func (m *Machine) RouteKnown(now time.Duration, k Key, s Segment) (to Slot, known bool) {
	if !m.owner || m.cfg.Recovery != RecoverByRebuild && m.cfg.Recovery != RecoverNothing || s == SYN {
		return Self, false
	}
	e := m.table.store.find(k)
	if e == nil || e.due <= now || m.lost(e.slot) {
		return Self, false
	}
	to = e.slot
	m.table.Note(now, e, s)
	if to == Self {
		m.counters.Local++
	} else {
		m.counters.Forwarded++
	}
	return to, true
}

// replaces reports whether a SYN begins a connection in the place of another.
func (m *Machine) replaces(e *Entry) bool {
	return Reusable(e.State()) || m.cfg.ResetDead && m.lost(e.Slot())
}

// remember adds a connection whose SYN has passed; nil: the table is full, and
// keeps what it has.
func (m *Machine) remember(now time.Duration, f Flow, v *service, to Slot) *Entry {
	e, added := m.table.Add(now, f, v.index, to, None)
	if !added {
		return nil
	}
	m.table.Note(now, e, SYN)
	return e
}

// lost reports whether the member of a slot cannot be heard.
func (m *Machine) lost(s Slot) bool { return s != Self && !m.peers[s].alive }

// orphaned routes a segment whose member is lost.
func (m *Machine) orphaned(p *Packet) Decision {
	if m.cfg.ResetDead {
		return m.here() // the stack answers with RST
	}
	return m.drop()
}

// unknown routes the owner's segment of a connection that is not in the table.
func (m *Machine) unknown(now time.Duration, p *Packet) Decision {
	v := m.services[p.Flow.Service()]
	switch {
	case v == nil || m.fixed(p.Flow.Service()) != "" || p.Own && !m.owner:
		return m.here() // not balanced; without a listener the stack resets it
	case m.rebuild.blind() && !(p.Own && p.Segment == SYN): // an own one is new
		m.counters.Held++
		return Decision{Verdict: Hold}
	case p.Segment != SYN:
		d := m.here() // the symptom of a lost table: RST
		d.Lost = true
		m.counters.Unknown++
		return d
	}
	slot, found := v.scheduler.Schedule(p.Flow, &v.members)
	if !found {
		m.counters.Refused++
		return Decision{Verdict: Refuse}
	}
	if m.remember(now, p.Flow, v, slot) == nil {
		return m.drop()
	}
	m.counters.Assigned++
	return m.to(slot, true)
}

// byHash routes as an owner without a table: the connection itself says who has
// it.
func (m *Machine) byHash(p *Packet) Decision {
	v := m.services[p.Flow.Service()]
	if v == nil || m.fixed(p.Flow.Service()) != "" {
		return m.here()
	}
	first, second, found := Rendezvous(p.Flow, &v.members)
	switch {
	case !found || p.Segment == SYN && v.members.Weights[first] == 0:
		m.counters.Refused++
		return Decision{Verdict: Refuse}
	case p.Segment == SYN:
		m.counters.Assigned++
		return m.to(first, true)
	case first != Self:
		return m.to(first, false)
	}
	return m.keepOrPass(p, second)
}

// forwarded routes a segment that another member has forwarded to this one.
func (m *Machine) forwarded(now time.Duration, p *Packet) Decision {
	v := m.services[p.Flow.Service()]
	switch {
	case m.cfg.Recovery != RecoverBySecondChance && m.owner && m.balanced(p.Flow.Service()):
		return m.entrusted(now, p, v)
	case m.cfg.Recovery != RecoverBySecondChance || v == nil || p.Segment == SYN:
		return m.here()
	}
	first, second, found := Rendezvous(p.Flow, &v.members)
	switch {
	case !found:
		return m.here()
	case first == Self:
		return m.keepOrPass(p, second)
	}
	return m.keepOrPass(p, first)
}

// entrusted routes a segment that a member has forwarded to the owner, which
// may not forward it again. If it is a SYN, the owner serves the connection
// itself, and remembers that for segments that come to it directly, unless
// another member has it: the client repeats the SYN, and may find the owner.
func (m *Machine) entrusted(now time.Duration, p *Packet, v *service) Decision {
	e := m.table.find(now, p.Flow.key())
	switch {
	case e != nil && e.Slot() == Self:
		before := e.State()
		m.table.Note(now, e, p.Segment)
		m.syncAfter(now, e, before)
	case p.Segment != SYN:
	case e != nil && !m.replaces(e):
		return m.drop()
	case m.rebuild.blind() && e == nil:
		m.counters.Held++
		return Decision{Verdict: Hold} // another member may have it
	default:
		if m.remember(now, p.Flow, v, Self) == nil {
			return m.drop()
		}
	}
	return m.here()
}

// keepOrPass delivers a segment of a connection that this machine has, and
// passes others on to another member.
func (m *Machine) keepOrPass(p *Packet, other Slot) Decision {
	if p.Known || other == Self {
		return m.here()
	}
	m.counters.PassedOn++
	return Decision{Verdict: PassOn, To: other}
}
