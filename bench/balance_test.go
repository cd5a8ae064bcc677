package bench

import (
	"fmt"
	"testing"
)

// BenchmarkBalance is a takeover of a self-balancing group, in which no
// connection of the others is lost.
func BenchmarkBalance(b *testing.B) {
	for _, recovery := range []string{"rebuild", "second-chance"} {
		for _, n := range []int{1000, 10_000} {
			b.Run(fmt.Sprintf("recovery=%s/connections=%d", recovery, n), func(b *testing.B) {
				for b.Loop() {
					taken, err := Balance{n, recovery}.Run()
					if err != nil {
						b.Fatal(err)
					}
					blind, _ := taken.Blind()
					b.ReportMetric(float64(blind.Microseconds())/1e3, "blind-ms")
					b.ReportMetric(float64(taken.Kept()), "kept")
				}
				b.ReportMetric(Resident()/1e6, "MB")
			})
		}
	}
}
