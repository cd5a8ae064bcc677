package selfbalance

import (
	"testing"
	"time"
)

// BenchmarkRebuild is what a new owner and two other members do for 100,000
// connections, a third of them at each: the lists of the stacks are given, all
// else is included, also the binary form of the messages. Ethernet frames go
// one after the other at 1 Gbit/s.
func BenchmarkRebuild(b *testing.B) {
	const n = 100_000
	var took time.Duration
	for b.Loop() {
		b.StopTimer()
		g := newGroup(b, 4, nil)
		a, owner := g.named("a"), g.named("b")
		for i := range n {
			f := Flow{Client: [4]byte{192, 0, 2, byte(201 + i/50_000)}, VIP: web.VIP, ClientPort: uint16(10_000 + i%50_000), Port: web.Port}
			g.members[1+i%3].live[f] = true
		}
		a.die()
		g.run(4 * second)
		var free time.Duration // when the wire is free again
		g.wire = func(bytes int) time.Duration {
			const overhead = 14 + 20 + 8 + 24 // headers of Ethernet, IPv4 and UDP; checksum, preamble and gap
			free = max(free, g.now) + time.Duration(8*(bytes+overhead))*time.Nanosecond
			return free - g.now
		}
		b.StartTimer()
		owner.step(Role{Owner: true})
		g.run(second)
		b.StopTimer()
		end, ok := note[RecoveryEnded](owner)
		if !ok || end.Silent > 0 || end.Flows != n*2/3 || owner.machine.table.Len() != n {
			b.Fatalf("end: got %+v and %d entries, want all", end, owner.machine.table.Len())
		}
		took = end.Took
		b.StartTimer()
	}
	b.ReportMetric(float64(took)/1e6, "simulated-ms")
}
