package selfbalance

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
)

// peer is a member as another one sees it.
type peer struct {
	slot    Slot
	address netip.Addr
	mac     wire.MAC
	alive   bool
	lostAt  time.Duration // when it counts as lost, unless it is heard before
	window  balance.Window
	owner   bool
	boot    uint32
	offers  []balance.ServiceReport
	told    []WeightChanged // what the shell knows of the own weights

	answered uint32 // epoch of its last question to which it has all connections
}

// slotOf returns the slot of a member, which it gets when it is first heard. It
// fails with Self once there are too many.
func (m *Machine) slotOf(address netip.Addr) Slot {
	if slot, known := m.slots[address]; known {
		return slot
	}
	if len(m.peers) == MembersMax {
		return Self
	}
	slot := Slot(len(m.peers))
	m.slots[address] = slot
	m.peers = append(m.peers, &peer{slot: slot, address: address})
	return slot
}

// Slot returns the slot of a member, and whether it has one.
func (m *Machine) Slot(address netip.Addr) (Slot, bool) {
	slot, known := m.slots[address]
	return slot, known
}

// Member returns the address of a member.
func (m *Machine) Member(s Slot) netip.Addr { return m.peers[s].address }

// hear applies a message of another member.
func (m *Machine) hear(now time.Duration, msg balance.Message, mac wire.MAC) {
	h := msg.Head()
	switch {
	case !m.running:
		return
	case h.Sender == m.cfg.Address:
		m.refuse(h.Sender, "our own address")
		return
	case h.Group != m.cfg.Group:
		return // of another group on the segment
	}
	slot := m.slotOf(h.Sender)
	if slot == Self {
		m.refuse(h.Sender, "too many members")
		return
	}
	p := m.peers[slot]
	if !p.window.Accept(h.Boot, h.Sequence) {
		m.refuse(h.Sender, ReasonReplayed)
		return
	}
	if !mac.IsZero() && mac != p.mac {
		p.mac = mac
		m.do(MemberMoved{slot, mac})
	}
	if h.Boot != p.boot {
		m.rebooted(now, p, h.Boot)
	}
	switch msg := msg.(type) {
	case *balance.Report:
		m.hearReport(now, p, msg)
	case *balance.Request:
		m.hearRequest(p, msg)
	case *balance.Flows:
		m.hearFlows(now, p, msg)
	case *balance.Ack:
		m.hearAck(now, p, msg)
	}
}

// rebooted notes that a member's machine has booted anew, perhaps before its
// reports were missed: it has none of its connections any more. One of which
// only a SYN has come stays, as the new machine may have answered it. An owner
// that recovers by rebuild asks for what else is new.
func (m *Machine) rebooted(now time.Duration, p *peer, boot uint32) {
	p.boot, p.answered = boot, 0
	m.forgetSendings(p.address)
	for e := range m.table.All() {
		if e.Slot() == p.slot && e.State() != SynRecv {
			m.table.Remove(e)
		}
	}
	m.forgetSync(p.address)
	if p.alive { // a member that was lost is asked by its next report
		m.report(now)
		m.returned(now, p)
	}
}

// hearReport notes what a member can serve.
func (m *Machine) hearReport(now time.Duration, p *peer, r *balance.Report) {
	m.counters.ReportsReceived++
	p.lostAt = now + m.cfg.LostTime()
	p.owner = r.Owner
	if r.Owner && m.prepareAt != Never {
		m.prepareAt = min(m.prepareAt, now+m.cfg.ReportTime) // by then all members are heard
	}
	news := !p.alive
	if !slices.Equal(p.offers, r.Services) {
		p.offers = append(p.offers[:0], r.Services...)
		m.reweigh()
	}
	if !news {
		return
	}
	m.revive(now, p)
	m.returned(now, p)
}

// revive notes that a member is heard that was not.
func (m *Machine) revive(now time.Duration, p *peer) {
	p.alive = true
	m.do(MemberChanged{p.address, true})
	m.report(now) // so that it need not wait for ours
}

// lose notes that a member has missed its reports.
func (m *Machine) lose(p *peer) {
	if !p.alive {
		return
	}
	p.alive, p.owner = false, false
	m.do(MemberChanged{p.address, false})
	m.forgetSendings(p.address)
	if m.rebuild != nil {
		delete(m.rebuild.answers, p.slot)
	}
}
