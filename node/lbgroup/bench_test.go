package lbgroup

import (
	"fmt"
	"testing"
	"time"
)

// crowd returns a group of n members of different weights, of which every third
// is down if some are.
func crowd(tb testing.TB, a Algorithm, n int, someDown bool) *Group {
	c := configured(a)
	c.Members = nil
	for i := range n {
		c.Members = append(c.Members, Member{Server: fmt.Sprintf("backend-%d", i), Weight: 1 + i*37%100})
	}
	g := made(tb, c)
	for i := 0; i < n && someDown; i += 3 {
		g.Checked(0, c.Members[i].Server, false, "")
	}
	return g
}

// serve begins one more transaction in place of the oldest.
func serve(g *Group, live []Transaction, i int) {
	t := &live[i%len(live)]
	t.Released()
	*t = g.Begin(Request{Hash: uint64(i)})
	if t.Next(time.Duration(i)).Server == "" {
		panic("no member")
	}
	t.Connected()
}

// BenchmarkTransaction is what the choice of a member costs: Begin, Next,
// Connected and Released, with 500 connections at all times.
func BenchmarkTransaction(b *testing.B) {
	for a := range Algorithm(len(algorithmWords.names)) {
		for _, someDown := range []bool{false, true} {
			state := "all-up"
			if someDown {
				state = "third-down"
			}
			b.Run(fmt.Sprintf("%v/%s", a, state), func(b *testing.B) {
				b.ReportAllocs()
				g := crowd(b, a, 100, someDown)
				live := make([]Transaction, 500)
				for i := range live {
					live[i] = g.Begin(Request{})
				}
				i := 0
				for b.Loop() {
					i++
					serve(g, live, i)
				}
			})
		}
	}
}
