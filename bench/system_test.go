package bench

import (
	"testing"
	"time"
)

// BenchmarkBrokered is messages from publishers through a broker to a consumer.
func BenchmarkBrokered(b *testing.B) {
	perCPU(b, "messages/CPU-s", func() (int, error) { return Brokered(5 * time.Second) })
}

// BenchmarkBanked is transactions of a database behind a service.
func BenchmarkBanked(b *testing.B) {
	perCPU(b, "transactions/CPU-s", func() (int, error) { return Banked(5 * time.Second) })
}

// BenchmarkMembership is an hour of two idle members of a cluster.
func BenchmarkMembership(b *testing.B) {
	perCPU(b, "hours/CPU-s", func() (int, error) { return 1, Membership(time.Hour) })
}

// perCPU reports how much of something a CPU second makes.
func perCPU(b *testing.B, unit string, play func() (int, error)) {
	start, done := Now(), 0
	for b.Loop() {
		n, err := play()
		if err != nil {
			b.Fatal(err)
		}
		done += n
	}
	b.ReportMetric(float64(done)/Since(start).CPU.Seconds(), unit)
}

// TestSystems: the workloads do what is measured of them.
func TestSystems(t *testing.T) {
	if n, err := Brokered(3 * time.Second); err != nil || n < 1900 || n > 2100 {
		t.Errorf("brokered: got %d, %v, want the 2,000 messages of a second", n, err)
	}
	// Each of 40 clerks takes 20 ms, and some 10 for two commits in a row.
	if n, err := Banked(3 * time.Second); err != nil || n < 1000 || n > 2000 {
		t.Errorf("banked: got %d, %v, want 1,000 to 2,000 transactions of a second", n, err)
	}
	if err := Membership(10 * time.Minute); err != nil {
		t.Error(err)
	}
}
