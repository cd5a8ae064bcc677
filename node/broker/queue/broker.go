package queue

import (
	"maps"
	"slices"
	"time"
)

// Config is how a broker behaves.
type Config struct {
	// Depth is how many messages a queue, or one subscription of a topic, may
	// have; 0: any number. A queue refuses more, and a topic drops its oldest.
	Depth int
	// Deliveries is how often a message of a queue is delivered before it is moved
	// to the queue of dead messages; 0: as often as it takes.
	Deliveries int
	// Deduplicate drops a message whose number is not above the last one of its
	// publisher at the same address.
	Deduplicate bool
}

// DeadQueue is the suffix of the queue for messages that were delivered too
// often.
const DeadQueue = ".dead"

// Broker is the state of a broker. New makes one.
type Broker struct {
	cfg      Config
	queues   map[string]*queue
	topics   map[string]*topic
	sessions map[int]*session
	leases   []*lease          // in the order of their first use
	numbers  map[origin]uint64 // the last number of each publisher, at each address
	actions  []Action
}

// origin is a publisher at an address.
type origin struct {
	publisher string
	to        Address
}

// queue is one queue.
type queue struct {
	name string
	backlog
	subs  []*subscription // in the order of their start
	turn  int             // the subscription that is asked first
	fence uint64          // the lowest token that is not refused; 0: none is needed
}

// topic is one topic. Each subscription has a backlog of its own.
type topic struct{ subs []*subscription }

// session is one connection.
type session struct {
	subs   map[int]*subscription
	fenced map[int]bool // subscriptions that an old token has ended
}

// subscription is what a session wants to get.
type subscription struct {
	session, number int
	from            Address
	prefetch        int
	token           uint64
	backlog         *backlog // of its topic, or that of the queue
	underWay        []uint64 // places of messages that it has not acknowledged
}

// New returns an empty broker.
func New(cfg Config) *Broker {
	return &Broker{
		cfg: cfg, queues: map[string]*queue{}, topics: map[string]*topic{}, sessions: map[int]*session{},
		numbers: map[origin]uint64{},
	}
}

// Restart returns a broker as it is after a loss of power: it has the
// persistent messages of queues, the numbers of publishers, and the tokens of
// leases. It also returns how many messages are lost. The old one must not be
// used any more.
func Restart(old *Broker, cfg Config, now time.Duration) (b *Broker, lost int) {
	b = New(cfg)
	b.numbers = old.numbers
	for _, name := range slices.Sorted(maps.Keys(old.queues)) {
		was := old.queues[name]
		q := &queue{name: name, fence: was.fence}
		gone := 0
		q.backlog, gone = was.kept()
		lost += gone
		b.queues[name] = q
	}
	for _, t := range old.topics { // order: a sum
		for _, s := range t.subs {
			lost += s.backlog.count
		}
	}
	for _, l := range old.leases {
		again := *l
		again.until = now + l.span // nobody knows how long the power was off
		b.leases = append(b.leases, &again)
	}
	return b, lost
}

// Queues lists the queues that there are, sorted.
func (b *Broker) Queues() []string { return slices.Sorted(maps.Keys(b.queues)) }

// Messages returns how many messages a queue has, whoever has them.
func (b *Broker) Messages(name string) int {
	if q := b.queues[name]; q != nil {
		return q.count
	}
	return 0
}

// Most returns the most messages that a queue has had at once, whoever had
// them, across restarts.
func (b *Broker) Most(name string) int {
	if q := b.queues[name]; q != nil {
		return q.most
	}
	return 0
}

// Waiting returns how many messages all queues have together.
func (b *Broker) Waiting() int {
	sum := 0
	for _, q := range b.queues { // order: a sum
		sum += q.count
	}
	return sum
}

// Step takes an event, and returns what is to be done, in order. The result is
// valid until the next call. Now never goes back.
func (b *Broker) Step(now time.Duration, e Event) []Action {
	b.actions = b.actions[:0]
	b.expire(now)
	switch e := e.(type) {
	case Publish:
		b.publish(e)
	case Subscribe:
		b.subscribe(e)
	case Acknowledge:
		b.acknowledge(e)
	case Return:
		b.giveBack(e)
	case Unsubscribe:
		if s := b.subscription(e.Session, e.Subscription); s != nil {
			b.end(s)
		}
	case End:
		b.endSession(e.Session)
	case Acquire:
		b.acquire(now, e)
	case Release:
		b.release(e)
	case Timeout: // expire did it
	}
	return b.actions
}

func (b *Broker) act(a Action) { b.actions = append(b.actions, a) }

// queueOf returns a queue. It begins to exist when somebody uses it.
func (b *Broker) queueOf(name string) *queue {
	q := b.queues[name]
	if q == nil {
		q = &queue{name: name}
		b.queues[name] = q
	}
	return q
}

func (b *Broker) topicOf(name string) *topic {
	t := b.topics[name]
	if t == nil {
		t = &topic{}
		b.topics[name] = t
	}
	return t
}

func (b *Broker) subscription(of, number int) *subscription {
	if s := b.sessions[of]; s != nil {
		return s.subs[number]
	}
	return nil
}
