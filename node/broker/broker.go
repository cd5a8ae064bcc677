package broker

import (
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Broker is a broker during one boot of its machine.
type Broker struct {
	host     *host.Host
	disk     *Disk
	port     *session.Port
	sessions map[int]*connection
	last     int        // number of the last session
	timer    *sim.Timer // for the end of a lease
	due      time.Duration
}

// New starts a broker on a running machine; it ends with the machine. cfg must
// be complete.
func New(h *host.Host, cfg topology.Broker, disk *Disk) *Broker {
	b := &Broker{host: h, disk: disk, sessions: map[int]*connection{}}
	b.timer = h.Scope().NewTimer(sim.Func(func() { b.due = 0; b.step(queue.Timeout{}) }))
	b.start()
	b.port = session.Listen(h, topology.BrokerService, session.AnyAddress(cfg.Port), b)
	return b
}

// start is what the end of a process does to the state, if there has been one.
func (b *Broker) start() {
	now := b.host.Scope().Elapsed()
	b.disk.changed(now, nil)
	if lost, first := b.disk.start(now); !first {
		b.host.Log(event.BrokerRestarted{Kept: b.disk.state.Waiting(), Lost: lost})
		b.arm()
	}
}

// StopService ends the process: connections are reset, and what is not
// persistent is lost. The name is topology.BrokerService.
func (b *Broker) StopService(name string) error {
	running := b.port.Listening()
	err := b.port.StopService(name)
	if err == nil && running {
		clear(b.sessions)
		b.start()
	}
	return err
}

// StartService starts the process again.
func (b *Broker) StartService(name string) error { return b.port.StartService(name) }

// Finish logs what the queues hold when the run ends.
func (b *Broker) Finish() {
	for _, name := range b.disk.state.Queues() {
		b.host.Log(event.BrokerStatus{Queue: name, Messages: b.disk.state.Messages(name)})
	}
}

// Open implements session.Service.
func (b *Broker) Open(_ *sim.Proc, l *session.Link) session.Session {
	b.last++
	c := &connection{broker: b, number: b.last, link: l}
	c.heartbeat = b.host.Scope().NewTimer(sim.Func(c.beat))
	b.sessions[c.number] = c
	return c
}

// step gives an event to the machine, and does what it says.
func (b *Broker) step(e queue.Event) {
	now := b.host.Scope().Elapsed()
	b.disk.changed(now, e)
	for _, a := range b.disk.state.Step(now, e) {
		b.do(a)
	}
	b.arm()
}

// arm sets the timer to the end of the next lease.
func (b *Broker) arm() {
	at, ok := b.disk.state.Deadline()
	switch {
	case !ok:
		b.timer.Stop()
		b.due = 0
	case at != b.due:
		b.due = at
		b.timer.Reset(max(at-b.host.Scope().Elapsed(), 0))
	}
}

// do does what the machine wants done.
func (b *Broker) do(a queue.Action) {
	switch a := a.(type) {
	case queue.Confirmed:
		b.post(a.Session, "confirmed", decimal(a.Number))
	case queue.Delivered:
		b.post(a.Session, "message", decimal(uint64(a.Subscription)), decimal(a.Delivery), decimal(uint64(a.Count)),
			a.From.String(), a.Message.Publisher, decimal(a.Message.Number), a.Message.Text)
	case queue.Receipt:
		b.post(a.Session, "receipt", decimal(uint64(a.Subscription)), decimal(a.Delivery))
	case queue.Refused:
		b.refused(a)
	case queue.Fenced:
		b.fenced(a.Session, a.From.Name, "deliver", a.Token)
		b.post(a.Session, "fenced", decimal(uint64(a.Subscription)))
	case queue.Granted:
		if !a.Renewed {
			b.host.Log(event.LeaseChanged{Lease: a.Lease, Holder: a.Holder, Token: a.Token, State: "granted"})
		}
		b.post(a.Session, "granted", decimal(a.Token))
	case queue.LeaseEnded:
		b.host.Log(event.LeaseChanged{Lease: a.Lease, Holder: a.Holder, Token: a.Token, State: a.Reason})
	case queue.Dropped:
		b.host.Log(event.MessageDropped{From: a.From.String(), Publisher: a.Message.Publisher, Number: a.Message.Number, Reason: a.Reason})
	}
}

// refused tells somebody that he does not get what he asked for.
func (b *Broker) refused(a queue.Refused) {
	if a.Reason == queue.ReasonToken {
		token, name := a.Number, ""
		if c := b.sessions[a.Session]; c != nil {
			token, name = c.token, c.about
		}
		b.fenced(a.Session, name, a.What, token)
	}
	b.post(a.Session, "refused", a.What, decimal(uint64(a.Subscription)), decimal(a.Number), a.Reason)
}

func (b *Broker) fenced(number int, name, what string, token uint64) {
	if c := b.sessions[number]; c != nil {
		b.host.Log(event.ConsumerFenced{Queue: name, Peer: c.link.Conn().RemoteAddrPort().String(), What: what, Token: token})
	}
}

func (b *Broker) post(number int, verb string, fields ...string) {
	if c := b.sessions[number]; c != nil {
		c.link.Post(session.Message{Verb: verb, Fields: fields})
	}
}
