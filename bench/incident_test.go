package bench

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// BenchmarkCablePull is the incident with 50 connections and 20 requests per
// second, captured, measured and judged.
func BenchmarkCablePull(b *testing.B) {
	var simulated time.Duration
	frames, start := uint64(0), Now()
	for b.Loop() {
		o, err := Incident("cable-pull", 1)
		if err != nil {
			b.Fatal(err)
		}
		if !o.Passed() {
			b.Fatal("the incident did not pass")
		}
		simulated, frames = simulated+o.Simulated, frames+o.Frames
	}
	s := Since(start)
	b.ReportMetric(simulated.Seconds()/s.Wall.Seconds(), "x-real-time")
	b.ReportMetric(simulated.Seconds()/s.CPU.Seconds(), "x-real-time/cpu")
	b.ReportMetric(float64(frames)/float64(b.N), "frames/op")
}

// BenchmarkDocuments is a week of business documents, one a minute each way,
// with a takeover a day: 758,000 frames, of which half are hellos.
func BenchmarkDocuments(b *testing.B) {
	start := Now()
	for b.Loop() {
		o, err := Incident("b2b-week", 1)
		if err != nil {
			b.Fatal(err)
		}
		if !o.Passed() {
			b.Fatal("the incident did not pass")
		}
	}
	s := Since(start)
	b.ReportMetric(s.Wall.Seconds()/float64(b.N), "s/week")
	b.ReportMetric(s.CPU.Seconds()/float64(b.N), "cpu-s/week")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkTrials is parallel trials, one world per goroutine of one process.
// Command compare compares it with worker processes.
func BenchmarkTrials(b *testing.B) {
	for _, goroutines := range []int{1, runtime.NumCPU()} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			trials := 4 * goroutines
			start := Now()
			for b.Loop() {
				if _, err := Trials("cable-pull", goroutines, trials); err != nil {
					b.Fatal(err)
				}
			}
			s := Since(start)
			b.ReportMetric(float64(trials*b.N)/s.Wall.Seconds(), "trials/s")
			b.ReportMetric(float64(trials*b.N)/s.CPU.Seconds(), "trials/cpu-s")
		})
	}
}
