package bench

import (
	"fmt"
	"testing"
)

// BenchmarkPair is one trial of the pair of cable-pull with one client, 90 s
// long.
func BenchmarkPair(b *testing.B) {
	for _, p := range []Pair{
		{Client: "none"}, {Client: "ping", Rate: 2}, {Client: "ping", Rate: 20}, {Client: "http", Rate: 20}, {Client: "http", Rate: 1, Router: true},
	} {
		b.Run(fmt.Sprintf("client=%s/rate=%d", p.Client, p.Rate), func(b *testing.B) {
			b.ReportAllocs()
			requests, err := p.Play(b.N)
			if err != nil {
				b.Fatal(err)
			}
			if want := 60 * p.Rate * b.N; requests != want {
				b.Errorf("%d requests, want %d", requests, want)
			}
		})
	}
}
