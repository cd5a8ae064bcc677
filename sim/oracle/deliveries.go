package oracle

import (
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Delivery counts what became of the messages of one queue or topic. Processed,
// Doubled, Disordered and Lost are about queues: a subscriber of a topic does
// no work that the bench sees. Stale is about topics with decisions of
// throttling.
type Delivery struct {
	Address     string `json:"address"`   // queue NAME or topic NAME
	Published   int    `json:"published"` // messages that publishers have done with, confirmed or not
	Unconfirmed int    `json:"unconfirmed"`
	Failed      int    `json:"failed"`      // attempts of publishers that failed
	Processed   int    `json:"processed"`   // different messages that consumers have done
	Redelivered int    `json:"redelivered"` // messages done that the broker had delivered before
	Doubled     int    `json:"doubled"`     // messages done again
	Disordered  int    `json:"disordered"`  // messages done after a later one of their publisher
	Dropped     int    `json:"dropped"`     // by brokers
	Waiting     int    `json:"waiting"`     // in brokers when the run ends
	// Lost is how many confirmed messages nobody has done, no broker has and none
	// has dropped.
	Lost  int `json:"lost"`
	Stale int `json:"stale"` // decisions that grew too old, or were so when they came
}

// deliveries counts them.
type deliveries struct {
	addresses map[string]*counting
}

// counting is one queue or topic.
type counting struct {
	Delivery
	confirmed map[string]*numbers // by publisher
	done      map[string]*numbers
	highest   map[string]uint64
}

func newDeliveries(*scene) recorder { return &deliveries{map[string]*counting{}} }

func (f *deliveries) of(address string) *counting {
	c := f.addresses[address]
	if c == nil {
		c = &counting{
			Delivery: Delivery{Address: address}, confirmed: map[string]*numbers{}, done: map[string]*numbers{},
			highest: map[string]uint64{},
		}
		f.addresses[address] = c
	}
	return c
}

// numbersOf returns the numbers of a publisher.
func numbersOf(of map[string]*numbers, publisher string) *numbers {
	n := of[publisher]
	if n == nil {
		n = &numbers{}
		of[publisher] = n
	}
	return n
}

var deliveryReads = event.SetOf(
	event.MessagePublished{}, event.MessageFailed{}, event.MessageProcessed{}, event.MessageDropped{},
	event.BrokerStatus{}, event.ThrottleChanged{},
)

// reads implements fold.
func (*deliveries) reads() event.Set { return deliveryReads }

// Observe implements fold.
func (f *deliveries) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.MessagePublished:
		c := f.of(b.To)
		c.Published++
		if !b.Confirmed {
			c.Unconfirmed++
			return
		}
		numbersOf(c.confirmed, b.Publisher).add(b.Number)
	case event.MessageFailed:
		f.of(b.To).Failed++
	case event.MessageProcessed:
		f.of("queue " + b.Queue).processed(b)
	case event.MessageDropped:
		f.of(b.From).Dropped++
	case event.BrokerStatus:
		if b.Messages > 0 {
			f.of("queue " + b.Queue).Waiting += b.Messages
		}
	case event.ThrottleChanged:
		if b.State == "free" {
			f.of("topic "+b.Topic).Stale++
		}
	}
}

func (c *counting) processed(b event.MessageProcessed) {
	if b.Count > 1 {
		c.Redelivered++
	}
	if b.Number < c.highest[b.Publisher] {
		c.Disordered++
	}
	c.highest[b.Publisher] = max(c.highest[b.Publisher], b.Number)
	done := numbersOf(c.done, b.Publisher)
	if done.has(b.Number) {
		c.Doubled++
		return
	}
	done.add(b.Number)
	c.Processed++
}

// Finish implements fold.
func (f *deliveries) Finish(time.Duration) {}

func (f *deliveries) record(to *Measures) {
	to.Deliveries = make([]Delivery, 0, len(f.addresses))
	for _, address := range sorted(f.addresses) {
		c := f.addresses[address]
		if strings.HasPrefix(address, "queue ") {
			missing := 0
			for publisher, n := range c.confirmed { // order: a sum
				missing += n.missing(numbersOf(c.done, publisher))
			}
			c.Lost = max(0, missing-c.Waiting-c.Dropped)
		}
		to.Deliveries = append(to.Deliveries, c.Delivery)
	}
}

// missing counts the numbers that another set lacks.
func (s *numbers) missing(in *numbers) (count int) {
	for _, span := range s.spans {
		for n := span.first; n <= span.last; n++ {
			if !in.has(n) {
				count++
			}
		}
	}
	return count
}

var (
	deliveryPublished   = &Column{"messages-published", "messages published", "published", Count, Freely}
	deliveryFailed      = &Column{"messages-failed", "messages that failed", "failed", Count, Freely}
	deliveryProcessed   = &Column{"messages-processed", "messages processed", "processed", Count, Freely}
	deliveryRedelivered = &Column{"messages-redelivered", "messages redelivered", "redelivered", Count, Freely}
	deliveryDoubled     = &Column{"messages-doubled", "messages processed again", "doubled", Count, Freely}
	deliveryDisordered  = &Column{"messages-disordered", "messages out of order", "out of order", Count, Freely}
	deliveryLost        = &Column{"messages-lost", "messages lost", "lost", Count, Freely}
	deliveryWaiting     = &Column{"messages-waiting", "messages waiting", "waiting", Count, Freely}
	deliveryStale       = &Column{"decisions-stale", "stale decisions", "stale", Count, Freely}
)

func deliveryTable(m *Measures) Table {
	t := Table{
		Title: "Messages", Names: []string{"queue or topic"},
		Columns: []*Column{
			deliveryPublished, deliveryFailed, deliveryProcessed, deliveryRedelivered, deliveryDoubled, deliveryDisordered, deliveryLost,
			deliveryWaiting, deliveryStale,
		},
	}
	for _, d := range m.Deliveries {
		r := row(d.Address)
		r.count(deliveryPublished, d.Published)
		r.count(deliveryFailed, d.Failed).bad()
		r.count(deliveryProcessed, d.Processed)
		r.count(deliveryRedelivered, d.Redelivered)
		r.count(deliveryDoubled, d.Doubled).bad()
		r.count(deliveryDisordered, d.Disordered).bad()
		r.count(deliveryLost, d.Lost).bad()
		r.count(deliveryWaiting, d.Waiting)
		r.count(deliveryStale, d.Stale).bad()
		t.Rows = append(t.Rows, r)
	}
	return t
}
