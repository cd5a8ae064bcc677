package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// handler is a consumer of the queue orders that is enabled or disabled.
func handler(state string) event.Body { return event.ConsumerChanged{Queue: "orders", State: state} }

// work is a message that a consumer has done.
func work(number uint64) event.Body {
	return event.MessageProcessed{Queue: "orders", Publisher: "p", Number: number, Count: 1}
}

func power(state event.Power) event.Body { return event.PowerChanged{State: state} }

// TestOneConsumer: who is frozen or off consumes nothing, and an overlap of an
// instant is none.
func TestOneConsumer(t *testing.T) {
	const on, off = event.ConsumerEnabled, event.ConsumerDisabled
	first := func() *log { return (&log{}).at(1, "a", handler(on)) }
	f := Facts{Duration: 100 * time.Second}
	check(t, "one-consumer", f, []breach{
		{"one after the other", first().at(5, "a", handler(off)).at(5, "b", handler(on)), 0, ""},
		{"in the same instant", first().at(5, "b", handler(on)).at(5, "a", handler(off)).at(6, "b", work(1)), 0, ""},
		{"at once", first().at(5, "b", handler(on)), 5, "a and b are both enabled for the queue orders, since 1s and 5s"},
		{"at once for a moment", first().at(5, "b", handler(on)).at(5.001, "a", handler(off)), 5, "since 1s and 5s"},
		{"at once until one crashes", first().at(5, "b", handler(on)).at(6, "a", power(event.PowerCrashed)), 5, "since 1s and 5s"},
		{"crashed", first().at(4, "a", power(event.PowerCrashed)).at(5, "b", handler(on)), 0, ""},
		{"back, and not enabled", first().at(4, "a", power(event.PowerCrashed)).at(5, "b", handler(on)).at(9, "a", power(event.PowerUp)), 0, ""},
		{"frozen", first().at(4, "a", power(event.PowerFrozen)).at(5, "b", handler(on)), 0, ""},
		{
			"thawed and disabled at once", first().at(4, "a", power(event.PowerFrozen)).at(5, "b", handler(on)).
				at(9, "a", power(event.PowerThawed), handler(off)), 0, "",
		},
		{
			"thawed and still enabled", first().at(4, "a", power(event.PowerFrozen)).at(5, "b", handler(on)).
				at(9, "a", power(event.PowerThawed)).at(9.251, "a", handler(off)), 9, "a and b are both enabled",
		},
		{
			"thawed and disabled soon", first().at(4, "a", power(event.PowerFrozen)).at(5, "b", handler(on)).
				at(9, "a", power(event.PowerThawed)).at(9.25, "a", handler(off)), 0, "",
		},
		{
			"thawed and at work", first().at(4, "a", power(event.PowerFrozen)).at(5, "b", handler(on)).
				at(9, "a", power(event.PowerThawed)).at(9.1, "a", work(7)).at(9.2, "a", handler(off)), 9, "a and b are both enabled",
		},
		{
			"works although it is disabled", first().at(5, "a", handler(off)).at(5, "b", handler(on)).at(6, "a", work(7)),
			6, "a does message 7 of p for the queue orders, and b is enabled since 5s",
		},
		{"works while nobody is enabled", first().at(5, "a", handler(off)).at(6, "a", work(7)), 0, ""},
		{"another queue", first().at(5, "b", event.ConsumerChanged{Queue: "bills", State: on}), 0, ""},
	})
	f.SharedQueues = []string{"orders"}
	check(t, "one-consumer", f, []breach{{"shared", first().at(5, "b", handler(on), work(2)), 0, ""}})
}

// TestOrderedDelivery: one example for each queue, the quickest.
func TestOrderedDelivery(t *testing.T) {
	both := func() *log { return (&log{}).at(1, "a", work(1), work(2)) }
	f := Facts{Duration: 100 * time.Second}
	check(t, "ordered-delivery", f, []breach{
		{"in order", both().at(2, "b", work(3)), 0, ""},
		{"one is missing", both().at(2, "b", work(4)), 0, ""},
		{"the last one again", both().at(2, "b", work(2), work(3)), 0, ""},
		{"another publisher", both().at(2, "b", event.MessageProcessed{Queue: "orders", Publisher: "q", Number: 1}), 0, ""},
		{"another queue", both().at(2, "b", event.MessageProcessed{Queue: "bills", Publisher: "p", Number: 1}), 0, ""},
		{"too late", both().at(2, "b", work(1)), 2, "b does message 1 of p for the queue orders 1s after a did message 2; no other message is out of order"},
		{
			"the quickest of several", both().at(2, "b", work(1)).at(3, "a", work(5)).at(3.5, "b", work(4)).at(9, "b", work(3)),
			3.5, "b does message 4 of p for the queue orders 500ms after a did message 5; 3 messages are out of order",
		},
	})
	f.SharedQueues = []string{"orders"}
	check(t, "ordered-delivery", f, []breach{{"shared", both().at(2, "b", work(1)), 0, ""}})
}

// TestDeliveries counts what became of the messages of p.
func TestDeliveries(t *testing.T) {
	l := &log{}
	for n := range uint64(10) {
		l.at(float64(n), "p", event.MessagePublished{To: "queue orders", Publisher: "p", Number: n + 1, Confirmed: true})
	}
	l.at(11, "p", event.MessageFailed{To: "queue orders", Publisher: "p", Number: 11, Reason: "lost"})
	for _, n := range []uint64{1, 2, 4, 3, 5, 5} {
		l.at(20, "a", work(n))
	}
	l.at(21, "b", event.MessageProcessed{Queue: "orders", Publisher: "p", Number: 6, Count: 2})
	l.at(22, "mq", event.MessageDropped{From: "queue orders", Publisher: "p", Number: 7, Reason: "dead"})
	l.at(90, "mq", event.BrokerStatus{Queue: "orders", Messages: 1}, event.BrokerStatus{Queue: "bills"})
	l.at(30, "gw", event.ThrottleChanged{Topic: "throttleData", Key: "app1", State: "throttled", Reason: "decision"})
	l.at(40, "gw", event.ThrottleChanged{Topic: "throttleData", Key: "app1", State: "free", Reason: "expired"})
	l.at(12, "tm", event.MessagePublished{To: "topic throttleData", Publisher: "tm", Number: 1})
	same(t, "deliveries", Measure(l.in(), Facts{Duration: 100 * time.Second}).Deliveries, []Delivery{
		// 7 was dropped, and one of 8, 9 and 10 waits.
		{Address: "queue orders", Published: 10, Failed: 1, Processed: 6, Redelivered: 1, Doubled: 1, Disordered: 1, Dropped: 1, Waiting: 1, Lost: 2},
		{Address: "topic throttleData", Published: 1, Unconfirmed: 1, Stale: 1},
	})

	l = &log{} // a queue that nobody takes from, and that is gone at the end
	for n := range uint64(3) {
		l.at(float64(n), "p", event.MessagePublished{To: "queue orders", Publisher: "p", Number: n + 1, Confirmed: true})
	}
	l.at(4, "p", event.MessagePublished{To: "topic news", Publisher: "p", Number: 1, Confirmed: true})
	same(t, "deliveries", Measure(l.in(), Facts{Duration: 100 * time.Second}).Deliveries, []Delivery{
		{Address: "queue orders", Published: 3, Lost: 3}, {Address: "topic news", Published: 1},
	})
}
