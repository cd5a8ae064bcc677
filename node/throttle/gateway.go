package throttle

import (
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/jms"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Gateway enforces the decisions that it gets, during one boot of its machine.
type Gateway struct {
	host      *host.Host
	decisions Decisions
	client    *jms.Client
	topic     string
	throttled map[string]*sim.Timer // keys that are; the timer goes off when the decision is too old
}

// prefetch is how many decisions a broker sends ahead.
const prefetch = 100

// NewGateway starts a gateway on a running machine; it ends with the machine.
// cfg must be complete.
func NewGateway(h *host.Host, cfg topology.ThrottleGateway) *Gateway {
	g := &Gateway{
		host: h, decisions: Decisions{Closed: cfg.Fail == topology.FailClosed}, client: jms.New(h, "gateway", cfg.Brokers),
		throttled: map[string]*sim.Timer{}, topic: cfg.Topic,
	}
	g.client.Listen(queue.Address{Topic: true, Name: cfg.Topic}, prefetch, g.take)
	return g
}

// Allowed reports whether a request of a key is let through.
func (g *Gateway) Allowed(key string) bool { return g.decisions.Allowed(g.now(), key) }

// now is the wall clock of the machine, which decisions are compared with.
func (g *Gateway) now() time.Duration { return g.host.Scope().Local() }

// take takes a decision.
func (g *Gateway) take(m queue.Message) {
	d, err := ParseDecision(m.Text)
	if err != nil {
		return // of something else
	}
	timer, was := g.throttled[d.Key]
	throttled := g.decisions.Take(g.now(), d)
	switch {
	case throttled && !was:
		g.changed(d.Key, "throttled", "decision")
		timer = g.host.Scope().NewTimer(sim.Func(func() { g.expire(d.Key) }))
		g.throttled[d.Key] = timer
	case !throttled && !was && d.Until > d.Made:
		g.changed(d.Key, "free", "late")
	}
	if throttled {
		last, _ := g.decisions.Last(d.Key)
		timer.Reset(max(last.Until-g.now(), 0))
	}
}

// expire is called when a decision should be too old.
func (g *Gateway) expire(key string) {
	switch last, _ := g.decisions.Last(key); {
	case g.decisions.Allowed(g.now(), key):
		delete(g.throttled, key)
		g.changed(key, "free", "expired")
	case !g.decisions.Closed:
		g.throttled[key].Reset(max(last.Until-g.now(), time.Millisecond)) // somebody has set the clock back
	}
}

func (g *Gateway) changed(key, state, why string) {
	age := time.Duration(0)
	if last, known := g.decisions.Last(key); known {
		age = g.now() - last.Made
	}
	g.host.Log(event.ThrottleChanged{Topic: g.topic, Key: key, State: state, Reason: why, Age: age})
}
