package consumer

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/jms"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Consumer is a consumer during one boot of its machine.
type Consumer struct {
	host   *host.Host
	cfg    topology.Consumer
	active func() bool
	client *jms.Client

	enabled bool
	epoch   int           // grows whenever it is enabled or disabled
	token   uint64        // of its lease; 0: none
	until   time.Duration // by the machine's clock, what it counts on; after it nothing is done
	expiry  *sim.Timer    // at that instant

	buffer     []work // what the broker has sent ahead
	busy       bool   // with a message
	connection *sim.Proc
	worker     *sim.Proc
}

// work is a message and the epoch in which it came.
type work struct {
	jms.Delivery
	epoch int
}

// forever is no limit.
const forever = time.Duration(math.MaxInt64)

// New starts a consumer on a running machine; it ends with the machine. cfg
// must be complete. Active reports whether the machine's member of a standby
// group is Active.
func New(h *host.Host, cfg topology.Consumer, active func() bool) *Consumer {
	k := &Consumer{host: h, cfg: cfg, active: active, client: jms.New(h, "consumer", cfg.Brokers), until: forever}
	k.expiry = h.Scope().NewTimer(sim.Func(k.expire))
	k.connection = h.Go("consumer connection", k.connect)
	k.worker = h.Go("consumer", k.run)
	switch cfg.Follow {
	case topology.FollowScript:
		h.Go("consumer script", k.script)
	case topology.FollowLease:
		h.Go("consumer lease", newKeeper(k).run)
	default:
		k.enable("")
	}
	return k
}

func (k *Consumer) now() time.Duration { return k.host.Scope().Elapsed() }

// enable lets the consumer take messages.
func (k *Consumer) enable(why string) { k.change(true, why) }

// disable keeps it from taking more. With a lease it also forgets what it has.
func (k *Consumer) disable(why string) { k.change(false, why) }

func (k *Consumer) change(enabled bool, why string) {
	if enabled == k.enabled {
		return
	}
	k.enabled = enabled
	k.epoch++
	k.buffer = nil
	state := event.ConsumerDisabled
	if enabled {
		state = event.ConsumerEnabled
	}
	k.host.Log(event.ConsumerChanged{Queue: k.cfg.Queue, State: state, Reason: why, Token: k.token})
	k.connection.Wake()
	k.worker.Wake()
}

// script does what the field's script did: it looks at the state of the standby
// member again and again, and switches the handler.
func (k *Consumer) script(p *sim.Proc) {
	for {
		k.host.CPU().Use(p, host.Control, 0)
		if k.active() {
			k.enable("the member is Active")
		} else {
			k.disable("the member is not Active")
		}
		p.Sleep(k.cfg.Poll)
	}
}

// connect keeps the consumer subscribed while it is enabled, and disconnected
// while it is not.
func (k *Consumer) connect(p *sim.Proc) {
	for {
		epoch := k.epoch
		if !k.enabled {
			k.client.Close()
			p.Park()
			continue
		}
		if k.client.Connect(p) != nil {
			if k.client.GivenUp() {
				return
			}
			p.Sleep(k.cfg.Brokers.ReconnectDelay)
			continue
		}
		if k.epoch != epoch {
			continue // it took its time
		}
		over := false
		s := &jms.Subscription{From: queue.Address{Name: k.cfg.Queue}, Prefetch: k.cfg.Prefetch, Token: k.token}
		s.OnEnd = func() { over = true; p.Wake() }
		s.OnMessage = func(d jms.Delivery) {
			if epoch == k.epoch {
				k.buffer = append(k.buffer, work{d, epoch})
				k.worker.Wake()
			}
		}
		if k.client.Subscribe(s) != nil {
			continue
		}
		for !over && (epoch == k.epoch || k.finishes()) {
			p.Park()
		}
		if over && epoch == k.epoch {
			k.buffer = nil // its broker has it again
			p.Sleep(k.cfg.Brokers.ReconnectDelay)
		}
		k.client.Close()
	}
}

// finishes reports whether a message is under way that will be finished
// although the consumer is disabled: nothing stops the handler of a script in
// the middle of it.
func (k *Consumer) finishes() bool { return k.busy && k.cfg.Follow != topology.FollowLease }

// run works.
func (k *Consumer) run(p *sim.Proc) {
	for {
		for !k.enabled || len(k.buffer) == 0 {
			p.Park()
		}
		w := k.buffer[0]
		k.buffer = k.buffer[1:]
		k.busy = true
		k.handle(p, w)
		k.busy = false
		k.connection.Wake()
	}
}

// handle works on one message. With a lease, its work counts only if the lease
// is still the same and has not run out at the instant when the work is done.
func (k *Consumer) handle(p *sim.Proc, w work) {
	if k.cfg.Acknowledge == topology.AcknowledgeBefore {
		k.client.AcknowledgeLater(w.Delivery)
	}
	k.host.CPU().Use(p, host.Service, k.cfg.Work)
	if k.cfg.Follow == topology.FollowLease && (w.epoch != k.epoch || k.now() >= k.until) {
		return
	}
	m := w.Message
	k.host.Log(event.MessageProcessed{Queue: k.cfg.Queue, Publisher: m.Publisher, Number: m.Number, Count: w.Count, Token: k.token})
	switch k.cfg.Acknowledge {
	case topology.AcknowledgeAfter:
		if k.client.Acknowledge(p, w.Delivery, 0) != nil {
			k.buffer = nil // the rest comes again, after this one
		}
	case topology.AcknowledgeLazy:
		k.client.AcknowledgeLater(w.Delivery)
	}
}
