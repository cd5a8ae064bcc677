package ftp

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// TestRate: a transfer takes as long as its size and rate say, and without a
// rate next to nothing.
func TestRate(t *testing.T) {
	for _, c := range []struct {
		rate   int64
		size   int
		atMost time.Duration
		want   time.Duration
	}{{0, 1000000, 200 * millisecond, 0}, {100000, 250000, 2600 * millisecond, 2500 * millisecond}, {3, 9, 3100 * millisecond, 3 * second}} {
		l := newLab(t)
		l.server.Rate, l.server.Size = c.rate, c.size
		l.Program(l.c1, "person", func(*sim.Proc) error {
			g, err := l.getter(l.c1)
			if err != nil {
				return err
			}
			began := l.Loop.Now()
			if a, err := g.get(3); err != nil || a.Size != int64(c.size) {
				return errNot("got %+v, %v", a, err)
			}
			if took := l.Loop.Now() - began; took < c.want || took > c.atMost {
				t.Errorf("%d bytes at %d a second took %v, want %v..%v", c.size, c.rate, took, c.want, c.atMost)
			}
			return g.conn.Close()
		})
		l.Run(10 * second)
		l.wantAtRest()
	}
}
