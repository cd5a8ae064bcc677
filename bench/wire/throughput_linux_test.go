package wire

import (
	"errors"
	"testing"
	"time"
)

// measured skips a benchmark that this machine cannot do.
func measured[T any](b *testing.B) func(T, error) T {
	return func(v T, err error) T {
		b.Helper()
		if errors.Is(err, ErrAbsent) {
			b.Skip(err)
		}
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
}

// BenchmarkThroughput is one TCP connection between two Linux hosts.
func BenchmarkThroughput(b *testing.B) {
	for name, way := range ways {
		b.Run(name, func(b *testing.B) {
			var rate float64
			for b.Loop() {
				rate += measured[float64](b)(Throughput(way, 2*time.Second))
			}
			b.ReportMetric(rate/float64(b.N)/1e6, "Mbit/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkLatency is the median ping between two Linux hosts.
func BenchmarkLatency(b *testing.B) {
	for name, way := range ways {
		b.Run(name, func(b *testing.B) {
			var sum time.Duration
			for b.Loop() {
				sum += measured[time.Duration](b)(Latency(way, 200))
			}
			b.ReportMetric(float64(sum.Microseconds())/float64(b.N), "µs")
			b.ReportMetric(0, "ns/op")
		})
	}
}

var ways = map[string]Way{"fabric": Fabric, "bridge": Bridge}

// BenchmarkFirstHello is ten nodes from nothing to the first hello on the wire,
// and away again.
func BenchmarkFirstHello(b *testing.B) {
	for b.Loop() {
		measured[bool](b)(true, FirstHello(10))
	}
}
