package selfbalance

import "time"

// misled routes a segment that a client sent to a member that is not the owner:
// the client has not learned yet that the address moved, and its connections
// may confirm for long what it believes. Who was the owner still knows where
// they live.
func (m *Machine) misled(now time.Duration, p *Packet) Decision {
	switch {
	case p.Known:
		return m.here()
	case m.cfg.Recovery == RecoverBySecondChance:
		return m.misledByHash(p)
	}
	e := m.table.find(now, p.Flow.key())
	if p.Segment == SYN && (e == nil || e.Slot() == Self || m.lost(e.Slot()) || m.replaces(e)) {
		return m.redirect(now, p)
	}
	if e == nil || e.Slot() == Self || m.lost(e.Slot()) {
		return m.drop()
	}
	slot := e.Slot()
	if p.Segment != OtherSegment { // an ICMP error, which prolongs nothing
		m.table.Note(now, e, p.Segment)
	}
	return m.to(slot, false)
}

// redirect sends the SYN of a new connection to the owner, which serves it
// itself: it may not forward what a member sends. Later segments that come here
// follow. It is dropped if there is not exactly one owner that may get new
// connections, or the service is not balanced.
func (m *Machine) redirect(now time.Duration, p *Packet) Decision {
	owner := m.onlyOwner()
	v := m.services[p.Flow.Service()]
	if owner == Self || !m.balanced(p.Flow.Service()) || v.members.Weights[owner] == 0 {
		return m.drop()
	}
	if m.remember(now, p.Flow, v, owner) == nil {
		return m.drop()
	}
	m.counters.Assigned++
	return m.to(owner, true)
}

// misledByHash routes a segment as the owner does that has no table, if there
// is an owner and it has the choice.
func (m *Machine) misledByHash(p *Packet) Decision {
	if m.onlyOwner() == Self || !m.balanced(p.Flow.Service()) {
		return m.drop()
	}
	if d := m.byHash(p); d.Verdict != Refuse {
		return d
	}
	return m.drop() // the owner tells the client
}

// onlyOwner returns the one member that says that it is the owner; Self if
// there is none, or more than one.
func (m *Machine) onlyOwner() Slot {
	owner := Self
	for _, p := range m.peers[1:] {
		switch {
		case !p.owner: // or lost
		case owner != Self:
			return Self
		default:
			owner = p.slot
		}
	}
	return owner
}
