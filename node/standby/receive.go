package standby

import (
	"cmp"
	"net/netip"

	"github.com/cablepull/cablepull/node/planted"
	"github.com/cablepull/cablepull/node/wire"
)

// receive turns a message into an event of the table. A machine that is not
// running ignores it.
func (t *turn) receive(from netip.Addr, m wire.Message) {
	if t.state == Initial {
		return
	}
	if reason := t.check(from, m); reason != 0 {
		t.emit(Rejected{from, reason})
		return
	}
	t.heard = m
	switch m.Opcode {
	case wire.OpHello:
		t.counters.HellosReceived++
		t.hello(from, m)
	case wire.OpCoup:
		t.counters.CoupsReceived++
		if t.outranked(from, m) {
			t.apply(CauseCoup)
		} else {
			t.won()
		}
	case wire.OpResign:
		t.counters.ResignsReceived++
		t.won()
		if from == t.active || t.cfg.Profile == RFC2281 {
			t.loseActive()
			t.apply(CauseResign)
		}
	}
}

// check decides whether to accept a message, and counts rejections. It returns
// the first reason that applies.
func (t *turn) check(from netip.Addr, m wire.Message) Reason {
	if m.Opcode > wire.OpResign {
		return ReasonOpcode
	}
	if m.Group != t.cfg.Group {
		t.counters.GroupMismatches++
		return ReasonGroup
	}
	if from == t.cfg.Address {
		t.counters.SelfReceived++
		return ReasonSelf
	}
	if m.Auth != t.cfg.Auth {
		t.counters.AuthFailures++
		return ReasonAuth
	}
	if t.cfg.VirtualIP.IsValid() && m.VirtualIP != t.cfg.VirtualIP {
		t.counters.VIPMismatches++
		if t.cfg.VIPMismatch == IgnoreMismatch {
			return ReasonVIPMismatch
		}
	}
	return 0
}

// hello handles events f, g, h, k and l.
func (t *turn) hello(from netip.Addr, m wire.Message) {
	if planted.In(planted.LowerHelloDiscarded) && !t.outranked(from, m) {
		return
	}
	cause, found := t.causeOf(from, m), false
	switch m.State {
	case wire.StateActive:
		if t.state == Learn && m.VirtualIP.IsUnspecified() {
			return // it cannot teach us the address
		}
		t.active, found, t.leaderless = from, t.leaderless, false
		if t.standby == from {
			t.standby = netip.Addr{}
		}
		if t.yield == yieldWaiting {
			t.yield = yieldHeard
		}
	case wire.StateStandby:
		t.standby = from
	}
	if t.state == Active && cause == CauseHigherActive && t.cfg.SpeakBeforeStepDown {
		t.send(wire.OpHello)
	}
	wasActive := t.state == Active
	t.apply(cause)
	if t.state == Active {
		t.active = netip.Addr{} // it is us, whatever the other assumes
	} else if found {
		t.advertise(wire.AdvertisePassive)
	}
	if wasActive && (cause == CauseLowerActive || cause == CausePreempt) {
		t.won()
	}
}

// causeOf maps a Hello to an event, by its sender's state and rank.
func (t *turn) causeOf(from netip.Addr, m wire.Message) Cause {
	higher := t.outranked(from, m)
	switch m.State {
	case wire.StateSpeak:
		if higher {
			return CauseHigherSpeak
		}
	case wire.StateActive:
		switch {
		case higher:
			return CauseHigherActive
		case t.cfg.Preempt && t.yield == yieldNone && t.now >= t.preemptAt:
			return CausePreempt
		}
		return CauseLowerActive
	case wire.StateStandby:
		// A member that yielded does not displace the Standby, although it is lower: it
		// is about to take over.
		if higher || t.yield == yieldWaiting && t.state == Listen {
			return CauseHigherStandby
		}
		return CauseLowerStandby
	}
	return CauseNone
}

// outranked reports whether the sender is higher than we are, by priority, then
// by address (RFC 2281 §5.3).
func (t *turn) outranked(from netip.Addr, m wire.Message) bool {
	if planted.In(planted.LostTieBreak) {
		return m.Priority > t.cfg.Priority
	}
	return cmp.Or(cmp.Compare(m.Priority, t.cfg.Priority), from.Compare(t.cfg.Address)) > 0
}

// won is called when an Active learns that another member claimed the role and
// lost it.
func (t *turn) won() {
	if t.state == Active && t.cfg.ReannounceOnWin && !planted.In(planted.NoAnnouncement) {
		t.do("I")
	}
}
