package selfbalance

import (
	"net/netip"
	"slices"
	"time"

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
	again    time.Duration
	answers  map[Slot]*answer // of those whose connections are not complete
	flows    int
}

// answer is the chunks that a member has sent.
type answer struct {
	chunks  int // 0: none has arrived
	have    []uint64
	missing int
}

func (r *rebuild) due() time.Duration { return min(r.deadline, r.again) }

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
		m.rebuild = &rebuild{reason: reason, began: now, deadline: now + m.cfg.HoldTime, answers: map[Slot]*answer{}}
		m.do(RecoveryBegan{reason})
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

// request asks all members that have sent nothing yet.
func (m *Machine) request(now time.Duration) {
	r := m.rebuild
	r.again = now + retryTime
	for _, p := range m.peers[1:] {
		if a := r.answers[p.slot]; a != nil && a.chunks == 0 {
			m.do(Send{To: p.address, Message: &balance.Request{Header: m.header(balance.KindRequest, r.epoch), To: p.address}})
		}
	}
}

// askAgain repeats the question, and ends the rebuild when it is too late.
func (m *Machine) askAgain(now time.Duration) {
	switch r := m.rebuild; {
	case m.endIfComplete(now):
	case now >= r.deadline:
		m.endRebuild(now)
	case now >= r.again:
		m.request(now)
	}
}

// hearFlows takes a chunk of a member's connections into the table.
func (m *Machine) hearFlows(now time.Duration, p *peer, f *balance.Flows) {
	if f.To != m.cfg.Address || int(f.Chunk) >= int(f.Chunks) {
		return
	}
	m.counters.FlowsReceived++
	m.do(Send{To: p.address, Message: &balance.Ack{Header: m.header(balance.KindAck, f.Epoch), To: p.address, Chunk: f.Chunk}})
	r := m.rebuild
	if r == nil || f.Epoch != r.epoch {
		return // an answer to an earlier question
	}
	a := r.answers[p.slot]
	if a == nil || !a.take(int(f.Chunk), int(f.Chunks)) {
		return
	}
	r.flows += len(f.Flows)
	for _, flow := range f.Flows {
		if s := State(flow.State); s.Known() { // a later version may have more
			m.learn(now, flowIn(flow), p.slot, s)
		}
	}
	m.endIfComplete(now)
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

// endIfComplete ends the rebuild once all members have answered.
func (m *Machine) endIfComplete(now time.Duration) bool {
	for _, a := range m.rebuild.answers { // order: only whether there is one
		if a.chunks == 0 || a.missing > 0 {
			return false
		}
	}
	m.endRebuild(now)
	return true
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

// sending is an answer to another member's question that has not arrived yet.
type sending struct {
	to     netip.Addr
	epoch  uint32
	flows  []LiveFlow
	chunks int
	next   int   // the first chunk that was never sent
	open   []int // sent and not acknowledged
	again  time.Duration
	giveUp time.Duration
}

// answerTime is how long a member keeps sending its connections to one that
// does not acknowledge.
const answerTime = 2 * time.Second

// hearRequest asks the shell for the connections of this machine.
func (m *Machine) hearRequest(r *balance.Request) {
	if r.To == m.cfg.Address || r.To.IsUnspecified() {
		m.do(Collect{For: r.Sender, Epoch: r.Epoch})
	}
}

// answer begins to send connections, without those of services that are not
// balanced, which the new owner resets.
func (m *Machine) answer(now time.Duration, l Live) {
	for _, s := range m.sendings {
		if s.to == l.For && s.epoch == l.Epoch {
			return // the question came twice
		}
	}
	m.forgetSendings(l.For)
	flows := slices.DeleteFunc(slices.Clone(l.Flows), func(f LiveFlow) bool { return m.fixed(f.Flow.Service()) != "" })
	s := &sending{
		to: l.For, epoch: l.Epoch, flows: flows,
		chunks: max(1, (len(flows)+balance.FlowsMax-1)/balance.FlowsMax), giveUp: now + answerTime,
	}
	m.sendings = append(m.sendings, s)
	m.sendMore(now, s)
}

// sendMore sends chunks until enough are on their way.
func (m *Machine) sendMore(now time.Duration, s *sending) {
	for s.next < s.chunks && len(s.open) < windowMax {
		m.sendChunk(s, s.next)
		s.open = append(s.open, s.next)
		s.next++
	}
	s.again = now + retryTime
}

func (m *Machine) sendChunk(s *sending, chunk int) {
	from := chunk * balance.FlowsMax
	f := &balance.Flows{Header: m.header(balance.KindFlows, s.epoch), To: s.to, Chunk: uint16(chunk), Chunks: uint16(s.chunks)}
	for _, live := range s.flows[from:min(from+balance.FlowsMax, len(s.flows))] {
		f.Flows = append(f.Flows, flowMessage(live))
	}
	m.counters.FlowsSent++
	m.do(Send{To: s.to, Message: f})
}

// hearAck takes a chunk off those on their way.
func (m *Machine) hearAck(now time.Duration, a *balance.Ack) {
	if a.To != m.cfg.Address {
		return
	}
	for i, s := range m.sendings {
		if s.to != a.Sender || s.epoch != a.Epoch {
			continue
		}
		s.open = slices.DeleteFunc(s.open, func(chunk int) bool { return chunk == int(a.Chunk) })
		s.giveUp = now + answerTime
		m.sendMore(now, s)
		if len(s.open) == 0 {
			m.sendings = slices.Delete(m.sendings, i, i+1)
		}
		return
	}
}

// sendAgain repeats chunks that nobody has acknowledged.
func (m *Machine) sendAgain(now time.Duration) {
	m.sendings = slices.DeleteFunc(m.sendings, func(s *sending) bool { return now >= s.giveUp })
	for _, s := range m.sendings {
		if now < s.again {
			continue
		}
		for _, chunk := range s.open {
			m.sendChunk(s, chunk)
		}
		s.again = now + retryTime
	}
}

// forgetSendings ends what is being sent to a member.
func (m *Machine) forgetSendings(to netip.Addr) {
	m.sendings = slices.DeleteFunc(m.sendings, func(s *sending) bool { return s.to == to })
}
