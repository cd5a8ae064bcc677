package teller

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Teller is the clerks of one machine during one boot.
type Teller struct {
	host   *host.Host
	cfg    topology.Teller
	target topology.Target
	keys   []string
	tls    *certificate.Client // nil: plain HTTP
	clerks []*clerk
}

// New starts the clerks on a running machine; they end with it. cfg must be
// complete.
func New(h *host.Host, cfg topology.Teller) (*Teller, error) {
	target, err := topology.ParseTarget(cfg.Target)
	if err != nil {
		return nil, fmt.Errorf("teller: %s: target: %w", h.Name(), err)
	}
	t := &Teller{host: h, cfg: cfg, target: target, keys: cfg.Keys()}
	if target.Scheme == topology.SchemeHTTPS {
		stream := h.Loop().Stream(fmt.Sprintf("teller/%s/tls/boot/%d", h.Name(), h.Boots()))
		t.tls = certificate.NewClient(nil, stream, func() time.Time { return host.Instant(h.Scope().Local()) })
	}
	for i := range cfg.Clerks {
		c := &clerk{teller: t, number: i + 1, random: h.Loop().Stream(fmt.Sprintf("teller/%s/%d/boot/%d", h.Name(), i+1, h.Boots()))}
		t.clerks = append(t.clerks, c)
		h.Go("clerk", c.run)
	}
	return t, nil
}

// Finish logs the operations that are under way when the run ends.
func (t *Teller) Finish() {
	for _, c := range t.clerks {
		if c.doing != nil {
			c.done(outcome{outcome: unknown, reason: "the run has ended"})
		}
	}
}

// The verbs of operations, as events name them, and their outcomes.
const (
	read     = "read"
	write    = "write"
	appendTo = "append"

	ok      = "ok"
	failed  = "failed"
	unknown = "unknown"
)

// clerk does one thing at a time.
type clerk struct {
	teller *Teller
	number int
	random *rand.Rand
	count  int // of values
	turn   int // of keys in an audit
	doing  *operation
}

// operation is what a clerk does at present.
type operation struct {
	verb, key, value string
	began            time.Duration
}

// outcome is how an operation ended.
type outcome struct {
	outcome, reason string
	value           string // that was read
}

func (c *clerk) run(p *sim.Proc) {
	t := c.teller
	defer c.stop()
	for d := t.cfg.Start - t.host.Now(); d > 0; d = t.cfg.Start - t.host.Now() {
		p.Sleep(d)
	}
	for {
		c.think(p)
		c.doing = c.choose()
		c.done(t.do(*c.doing))
	}
}

// stop logs what is under way when the machine crashes: it may have an effect,
// and others may read that.
func (c *clerk) stop() {
	if c.doing != nil {
		c.done(outcome{outcome: unknown, reason: "the machine has crashed"})
	}
}

// think pauses for half to one and a half of the time between two operations.
func (c *clerk) think(p *sim.Proc) {
	p.Sleep(time.Duration((0.5 + c.random.Float64()) * float64(c.teller.cfg.Think)))
}

// choose begins an operation. In an audit each key is read in turn.
func (c *clerk) choose() *operation {
	t := c.teller
	o := &operation{verb: read, began: t.host.Now()}
	if t.cfg.Audit != 0 && o.began >= t.cfg.Audit {
		o.key = t.keys[(c.number+c.turn)%len(t.keys)]
		c.turn++
		return o
	}
	o.key = t.keys[c.random.IntN(len(t.keys))]
	if c.random.Float64() < *t.cfg.Reads {
		return o
	}
	c.count++
	o.verb, o.value = write, fmt.Sprintf("%s-%d-%d", t.host.Name(), c.number, c.count)
	if boots := t.host.Boots(); boots > 1 {
		o.value += fmt.Sprintf("-%d", boots)
	}
	if topology.IsList(o.key) {
		o.verb = appendTo
	}
	return o
}

func (c *clerk) done(x outcome) {
	o := c.doing
	c.doing = nil
	if o.verb == read {
		o.value = strings.TrimSuffix(x.value, "\n")
	}
	c.teller.host.Log(event.TellerDone{
		Book: c.teller.cfg.Book, Key: o.key, Clerk: c.number, Verb: o.verb, Value: o.value, Began: o.began, Outcome: x.outcome, Reason: x.reason,
	})
}
