package wire

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// measured skips a benchmark that this machine cannot run.
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

// BenchmarkBalanced is one connection between a Linux host and a member of a
// self-balancing group, through the active member and directly.
func BenchmarkBalanced(b *testing.B) {
	for _, d := range []Direction{Download, Upload} {
		b.Run(string(d), func(b *testing.B) {
			var sum Streams
			for b.Loop() {
				s := measured[Streams](b)(Balanced(d, 2*time.Second))
				sum.Through += s.Through
				sum.Direct += s.Direct
			}
			b.ReportMetric(sum.Through/float64(b.N)/1e6, "Mbit/s-through")
			b.ReportMetric(sum.Direct/float64(b.N)/1e6, "Mbit/s-direct")
			b.ReportMetric(sum.Through/sum.Direct, "x")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkFirstHello is the time to start ten nodes, to the first hello on the
// wire.
func BenchmarkFirstHello(b *testing.B) {
	var sum time.Duration
	for b.Loop() {
		since := time.Now()
		sum += measured[time.Time](b)(FirstHello(10)).Sub(since)
	}
	b.ReportMetric(sum.Seconds()*1000/float64(b.N), "ms-hello")
}

// BenchmarkTakeover is how long nobody answers after the active member's cable
// was pulled.
func BenchmarkTakeover(b *testing.B) {
	for name, pair := range map[string]func() Pair{"ours": OurPair, "keepalived": KeepalivedPair} {
		b.Run(name, func(b *testing.B) {
			var gaps []time.Duration
			for b.Loop() {
				phase := float64(len(gaps)%5) / 5
				gaps = append(gaps, measured[time.Duration](b)(Takeover(pair(), phase)))
			}
			slices.Sort(gaps)
			b.ReportMetric(gaps[len(gaps)/2].Seconds()*1000, "ms-median")
			b.ReportMetric(gaps[0].Seconds()*1000, "ms-least")
			b.ReportMetric(gaps[len(gaps)-1].Seconds()*1000, "ms-most")
			b.ReportMetric(0, "ns/op")
		})
	}
}
