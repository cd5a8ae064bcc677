package oracle

import (
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// orderedDelivery watches the numbers of the messages that the consumers of a
// queue have done. Of each queue it reports one example: the message that was
// done soonest after one with a higher number of the same publisher. A message
// that is done twice in a row is in order.
type orderedDelivery struct {
	scene *scene
	watch *watch
	last  map[source]done
	found []disorder // one for each queue, in the order in which they came
}

// source is a publisher of a queue.
type source struct{ queue, publisher string }

// done is a message that was done.
type done struct {
	number uint64
	node   string
	at     time.Duration
}

// disorder is a message that was done after a later one.
type disorder struct {
	source
	done
	after done
	count int // of such messages of the queue
}

func newOrderedDelivery(s *scene, w *watch) *orderedDelivery {
	return &orderedDelivery{scene: s, watch: w, last: map[source]done{}}
}

var orderedDeliveryReads = event.SetOf(event.MessageProcessed{})

// reads implements fold.
func (*orderedDelivery) reads() event.Set { return orderedDeliveryReads }

// Observe implements fold.
func (o *orderedDelivery) Observe(e event.Event) {
	b, is := e.What.(event.MessageProcessed)
	if !is || slices.Contains(o.scene.facts.SharedQueues, b.Queue) {
		return
	}
	from, now := source{b.Queue, b.Publisher}, done{b.Number, e.Node, e.At}
	last, known := o.last[from]
	if !known || now.number >= last.number {
		o.last[from] = now
		return
	}
	o.add(disorder{from, now, last, 1})
}

func (o *orderedDelivery) add(d disorder) {
	for i, old := range o.found {
		if old.queue != d.queue {
			continue
		}
		d.count += old.count
		if old.at-old.after.at <= d.at-d.after.at {
			d.source, d.done, d.after = old.source, old.done, old.after
		}
		o.found[i] = d
		return
	}
	o.found = append(o.found, d)
}

// Finish implements fold.
func (o *orderedDelivery) Finish(time.Duration) {
	for _, d := range o.found {
		o.watch.report(d.at, "%s does message %d of %s for the queue %s %s after %s did message %d; %s",
			d.node, d.number, d.publisher, d.queue, shortTime(d.at-d.after.at), d.after.node, d.after.number, outOfOrder(d.count))
	}
}

func outOfOrder(messages int) string {
	if messages == 1 {
		return "no other message is out of order"
	}
	return fmt.Sprintf("%d messages are out of order", messages)
}
