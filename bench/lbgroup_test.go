package bench

import (
	"testing"
	"time"
)

// BenchmarkProxied is requests through a load-balancer group, each of them two
// connections and three machines.
func BenchmarkProxied(b *testing.B) {
	start, answered := Now(), 0
	for b.Loop() {
		n, err := Proxied(5 * time.Second)
		if err != nil {
			b.Fatal(err)
		}
		answered += n
	}
	b.ReportMetric(float64(answered)/Since(start).CPU.Seconds(), "requests/CPU-s")
}

// BenchmarkChecked is a minute of health checks of 1,000 members, each once in
// 5 s.
func BenchmarkChecked(b *testing.B) {
	start, checks, minutes := Now(), 0, 0
	for b.Loop() {
		n, err := Checked(1000, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		checks += n
		minutes++
	}
	cpu := Since(start).CPU
	b.ReportMetric(float64(checks)/cpu.Seconds(), "checks/CPU-s")
	b.ReportMetric(60*cpu.Minutes()/float64(minutes), "CPU-minutes/hour")
	b.ReportMetric(Resident()/1e6, "MB")
}
