package selfbalance

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// TestMissedReports: reports are lost of a member whose clock runs 1 % slow. It
// counts as lost once three in a row are missing, and not when the third is
// only a little late.
func TestMissedReports(t *testing.T) {
	for missed, want := range []bool{false, false, false, true} {
		g := newGroup(t, 1, nil)
		a, b := g.named("a"), g.join("b", 12, func(c *Config) { c.ReportTime += 10 * ms })
		g.run(second)
		g.run(b.machine.reportAt - g.now + 100*ms) // it has just sent one
		end := g.now + time.Duration(missed)*second
		g.lose = func(from, _ *testMember, _ balance.Message) bool { return from == b && g.now < end }
		a.notes = nil
		g.run(time.Duration(missed+1) * 1010 * ms)
		if _, got := note[MemberChanged](a); got != want {
			t.Errorf("%d reports missing: lost: got %v, want %v", missed, got, want)
		}
		if p := a.machine.peers[a.machine.slots[b.address]]; !p.alive {
			t.Errorf("%d reports missing: not heard again", missed)
		}
	}
}
