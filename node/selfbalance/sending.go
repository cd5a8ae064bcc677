package selfbalance

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

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

// hearRequest asks the shell for the connections of this machine. A question
// comes to it and to the group, and once more if others do not answer.
func (m *Machine) hearRequest(p *peer, r *balance.Request) {
	asked := r.To == m.cfg.Address || r.To.IsUnspecified()
	if asked && r.Epoch != p.answered && !m.answers(r.Sender, r.Epoch) {
		m.do(Collect{For: r.Sender, Epoch: r.Epoch})
	}
}

// answers reports whether the answer to a question is being sent.
func (m *Machine) answers(to netip.Addr, epoch uint32) bool {
	return slices.ContainsFunc(m.sendings, func(s *sending) bool { return s.to == to && s.epoch == epoch })
}

// answer begins to send connections, without those of services that are not
// balanced, which the new owner resets.
func (m *Machine) answer(now time.Duration, l Live) {
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
func (m *Machine) hearAck(now time.Duration, p *peer, a *balance.Ack) {
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
			p.answered = s.epoch
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
