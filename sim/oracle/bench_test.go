package oracle

import (
	"testing"
	"time"
)

// BenchmarkFolds is the price of measures and invariants for each event of a
// busy run: 12,000 requests, each on a connection of its own.
func BenchmarkFolds(b *testing.B) {
	events := (&log{}).settled().answers("c1", "a", 35, 1235).in()
	f := paper(1240 * time.Second)
	b.ReportAllocs()
	for b.Loop() {
		Fold(events, f)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(events)), "ns/event")
}
