package web

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// BenchmarkExchange is one request and its answer of 1,000 bytes on a
// persistent connection: the cost of HTTP, over a wire that costs almost
// nothing.
func BenchmarkExchange(b *testing.B) {
	bench := newBench(b, answer(200, 1000))
	bench.client(func(*sim.Proc) {})
	left := b.N
	bench.loop.NewScope("client-1").Go("client", func(*sim.Proc) {
		link := NewLink(bench.acceptQueue.connect())
		defer link.Release()
		for r := (Request{Host: "192.0.2.100"}); left > 0; left-- {
			r.ID++
			link.Send(&r)
			if _, err := link.Receive(&r); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportAllocs()
	b.ResetTimer()
	if err := bench.loop.Run(time.Duration(b.N+10) * time.Second); err != nil {
		b.Fatal(err)
	}
	if left != 0 {
		b.Errorf("%d requests without an answer", left)
	}
}
