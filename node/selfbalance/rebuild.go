package selfbalance

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/planted"
	"github.com/cablepull/cablepull/node/wire/balance"
)

// Reasons of a rebuild, as RecoveryBegan gives them.
const (
	AfterTakeover = "takeover"
	AfterHeal     = "heal"    // a member that was lost is heard again
	BeforePreempt = "preempt" // the member will take the role from another
)

// retryTime is how long to wait for an answer before asking again: many times
// that of a message on a segment, and a fraction of HoldTime.
const retryTime = 50 * time.Millisecond

// doubtTime is how long a rebuild waits for the owner before, if that has
// missed a report and answers nothing: three questions. The election may notice
// its death before its reports count as lost.
const doubtTime = 3 * retryTime

// windowMax is how many chunks of connections may be on their way at once:
// enough to fill a link of 1 Gbit/s for the 0.3 ms to an acknowledgement.
const windowMax = 32

// rebuild is the questions of a member that does not know the connections of
// the others.
type rebuild struct {
	reason   string
	epoch    uint32
	began    time.Duration
	deadline time.Duration
	asked    time.Duration
	again    time.Duration
	late     time.Duration    // until when members may answer that are counted as lost
	answers  map[Slot]*answer // of those that were asked
	flows    int
}

// answer is the chunks that a member has sent.
type answer struct {
	chunks  int // 0: none has arrived
	have    []uint64
	missing int
	givenUp bool // if none has arrived
}

// complete reports whether nothing more is waited for.
func (a *answer) complete() bool {
	if a.chunks == 0 {
		return a.givenUp
	}
	return a.missing == 0
}

func (r *rebuild) due() time.Duration {
	if r.complete() {
		return min(r.deadline, r.again, r.late)
	}
	return min(r.deadline, r.again)
}

// complete reports whether all that are waited for have answered.
func (r *rebuild) complete() bool {
	for _, a := range r.answers { // order: only whether there is one
		if !a.complete() {
			return false
		}
	}
	return true
}

// blind reports whether segments of unknown connections must wait.
func (r *rebuild) blind() bool { return r != nil && r.reason != BeforePreempt }

// recover begins what a new owner does to know the connections of others.
func (m *Machine) recover(now time.Duration) {
	if m.cfg.Recovery == RecoverByRebuild {
		m.ask(now, AfterTakeover, m.living())
		return
	}
	m.do(RecoveryBegan{AfterTakeover})
	m.do(RecoveryEnded{Reason: AfterTakeover, Flows: m.table.Len()})
}

// living returns the slots of the other members that are heard.
func (m *Machine) living() []Slot {
	var slots []Slot
	for _, p := range m.peers[1:] {
		if p.alive {
			slots = append(slots, p.slot)
		}
	}
	return slots
}

// returned is called when a member is heard after it was not. An owner does not
// know which connections it has: those of the other side of a partition, say.
func (m *Machine) returned(now time.Duration, p *peer) {
	if m.owner && m.cfg.Recovery == RecoverByRebuild {
		m.ask(now, AfterHeal, []Slot{p.slot})
	}
}

// prepare asks for the connections of the present owner's table before taking
// its role.
func (m *Machine) prepare(now time.Duration) {
	balanced := slices.ContainsFunc(m.peers[1:], func(p *peer) bool { return p.owner })
	if m.owner || m.cfg.Recovery != RecoverByRebuild || !balanced {
		m.ready = true
		m.do(Ready{})
		return
	}
	m.ask(now, BeforePreempt, m.living())
}

// ask begins to ask members for their connections, or asks further members.
func (m *Machine) ask(now time.Duration, reason string, members []Slot) {
	if m.rebuild == nil {
		m.begin(now, reason)
	}
	r := m.rebuild
	m.epoch++
	r.epoch = m.epoch
	for slot := range r.answers { // order: each is replaced
		r.answers[slot] = &answer{} // by the new number, they begin anew
	}
	for _, slot := range members {
		r.answers[slot] = &answer{}
	}
	m.do(Collect{For: m.cfg.Address, Epoch: r.epoch})
	m.request(now)
	m.endIfComplete(now)
}

func (m *Machine) begin(now time.Duration, reason string) {
	m.rebuild = &rebuild{
		reason: reason, epoch: m.epoch, began: now, deadline: now + m.cfg.HoldTime, again: now + retryTime, answers: map[Slot]*answer{},
	}
	m.do(RecoveryBegan{reason})
}

// request asks all members that have sent nothing yet. If it is about all, it
// also asks the whole group: a member that is counted as lost may live, because
// only its reports were lost.
func (m *Machine) request(now time.Duration) {
	r := m.rebuild
	r.asked, r.again = now, now+retryTime
	if r.reason != AfterHeal {
		m.do(Send{Message: &balance.Request{Header: m.header(balance.KindRequest, r.epoch), To: netip.IPv4Unspecified()}})
	}
	for _, p := range m.peers[1:] {
		if a := r.answers[p.slot]; a != nil && a.chunks == 0 {
			m.do(Send{To: p.address, Message: &balance.Request{Header: m.header(balance.KindRequest, r.epoch), To: p.address}})
		}
	}
}

// askAgain repeats the question, and ends the rebuild when it is too late.
func (m *Machine) askAgain(now time.Duration) {
	m.giveUp(now)
	switch r := m.rebuild; {
	case m.endIfComplete(now):
	case now >= r.deadline:
		m.endRebuild(now)
	case now >= r.again:
		m.request(now)
	}
}

// giveUp ends the waiting for an owner that probably lives no more.
func (m *Machine) giveUp(now time.Duration) {
	r := m.rebuild
	if r.reason != AfterTakeover || now < r.began+doubtTime {
		return // without a takeover nobody says that the owner is dead
	}
	for slot, a := range r.answers { // order: each by itself
		p := m.peers[slot]
		reported := p.lostAt - m.cfg.LostTime()
		a.givenUp = p.owner && r.began-reported > m.cfg.ReportTime*3/2
	}
}

// hearFlows takes a chunk of a member's connections into the table.
func (m *Machine) hearFlows(now time.Duration, p *peer, f *balance.Flows) {
	if f.To != m.cfg.Address || int(f.Chunk) >= int(f.Chunks) {
		return
	}
	m.counters.FlowsReceived++
	m.do(Send{To: p.address, Message: &balance.Ack{Header: m.header(balance.KindAck, f.Epoch), To: p.address, Chunk: f.Chunk}})
	if !p.alive {
		m.found(now, p, f.Epoch)
	}
	r := m.rebuild
	if r == nil || f.Epoch != r.epoch {
		return // an answer to an earlier question
	}
	a := r.answers[p.slot]
	if a == nil {
		return
	}
	if a.chunks == 0 {
		r.late = now + (now - r.asked)
	}
	if !a.take(int(f.Chunk), int(f.Chunks)) {
		return
	}
	r.flows += len(f.Flows)
	for _, flow := range f.Flows {
		if s := State(flow.State); s.Known() && !planted.In(planted.TableNotMerged) { // a later version may have more
			m.learn(now, flowIn(flow), p.slot, s)
		}
	}
	m.endIfComplete(now)
}

// found is called when a member answers that was counted as lost. The rebuild
// waits for the rest of its connections, or begins anew if it is over. What the
// member can serve by now, its next report says.
func (m *Machine) found(now time.Duration, p *peer, epoch uint32) {
	p.lostAt, p.offers = now+m.cfg.LostTime(), nil
	m.revive(now, p)
	switch {
	case epoch != m.epoch:
		m.returned(now, p) // to an earlier question
		return
	case m.rebuild == nil && !m.owner:
		return // it asks when it takes the role
	case m.rebuild == nil:
		m.begin(now, AfterHeal)
	}
	m.rebuild.answers[p.slot] = &answer{}
}

// take notes a chunk, and reports whether it is new.
func (a *answer) take(chunk, chunks int) bool {
	if a.chunks == 0 {
		a.chunks, a.missing, a.have = chunks, chunks, make([]uint64, (chunks+63)/64)
	}
	bit := uint64(1) << (chunk % 64)
	if chunks != a.chunks || a.have[chunk/64]&bit != 0 {
		return false
	}
	a.have[chunk/64] |= bit
	a.missing--
	return true
}

// learn puts a connection into the table. Who terminates it knows better than
// the table. A connection of a service that is not balanced has no place in it:
// it does not move with the role, and the new owner resets it.
func (m *Machine) learn(now time.Duration, f Flow, at Slot, s State) {
	if m.fixed(f.Service()) != "" {
		return
	}
	if e := m.table.Find(now, f); e != nil {
		m.table.Set(now, e, at, s)
		return
	}
	if v := m.serviceOf(f.Service()); v != nil {
		m.table.Add(now, f, v.index, at, s)
	}
}

// endIfComplete ends the rebuild once all members have answered. One that is
// counted as lost has as long again as the others took to begin, if it was
// asked.
func (m *Machine) endIfComplete(now time.Duration) bool {
	r := m.rebuild
	if !r.complete() || r.reason != AfterHeal && now < r.late && m.misses() {
		return false
	}
	m.endRebuild(now)
	return true
}

// misses reports whether a member is counted as lost.
func (m *Machine) misses() bool {
	return slices.ContainsFunc(m.peers[1:], func(p *peer) bool { return !p.alive })
}

// endRebuild ends the rebuild, whatever it has found, and routes what was held.
func (m *Machine) endRebuild(now time.Duration) {
	r := m.rebuild
	if r == nil {
		return
	}
	m.rebuild = nil
	silent := 0
	for _, a := range r.answers { // order: they are counted
		if a.chunks == 0 || a.missing > 0 {
			silent++
		}
	}
	m.do(Decide{})
	m.do(RecoveryEnded{Reason: r.reason, Flows: r.flows, Silent: silent, Took: now - r.began})
	if r.reason == BeforePreempt {
		m.ready = true
		m.do(Ready{})
	}
}

// live receives the connections of the own machine: those that it asked for
// itself go into the table, others to the member that asked.
func (m *Machine) live(now time.Duration, l Live) {
	if l.For != m.cfg.Address {
		m.answer(now, l)
		return
	}
	for _, f := range l.Flows {
		m.learn(now, f.Flow, Self, f.State)
	}
}

func flowIn(f balance.Flow) Flow {
	return Flow{Client: f.Client.Addr().As4(), VIP: f.Service.Addr().As4(), ClientPort: f.Client.Port(), Port: f.Service.Port()}
}

func flowMessage(f LiveFlow) balance.Flow {
	return balance.Flow{Client: f.Flow.Source(), Service: f.Flow.Service().Address(), State: uint8(f.State)}
}
