package spec_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
)

// The timers of a member that is not told otherwise, and the longest time
// between two of its hellos (spec/failover.md §3.2).
const (
	hold     = 10 * time.Second
	hello    = 3 * time.Second
	helloMax = hello + hello/10
)

// message bounds the time that a message takes: the delay of a segment, which
// is 100 us.
const message = time.Millisecond

// span is an interval with both ends included.
type span struct{ from, to time.Duration }

func exactly(at time.Duration) span { return span{at, at} }

func (s span) contains(at time.Duration) bool { return at >= s.from && at <= s.to }

// election is a member that becomes Active.
type election struct {
	node string
	at   span
}

// equals is a row of the matrix: two members with one priority. The address of
// b is higher.
type equals struct {
	startA, startB     time.Duration
	preemptA, preemptB bool
	cut                bool       // apart from cutAt to healAt
	elected            []election // all of them, in order
	active             string     // at the end; the other one is its standby
	dual               span       // for how long both are Active
}

// The partition of the rows that have one. Both members have their place by
// then, and again at the end of the run.
const (
	cutAt  = 90 * time.Second
	healAt = 115 * time.Second
	endAt  = 140 * time.Second
)

func (e equals) cluster(seed uint64) *kit.Cluster {
	onOff := map[bool]string{true: "true", false: "false"}
	return kit.New(kit.YAML(fmt.Sprintf(`
segments: {lan: {}}
nodes:
  a:
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, preempt: %s}}
    start: %s
  b:
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, preempt: %s}}
    start: %s
`, onOff[e.preemptA], e.startA, onOff[e.preemptB], e.startB)), kit.Seed(seed))
}

// entered returns the instants at which a node entered a state.
func entered(c *kit.Cluster, node, state string) (at []time.Duration) {
	for e, s := range event.Of[event.StandbyChanged](c.Events()) {
		if e.Node == node && s.To == state {
			at = append(at, e.At)
		}
	}
	return at
}

// Equal priority is not active-active (spec/failover.md F12): who is Active
// depends on the order of the starts, on preempt and on the addresses.
var _ = DescribeTable("members with equal priorities", Label("F12"), func(row equals) {
	for seed := uint64(1); seed <= 10; seed++ {
		By(fmt.Sprintf("seed %d", seed))
		c := row.cluster(seed)
		if row.cut {
			c.At(cutAt, "partition a | b")
			c.At(healAt, "heal")
		}
		c.Run(endAt)

		var nodes []string
		for _, e := range row.elected {
			nodes = append(nodes, e.node)
		}
		Expect(c).To(kit.Elect(nodes...))
		for i, e := range row.elected {
			which := len(slices.DeleteFunc(nodes[:i:i], func(n string) bool { return n != e.node }))
			at := entered(c, e.node, "Active")[which]
			Expect(e.at.contains(at)).To(BeTrue(), "%s is Active at %v, want %v to %v", e.node, at, e.at.from, e.at.to)
		}
		Expect(c).To(kit.HaveActive(row.active))
		other := map[string]string{"a": "b", "b": "a"}[row.active]
		Expect(c.World().Node(other).Member("lan").Status().State.String()).To(Equal("Standby"), "state of %s at the end", other)
		dual := c.Measures().Groups[0].DualActive
		Expect(row.dual.contains(dual)).To(BeTrue(), "both Active for %v, want %v to %v", dual, row.dual.from, row.dual.to)
		Expect(c).To(kit.HoldInvariants())
	}
},
	// Together: both speak after the hold time, b's hello sends a back, and b is
	// Active after twice the hold time. Preempt has no say, for nobody is Active to
	// be preempted.
	Entry("start together: the higher address wins", equals{
		elected: []election{{"b", exactly(2 * hold)}}, active: "b",
	}),
	Entry("start together, preempt on both: the higher address wins", equals{
		preemptA: true, preemptB: true, elected: []election{{"b", exactly(2 * hold)}}, active: "b",
	}),

	// One after the other: the first is alone, so it is Active after twice the hold
	// time.
	Entry("the lower address first: the incumbent keeps the role", equals{
		startB: 40 * time.Second, elected: []election{{"a", exactly(2 * hold)}}, active: "a",
	}),
	Entry("the higher address first: the incumbent keeps the role", equals{
		startA: 40 * time.Second, elected: []election{{"b", exactly(2 * hold)}}, active: "b",
	}),
	// The later one is higher and hears the first hello within a hello time and its
	// jitter; the loser hears its coup a message later.
	Entry("the lower address first, preempt on both: the higher one takes over", equals{
		startB: 40 * time.Second, preemptA: true, preemptB: true, active: "b",
		elected: []election{{"a", exactly(2 * hold)}, {"b", span{40 * time.Second, 40*time.Second + helloMax}}},
		dual:    span{0, message},
	}),
	Entry("the lower address first, preempt on the higher one: it takes over", equals{
		startB: 40 * time.Second, preemptB: true, active: "b",
		elected: []election{{"a", exactly(2 * hold)}, {"b", span{40 * time.Second, 40*time.Second + helloMax}}},
		dual:    span{0, message},
	}),
	Entry("the lower address first, preempt on it: it keeps the role", equals{
		startB: 40 * time.Second, preemptA: true, elected: []election{{"a", exactly(2 * hold)}}, active: "a",
	}),
	Entry("the higher address first, preempt on both: it keeps the role", equals{
		startA: 40 * time.Second, preemptA: true, preemptB: true, elected: []election{{"b", exactly(2 * hold)}}, active: "b",
	}),

	// Apart: the standby is Active a hold time after the last hello it heard, which
	// was at most a hello time and its jitter before. After the heal the next
	// hello, of either, ends it.
	Entry("after a partition, the lower address active before: the higher one wins, without preempt", equals{
		startB: 40 * time.Second, cut: true, active: "b",
		elected: []election{{"a", exactly(2 * hold)}, {"b", span{cutAt + hold - helloMax, cutAt + hold}}},
		dual:    span{healAt - cutAt - hold, healAt - cutAt - hold + 2*helloMax + message},
	}),
	Entry("after a partition, the higher address active before: it stays", equals{
		startA: 40 * time.Second, cut: true, active: "b",
		elected: []election{{"b", exactly(2 * hold)}, {"a", span{cutAt + hold - helloMax, cutAt + hold}}},
		dual:    span{healAt - cutAt - hold, healAt - cutAt - hold + 2*helloMax + message},
	}),
	Entry("after a partition, preempt on both: the higher address wins", equals{
		preemptA: true, preemptB: true, cut: true, active: "b",
		elected: []election{{"b", exactly(2 * hold)}, {"a", span{cutAt + hold - helloMax, cutAt + hold}}},
		dual:    span{healAt - cutAt - hold, healAt - cutAt - hold + 2*helloMax + message},
	}),
)
