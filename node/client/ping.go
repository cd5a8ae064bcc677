package client

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Ping is a client that sends ICMP echo requests at its rate. It has no
// connection, and a request is one frame, so that it costs little. Several may
// be under way at once.
//
// A request fails when its timeout is over, or when there is no way to the
// address. What arrives after that, or again, is an AnswerIgnored.
type Ping struct {
	host    *host.Host
	cfg     topology.Client
	ledger  *Ledger
	socket  *host.EchoSocket
	owners  map[host.MAC]string // nodes by the address that they answer from
	arrival arrival
	due     time.Duration // of the next request
	next    *sim.Timer
	expiry  *sim.Timer // of the first request that may still be answered
	armed   bool

	asked    []ping // whose timeout is not over, oldest first, from head on
	head     int
	first    uint16                 // sequence of the oldest
	answered [sequences / 64]uint64 // one bit for each sequence: there was an answer
}

// sequences is how many requests have different sequences.
const sequences = 1 << 16

// ping is one request.
type ping struct {
	number  uint64
	due     time.Duration
	expires time.Duration // by the machine's clock
	ended   bool
}

// NewPing starts a client of mode ping on a running machine; it ends with the
// machine. cfg must be complete. Numbers come from ledger. Requests that were
// due before now are skipped.
func NewPing(h *host.Host, cfg topology.Client, ledger *Ledger) (*Ping, error) {
	to, err := netip.ParseAddr(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("client: %s: target: %w", h.Name(), err)
	}
	p := &Ping{host: h, cfg: cfg, ledger: ledger, arrival: newArrival(h, cfg), owners: map[host.MAC]string{}}
	for text, node := range cfg.Owners { // order: a map again
		mac, err := host.ParseMAC(text)
		if err != nil {
			return nil, fmt.Errorf("client: %s: %w", h.Name(), err)
		}
		p.owners[mac] = node
	}
	identifier := h.Loop().Stream(fmt.Sprintf("client/%s/ping/boot/%d", h.Name(), h.Boots()))
	p.socket = h.OpenEcho(uint16(identifier.Uint32()), to, p.receive)
	p.next = h.Scope().NewTimer(sim.Func(p.send))
	p.expiry = h.Scope().NewTimer(sim.Func(p.expire))
	p.arrival.skip(max(h.Now(), cfg.Start))
	p.plan()
	return p, nil
}

// plan sets the timer for the next request.
func (p *Ping) plan() {
	p.due = p.arrival.next()
	if p.cfg.Stop == 0 || p.due <= p.cfg.Stop {
		p.next.Reset(max(0, p.due-p.host.Now()))
	}
}

// send sends the request that is due. A machine whose clock runs fast is early
// and waits again.
func (p *Ping) send() {
	if early := p.due - p.host.Now(); early > 0 {
		p.next.Reset(early)
		return
	}
	sequence := p.first + uint16(len(p.asked)-p.head)
	p.answered[sequence/64] &^= 1 << (sequence % 64)
	if len(p.asked)-p.head == sequences {
		p.drop()
	}
	if p.head > 0 && len(p.asked) == cap(p.asked) {
		p.asked = p.asked[:copy(p.asked, p.asked[p.head:])]
		p.head = 0
	}
	a := ping{number: p.ledger.request(), due: p.due, expires: p.host.Scope().Elapsed() + p.cfg.Timeout}
	p.asked = append(p.asked, a)
	if !p.armed {
		p.armed = true
		p.expiry.Reset(p.cfg.Timeout)
	}
	p.host.Log(event.RequestSent{Request: a.number, Attempt: 1})
	p.socket.Send(sequence, a.number)
	p.plan()
}

// drop forgets the oldest request.
func (p *Ping) drop() {
	if p.head, p.first = p.head+1, p.first+1; p.head == len(p.asked) {
		p.asked, p.head = p.asked[:0], 0
	}
}

// expire fails the requests whose timeout is over. The timer is not moved when
// a request is answered: it then finds a later one.
func (p *Ping) expire() {
	p.armed = false
	now := p.host.Scope().Elapsed()
	for p.head < len(p.asked) && p.asked[p.head].expires <= now {
		p.fail(&p.asked[p.head], host.Timeout)
		p.drop()
	}
	if p.head < len(p.asked) {
		p.armed = true
		p.expiry.Reset(p.asked[p.head].expires - now)
	}
}

// fail gives up a request, unless it has ended.
func (p *Ping) fail(a *ping, failure string) {
	if a.ended {
		return
	}
	a.ended = true
	p.host.Log(event.RequestFailed{Request: a.number, Failure: failure, After: p.host.Now() - a.due})
}

// receive takes what came back of a request.
func (p *Ping) receive(r host.EchoResult) {
	var a *ping // nil: its timeout is over
	if i := int(r.Sequence - p.first); i < len(p.asked)-p.head {
		a = &p.asked[p.head+i]
	}
	switch {
	case r.Err != nil:
		if a != nil {
			p.fail(a, host.Unreachable)
		}
		return
	case !r.Intact:
		wrong := event.AnswerMismatched{Detail: fmt.Sprintf("the data of echo reply %d is not that of the request", r.Sequence)}
		if a != nil {
			wrong.Request = a.number
		}
		p.host.Log(wrong)
		return
	}
	if a != nil && a.number != r.Number {
		a = nil // an older one of the same sequence
	}
	by, bit := p.owners[r.From], uint64(1)<<(r.Sequence%64)
	again := p.answered[r.Sequence/64]&bit != 0
	p.answered[r.Sequence/64] |= bit
	switch {
	case again:
		p.host.Log(event.AnswerIgnored{Request: r.Number, By: by, Reason: event.AnswerDuplicate})
	case a == nil || a.ended:
		p.host.Log(event.AnswerIgnored{Request: r.Number, By: by, Reason: event.AnswerLate})
	default:
		a.ended = true
		p.host.Log(event.RequestAnswered{Request: a.number, By: by, Latency: p.host.Now() - a.due})
	}
}
