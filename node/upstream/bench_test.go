package upstream

import (
	"net/http"
	"testing"
)

// BenchmarkSelection is one request of 100 servers, from its choice to its end.
func BenchmarkSelection(b *testing.B) {
	c := Config{Next: usual}
	for i := range 100 {
		c.Servers = append(c.Servers, Server{Weight: 1 + i%3, MaxFails: 1, FailTimeout: 10, MaxConns: 10})
	}
	u := must(b, c)
	now := Instant{Second: 1_000_000}
	b.ReportAllocs()
	for b.Loop() {
		r := u.Begin(now, http.MethodGet)
		if _, ok := r.Next(now); !ok {
			b.Fatal("no server")
		}
		r.Done()
	}
}

// TestSelectionAllocates nothing.
func TestSelectionAllocates(t *testing.T) {
	u := must(t, Config{Servers: []Server{plain, plain, backup}, Next: usual})
	now := Instant{Second: 1_000_000}
	if got := testing.AllocsPerRun(100, func() {
		r := u.Begin(now, http.MethodGet)
		r.Next(now)
		r.Done()
	}); got != 0 {
		t.Errorf("got %v allocations for a request, want none", got)
	}
}
