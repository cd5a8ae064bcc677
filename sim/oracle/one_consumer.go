package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// oneConsumer watches which consumers of a queue are enabled. A machine that is
// frozen or off consumes nothing, whatever its consumer was told: two are
// enabled at once if both could act for longer than an instant, or if one does
// work after another one was enabled. A machine that goes on after a freeze has
// a moment to look at its clock, as long as it does no work meanwhile: in real
// time, the fabric knows of the thaw before the machine does.
type oneConsumer struct {
	scene  *scene
	watch  *watch
	queues map[string]*consumers
	names  []string // of the queues, in the order in which they came
	at     time.Duration
}

// consumers are those of one queue.
type consumers struct {
	all    []*consumer // in the order in which they were first enabled
	acting []*consumer // of these, those that are enabled on machines that run
	both   bool        // two could act at the last instant
	thaw   bool        // since a machine went on after a freeze
	told   bool        // of this overlap
	since  time.Duration
}

// consumer is one of them.
type consumer struct {
	node    string
	enabled bool
	since   time.Duration // it was enabled
}

func newOneConsumer(s *scene, w *watch) *oneConsumer {
	return &oneConsumer{scene: s, watch: w, queues: map[string]*consumers{}}
}

var consumerReads = event.SetOf(event.ConsumerChanged{}, event.MessageProcessed{}, event.PowerChanged{})

// reads implements fold.
func (*oneConsumer) reads() event.Set { return consumerReads }

// Observe implements fold.
func (o *oneConsumer) Observe(e event.Event) {
	if e.At > o.at {
		o.judge(e.At)
		o.at = e.At
	}
	switch b := e.What.(type) {
	case event.ConsumerChanged:
		c := o.consumer(b.Queue, e.Node)
		if c == nil {
			return
		}
		c.enabled, c.since = b.State == event.ConsumerEnabled, e.At
		o.follow(b.Queue, e.At)
	case event.MessageProcessed:
		o.worked(e, b)
	case event.PowerChanged:
		for _, name := range o.names {
			for _, c := range o.queues[name].all {
				if c.node == e.Node && b.State.Lost() {
					c.enabled = false
				}
			}
			o.follow(name, e.At)
			if q := o.queues[name]; q.both && q.since == e.At && b.State == event.PowerThawed {
				q.thaw = true
			}
		}
	}
}

// afterThaw is how long a machine may take to look at its clock.
const afterThaw = 250 * time.Millisecond

// consumer returns a consumer of a queue, or nil if several may share it.
func (o *oneConsumer) consumer(queue, node string) *consumer {
	if slices.Contains(o.scene.facts.SharedQueues, queue) {
		return nil
	}
	q := o.queues[queue]
	if q == nil {
		q = &consumers{}
		o.queues[queue] = q
		o.names = append(o.names, queue)
	}
	for _, c := range q.all {
		if c.node == node {
			return c
		}
	}
	c := &consumer{node: node}
	q.all = append(q.all, c)
	return c
}

// acting returns the consumers that are enabled on machines that run.
func (o *oneConsumer) acting(q *consumers) (all []*consumer) {
	for _, c := range q.all {
		if p := o.scene.roster.Power(c.node); c.enabled && !p.Lost() && p != event.PowerFrozen {
			all = append(all, c)
		}
	}
	return all
}

// follow notes when an overlap begins and ends.
func (o *oneConsumer) follow(queue string, now time.Duration) {
	q := o.queues[queue]
	q.acting = o.acting(q)
	both := len(q.acting) > 1
	if both && !q.both {
		q.since, q.told, q.thaw = now, false, false
	}
	q.both = both
}

// judge reports the overlaps that have lasted until now. It goes by who acted
// since the last change: the roster has already moved on.
func (o *oneConsumer) judge(now time.Duration) {
	for _, name := range o.names {
		q := o.queues[name]
		if !q.both || q.told || now == q.since || q.thaw && now <= q.since+afterThaw {
			continue
		}
		o.tell(name, q)
	}
}

// tell reports an overlap.
func (o *oneConsumer) tell(name string, q *consumers) {
	q.told = true
	all := slices.Clone(q.acting)
	slices.SortStableFunc(all, func(a, b *consumer) int { return cmpInstant(a.since, b.since) })
	a, b := all[0], all[1]
	o.watch.report(q.since, "%s and %s are both enabled for the queue %s, since %v and %v", a.node, b.node, name, a.since, b.since)
}

func cmpInstant(a, b time.Duration) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// worked judges a message that was done by somebody who is not the only one.
func (o *oneConsumer) worked(e event.Event, b event.MessageProcessed) {
	own := o.consumer(b.Queue, e.Node)
	if own == nil {
		return
	}
	q := o.queues[b.Queue]
	if own.enabled {
		if q.both && !q.told && e.At > q.since {
			o.tell(b.Queue, q)
		}
		return
	}
	for _, other := range q.acting {
		if other != own && !q.told {
			q.told = true
			o.watch.report(e.At, "%s does message %d of %s for the queue %s, and %s is enabled since %v",
				e.Node, b.Number, b.Publisher, b.Queue, other.node, other.since)
		}
	}
}

// Finish implements fold.
func (o *oneConsumer) Finish(end time.Duration) { o.judge(end) }
