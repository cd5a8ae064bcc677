package bench

import (
	"flag"
	"testing"
	"time"
)

var year = flag.Bool("year", false, "BenchmarkYear: run the whole year, not a week of it")

// BenchmarkIdleGroup is three members that exchange hellos for a day.
func BenchmarkIdleGroup(b *testing.B) {
	w, err := NewGroup(3)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	const span = 24 * time.Hour
	start, frames := Now(), w.Frames()
	for b.Loop() {
		if err := Idle(w, span); err != nil {
			b.Fatal(err)
		}
	}
	s := Since(start)
	simulated := float64(b.N) * span.Seconds()
	b.ReportMetric(simulated/s.Wall.Seconds(), "sim-s/s")
	b.ReportMetric(simulated/s.CPU.Seconds(), "sim-s/cpu-s")
	b.ReportMetric(float64(s.Bytes)/float64(w.Frames()-frames), "B/frame")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkYear is an idle pair, for a week; with -year, for a year. The heap
// must not grow between the first quarter and the end.
func BenchmarkYear(b *testing.B) {
	span := 7 * 24 * time.Hour
	if *year {
		span = 365 * 24 * time.Hour
	}
	for b.Loop() {
		w, err := NewGroup(2)
		if err != nil {
			b.Fatal(err)
		}
		start := Now()
		var heap [4]uint64
		for quarter := range heap {
			if err := Idle(w, span/4); err != nil {
				b.Fatal(err)
			}
			heap[quarter] = Heap()
		}
		s := Since(start)
		const slack = 256 << 10 // pools of the runtime and of gVisor
		if heap[3] > heap[0]+slack {
			b.Errorf("heap: got %d bytes after a quarter and %d at the end, want it flat", heap[0], heap[3])
		}
		b.ReportMetric(float64(heap[0])/1e6, "MB-1/4")
		b.ReportMetric(float64(heap[1])/1e6, "MB-1/2")
		b.ReportMetric(float64(heap[3])/1e6, "MB-end")
		b.ReportMetric(span.Seconds()/s.Wall.Seconds(), "sim-s/s")
		b.ReportMetric(s.Wall.Minutes()*float64(365*24*time.Hour)/float64(span), "minutes/year")
		b.ReportMetric(0, "ns/op")
		w.Close()
	}
}
