package lbgroup

import "time"

// Transaction is one request's search for a member that accepts its connection.
// It is a value of its own, but it must not be copied after its first use.
//
//	for {
//		choice := tx.Next(now)
//		if choice.Server == "" {
//			return // answer with an error: choice.Why says why
//		}
//		if err := dial(choice.Server); err != nil {
//			tx.Failed(now, err.Error())
//			continue
//		}
//		tx.Connected()
//		exchange()
//		tx.Released()
//		return
//	}
//
// A caller that gives up between Next and Connected just drops the transaction.
type Transaction struct {
	group   *Group
	request Request
	tried   slotSet
	epoch   uint32 // of the group at the last Next
	slot    uint16 // of the last choice
	current uint32 // epoch of its member
	plan    plan
	stage   stage
	end     Why
}

// stage is where a transaction is.
type stage uint8

const (
	choosing   stage = iota // asks for a member
	attempting              // has one, and knows not yet whether it accepts
	connected
	ended
)

// Request is what the choice of a member depends on.
type Request struct {
	Hash   uint64 // HashClient or HashHeader; only Hash reads it
	Affine string // the member that serves the session, see Group.Affine; may be empty
}

// Choice is the member to try, or none, and why.
type Choice struct {
	Server string
	Why    Why
}

// Why is the reason of a Choice.
type Why uint8

// The reasons for a member, then those for having none.
const (
	ByAlgorithm Why = iota
	ByAffinity      // it serves the session
	FirstOfList     // no member is up, and DataPower then selects the first
	TryEvery        // it is not up, but every member is tried
	NoMember        // none is enabled
	NoneUp          // no member is up, and GiveUpWhenAllMembersDown is on
	NoRetry         // the one attempt failed
	NoOtherUp       // every member that was up has failed
	EveryFailed     // every member was tried
	IsConnected     // the transaction has its member already
	whyCount    = iota
)

var whyWords = words{"reason", []string{
	"by the algorithm", "by affinity", "first of the list, as none is up", "every member is tried",
	"no member is enabled", "no member is up", "other members are not tried", "no other member is up",
	"every member was tried", "connected already",
}}

// String says it in words.
func (w Why) String() string { return whyWords.name(uint8(w)) }

// Begin returns the transaction of a request.
func (g *Group) Begin(r Request) Transaction { return Transaction{group: g, request: r} }

// Next returns the member to try next, or none when the transaction ends; it
// then repeats that end. The member of the session comes first if it is up. No
// member is tried twice, and those that join the group after the first Next are
// not tried (ours). A Next without Failed abandons the attempt before it.
func (t *Transaction) Next(now time.Duration) Choice {
	g := t.group
	g.Advance(now)
	switch {
	case t.stage == connected:
		return Choice{Why: IsConnected}
	case t.stage == ended:
		return Choice{Why: t.end}
	case t.plan == undecided:
		t.plan, t.epoch = planOf(&g.cfg, len(g.ups) > 0), g.epoch
		if slot, ok := t.affine(); ok {
			return t.attempt(slot, ByAffinity)
		}
	case t.plan != everyUp && t.plan != everyMember:
		return t.giveUp(NoRetry)
	}
	t.overlookNew()
	if slot, ok := g.choose(&t.tried, t.request.Hash); ok {
		return t.attempt(slot, ByAlgorithm)
	}
	return t.nextNotUp()
}

// affine returns the member that serves the session, if it is up.
func (t *Transaction) affine() (slot uint16, ok bool) {
	if t.request.Affine == "" {
		return 0, false
	}
	slot, ok = t.group.slots[t.request.Affine]
	return slot, ok && t.group.members[slot].state == Up
}

// nextNotUp goes on when no member that is up is left.
func (t *Transaction) nextNotUp() Choice {
	slot, ok := t.firstEnabled()
	switch {
	case t.tried.empty() && !ok:
		return t.giveUp(NoMember)
	case t.plan == noAttempt:
		return t.giveUp(NoneUp)
	case t.plan == everyUp:
		return t.giveUp(NoOtherUp)
	case t.plan == firstMember:
		return t.attempt(slot, FirstOfList)
	case ok:
		return t.attempt(slot, TryEvery)
	}
	return t.giveUp(EveryFailed)
}

// firstEnabled returns the first enabled member of the list that was not tried.
func (t *Transaction) firstEnabled() (uint16, bool) {
	for _, slot := range t.group.order {
		if t.group.members[slot].state != Disabled && !t.tried.has(slot) {
			return slot, true
		}
	}
	return 0, false
}

// overlookNew counts members that have joined since the last Next as tried:
// they may have the slots of members that were.
func (t *Transaction) overlookNew() {
	if t.epoch == t.group.epoch {
		return
	}
	for _, slot := range t.group.order {
		if t.group.members[slot].epoch > t.epoch {
			t.tried.add(slot)
		}
	}
	t.epoch = t.group.epoch
}

func (t *Transaction) attempt(slot uint16, why Why) Choice {
	m := &t.group.members[slot]
	t.stage, t.slot, t.current = attempting, slot, m.epoch
	t.tried.add(slot)
	return Choice{m.server, why}
}

func (t *Transaction) giveUp(why Why) Choice {
	t.stage, t.end = ended, why
	return Choice{Why: why}
}

// Failed says that the attempt at the member of the last Choice failed, with
// the reason for the log: Next has another, or ends.
func (t *Transaction) Failed(now time.Duration, reason string) {
	g := t.group
	g.Advance(now)
	if t.stage != attempting {
		return
	}
	t.stage = choosing
	if !t.present() {
		return
	}
	cause := CauseConnectFailed
	if t.plan == everyMember {
		cause = CauseTryEveryFailed
	}
	g.apply(now, t.slot, cause, reason)
}

// Connected says that the member of the last Choice has accepted the
// connection, which counts from now on until Released. It changes no state:
// only a health check or Damp brings a member up.
func (t *Transaction) Connected() {
	if t.stage != attempting {
		return
	}
	t.stage = connected
	if t.present() {
		t.group.setActive(t.slot, t.group.members[t.slot].active+1)
	}
}

// Released says that the connection is over. Only the first call counts.
func (t *Transaction) Released() {
	if t.stage != connected {
		return
	}
	t.stage, t.end = ended, IsConnected
	if t.present() {
		t.group.setActive(t.slot, t.group.members[t.slot].active-1)
	}
}

// present reports whether the chosen member still is in the group.
func (t *Transaction) present() bool { return t.group.members[t.slot].epoch == t.current }
