package bench

import (
	"fmt"
	"testing"
	"time"
)

// report adds the figures of an exchange to a benchmark.
func report(b *testing.B, answered int, frames uint64, s Spent) {
	b.ReportMetric(float64(answered)/s.Wall.Seconds(), "requests/s")
	b.ReportMetric(float64(answered)/s.CPU.Seconds(), "requests/cpu-s")
	b.ReportMetric(float64(frames)/s.Wall.Seconds(), "frames/s")
	b.ReportMetric(float64(s.Bytes)/float64(frames), "B/frame")
	b.ReportMetric(float64(s.Allocs)/float64(frames), "allocs/frame")
	b.ReportMetric(0, "ns/op") // an operation is a whole run: not meaningful
}

func benchmarkExchange(b *testing.B, e Exchange) {
	answered, frames, start := 0, uint64(0), Now()
	for b.Loop() {
		o, err := e.Run()
		if err != nil {
			b.Fatal(err)
		}
		answered, frames = answered+o.Answered, frames+o.Frames
	}
	report(b, answered, frames, Since(start))
}

// BenchmarkExchange uses the settings of ns3/run and spike/run.
func BenchmarkExchange(b *testing.B) {
	for _, http := range []bool{false, true} {
		for _, gap := range []time.Duration{time.Millisecond, time.Microsecond} {
			for _, connections := range []int{100, 1000} {
				e := Exchange{Connections: connections, Requests: 30000 / connections, Gap: gap, HTTP: http}
				kind := "tcp"
				if http {
					kind = "http"
				}
				b.Run(fmt.Sprintf("%s/gap=%v/connections=%d", kind, gap, connections), func(b *testing.B) {
					benchmarkExchange(b, e)
				})
			}
		}
	}
}

// TestExchangeIsTheYardsticks compares the workload with what the yardsticks
// print: 100 connections with 100 requests each, started 1 ms apart, end after
// 119.2 ms with every request answered, and each run has the same frames.
func TestExchangeIsTheYardsticks(t *testing.T) {
	e := Exchange{Connections: 100, Requests: 100, Gap: time.Millisecond}
	first, err := e.Run()
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.Run()
	if err != nil {
		t.Fatal(err)
	}
	if first != again {
		t.Errorf("the same exchange twice: got %v, then %v", first, again)
	}
	if first.Answered != 10000 {
		t.Errorf("answered: got %d, want 10000", first.Answered)
	}
	// The run is divided into slices of 1 ms.
	if want := 120 * time.Millisecond; first.Simulated != want {
		t.Errorf("simulated: got %v, want %v", first.Simulated, want)
	}
}
