package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// userAgent is the user agent's timeout, which ends a check whose own timeout
// is not enforced: spec/failover.md §6.3, F39.
const userAgent = 300 * time.Second

// grouped is a gateway whose load-balancer group has the members s1, s2 and so
// on. More of it is written as in a file: of the group, the gateway and its
// node.
func grouped(members int, group, gateway string, programs ...string) *nodes {
	n := &nodes{}
	servers := ""
	for i := range members {
		n.add(fmt.Sprintf("s%d", i+1), "backend: {}")
		servers += fmt.Sprintf("192.0.2.%d, ", i+1)
	}
	n.add("gw", append(programs, fmt.Sprintf("gateway: {groups: {app: {server: [%s], %s}}, services: {web: {forward: group app, persistent: off}}%s}", servers, group, gateway))...)
	return n
}

// The check of a load-balancer group, spec/failover.md §6.3, F39: its phase is
// up to the frequency, and one failure is enough. Three members hang, and one
// is refused: one after another it waits for those before it.
var _ = DescribeTable("a load-balancer group notices failures by its formula", Label("formula", "lb-group", "F7", "F39"),
	func(ctx SpecContext, frequency, timeout time.Duration, enforced, independent bool) {
		const hung = 3
		limit := userAgent
		if enforced {
			limit = timeout
		}
		c, faults := newCard(), []string{"stop service http on s4"}
		for i := range hung {
			waits := time.Duration(i+1) * limit
			if independent {
				waits = limit
			}
			member := fmt.Sprintf("s%d", i+1)
			faults = append(faults, "backend "+member+" hang")
			c.row(member, "phi(frequency), and the limit of each hung member so far", span{waits, frequency + waits})
		}
		waits := hung * limit
		if independent {
			waits = 0
		}
		c.row("s4", "phi(frequency), and the limits of those before it", span{waits, frequency + waits})
		n := grouped(hung+2, fmt.Sprintf(
			"health-check: {type: Status, use-soap: false, frequency: %v, timeout: %v, enforce-timeout: %t, independent-checks: %t}",
			frequency, timeout, enforced, independent), "")
		p := phased{
			topology: n.topology(), from: 2 * frequency, period: frequency, lasts: c.longest() + frequency, faults: faults,
			keep: event.SetOf(event.LBMemberChanged{}),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
			for e, b := range event.From[event.LBMemberChanged](o.Events) {
				if b.From != "" { // it is no news that it is a member
					Expect(b.To).To(Equal("down"), "state of %s at %v", b.Member, e.At)
					c.see(b.Member, e.At-at)
				}
			}
		})
		c.judge(p.phaseTime())
	},
	Entry("enforced, at the same time", 5*time.Second, 2*time.Second, true, true),
	Entry("enforced, at the same time, for as long as the frequency", 10*time.Second, 10*time.Second, true, true),
	Entry("enforced, one after another", 10*time.Second, 2*time.Second, true, false),
	Entry("enforced, one after another, longer than the frequency", 5*time.Second, 10*time.Second, true, false),
	Entry("not enforced, at the same time", 30*time.Second, 10*time.Second, false, true),
	Entry("not enforced, one after another", 30*time.Second, 10*time.Second, false, false),
	Entry("not enforced, one after another, by default", 180*time.Second, 10*time.Second, false, false),
)

// Damp, spec/failover.md §6.1, F41: a failed connection takes a member out, and
// nothing but time brings it back. It is found by the next request whose turn
// is the member's, after phi(members · gap); and again so after each damp.
var _ = DescribeTable("a load-balancer group forgives by its formula", Label("formula", "lb-group", "F41"),
	func(ctx SpecContext, damp time.Duration, members int, gap time.Duration) {
		turn := time.Duration(members) * gap
		c := newCard()
		c.row("out", "phi(turn)", span{0, turn})
		c.row("back", "damp", exactly(damp))
		n := grouped(members, fmt.Sprintf("damp: %v", damp), "")
		n.add("c1", fmt.Sprintf("client: {target: 'http://192.0.2.%d/', rate: %v/s, connections: 5}", n.many, float64(time.Second)/float64(gap)))
		p := phased{
			topology: n.topology(), from: 4 * turn, period: turn, lasts: damp + 2*turn, faults: []string{"stop service http on s1"},
			keep: event.SetOf(event.LBMemberChanged{}),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
			var changes []event.Event
			for e, b := range event.From[event.LBMemberChanged](o.Events) {
				if b.From != "" {
					Expect(b.Member).To(Equal("s1"), "member that changes at %v", e.At)
					changes = append(changes, e)
				}
			}
			Expect(len(changes)).To(BeNumerically(">=", 3), "out, back, and out again")
			c.see("out", changes[0].At-at)
			c.see("back", changes[1].At-changes[0].At)
			Expect(changes[2].At-changes[1].At).To(BeNumerically("<=", turn+message), "from its return until a request finds it")
		})
		c.judge(p.phaseTime())
	},
	Entry("after 5 s", 5*time.Second, 2, 250*time.Millisecond),
	Entry("after 20 s", 20*time.Second, 3, 500*time.Millisecond),
	Entry("after two minutes, the default", 2*time.Minute, 4, time.Second),
)
