package jms

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/sim"
)

// BenchmarkMessages is a hundred messages that come due in one instant: from a
// publisher to the broker, from there to a consumer, and their
// acknowledgements.
func BenchmarkMessages(b *testing.B) {
	const batch = 100
	l := newLab(b)
	publisher, consumer := l.client(nil, 0), l.client(nil, 0)
	done, goal := 0, 0
	consumer.Listen(orders, 10*batch, func(queue.Message) { done++ })
	var sender *sim.Proc
	l.do(0, func(p *sim.Proc) {
		sender = p
		messages := make([]queue.Message, batch)
		for number := 0; ; {
			for number >= goal {
				p.Park()
			}
			for i := range messages {
				number++
				messages[i] = queue.Message{Publisher: "k", Number: uint64(number), Persistent: true, Text: "0123456789"}
			}
			if err := publisher.Send(p, orders, messages...); err != nil {
				b.Error(err)
				return
			}
		}
	})
	l.Pass(second)
	b.ReportAllocs()
	rounds := 0
	for b.Loop() {
		rounds++
		goal += batch
		sender.Wake()
		for done < goal {
			l.Pass(time.Millisecond)
		}
	}
	b.ReportMetric(float64(rounds*batch)/b.Elapsed().Seconds(), "messages/s")
}
