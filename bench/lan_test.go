package bench

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkBuild is 1,000 machines on one segment, switched on.
func BenchmarkBuild(b *testing.B) {
	before := Heap()
	for b.Loop() {
		l := NewLAN(1000)
		b.StopTimer()
		b.ReportMetric(float64(Heap()-before)/1e6, "MB")
		l.Close()
		b.StartTimer()
	}
}

// BenchmarkIdleHosts is the cost of a frame between two machines, with and
// without idle machines on the segment.
func BenchmarkIdleHosts(b *testing.B) {
	for _, idle := range []int{0, 998} {
		b.Run(fmt.Sprintf("hosts=%d", idle+2), func(b *testing.B) {
			e := Exchange{Connections: 100, Requests: 100, Gap: time.Millisecond, Idle: idle}
			var cpu time.Duration
			frames := uint64(0)
			for b.Loop() {
				l := NewLAN(2 + idle)
				start := Now()
				o, err := e.RunOn(l)
				if err != nil {
					b.Fatal(err)
				}
				cpu, frames = cpu+Since(start).CPU, frames+o.Frames
				l.Close()
			}
			b.ReportMetric(float64(cpu.Nanoseconds())/float64(frames), "cpu-ns/frame")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkHold is the heap of an idle HTTP connection, both ends.
func BenchmarkHold(b *testing.B) {
	const connections = 1000
	for b.Loop() {
		l := NewLAN(2)
		before := Heap()
		if err := l.Hold(connections); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(Heap()-before)/connections, "B/connection")
		l.Close()
	}
}
