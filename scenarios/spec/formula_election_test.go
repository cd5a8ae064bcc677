package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// members are a, which is Active, b, its standby, and c, which listens.
func members(n *nodes, standby, more string, programs ...string) {
	group := "standby: {lan: {group: 30, vip: 192.0.2.100, priority: %d, jitter: 0%%, " + standby + "%s}}"
	n.add("a", append(programs, fmt.Sprintf(group, 110, more))...)
	n.add("b", append(programs, fmt.Sprintf(group, 105, ""))...)
	n.add("c", append(programs, fmt.Sprintf(group, 100, ""))...)
}

// expectTakeover notes when b becomes Active, and checks that nobody else does.
func (c *card) expectTakeover(o *scenarios.Outcome, at time.Duration) {
	GinkgoHelper()
	for e, b := range event.From[event.StandbyChanged](o.Events) {
		if b.To == "Active" && e.At >= at {
			Expect(e.Node).To(Equal("b"), "node that becomes Active at %v", e.At)
			c.see(e.Node, e.At-at)
		}
	}
}

// HSRP, spec/peers.md §2.8: T = hold - phi(hello). The hellos have no jitter
// here, with which phi is up to a tenth longer.
var _ = DescribeTable("HSRP notices a crash by its formula", Label("formula", "F1"),
	func(ctx SpecContext, hello, hold time.Duration) {
		c, n := newCard(), &nodes{}
		members(n, fmt.Sprintf("hello: %v, hold: %v", hello, hold), "")
		c.row("b", "hold - phi(hello)", span{hold - hello, hold})
		p := phased{
			topology: n.topology(), from: 4 * hold, period: hello, lasts: 3 * hold, faults: []string{"crash a"},
			keep: event.SetOf(event.StandbyChanged{}),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) { c.expectTakeover(o, at) })
		c.judge(p.phaseTime())
	},
	Entry("of 3 s and 10 s", 3*time.Second, 10*time.Second),
	Entry("of 2 s and 6 s", 2*time.Second, 6*time.Second),
	Entry("of 10 s and 30 s", 10*time.Second, 30*time.Second),
	Entry("of 10 s and 40 s", 10*time.Second, 40*time.Second),
)

// A script that keepalived tracks takes the role from a member after up to
// interval × fall, and its timeout if it hangs: phi(interval) +
// (fall-1)·interval + timeout. Here the script is a health check that the
// active member makes of its own service, and the takeover follows at once.
var _ = DescribeTable("a tracked check moves the role by its formula", Label("formula", "tracking", "F7"),
	func(ctx SpecContext, s checks, line string, silent bool) {
		c, n := newCard(), &nodes{}
		check := fmt.Sprintf(", track: [{check: {target: 'http://127.0.0.1/', by: http-status, timeout: %v}, interval: %v, fall: %d, fault: true}]", s.limit, s.interval, s.fall)
		members(n, "hello: 3s", check, "gateway: {services: {web: {listen: '0.0.0.0:80', forward: '192.0.2.4:80'}}}")
		n.add("web", "backend: {}")
		c.row("b", "phi(interval) + (fall-1)·interval, and the timeout", fixed(s, silent))
		p := phased{
			topology: n.topology(), from: 4 * hold, period: s.interval, lasts: c.longest() + s.interval, faults: []string{line},
			keep: event.SetOf(event.StandbyChanged{}),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) { c.expectTakeover(o, at) })
		c.judge(p.phaseTime())
	},
	Entry("that hangs", checks{interval: 2 * time.Second, limit: time.Second, fall: 3}, "backend web hang", true),
	Entry("that hangs, and is quick", checks{interval: time.Second, limit: time.Second / 4, fall: 2}, "backend web hang", true),
	Entry("that hangs for its interval", checks{interval: 2 * time.Second, limit: 2 * time.Second, fall: 3}, "backend web hang", true),
	Entry("that hangs, of which one is enough", checks{interval: 5 * time.Second, limit: 3 * time.Second, fall: 1}, "backend web hang", true),
	Entry("that is refused", checks{interval: 2 * time.Second, limit: time.Second, fall: 3}, "stop service web on a", false),
	Entry("that is refused, of which five are wanted", checks{interval: time.Second, limit: time.Second, fall: 5}, "stop service web on a", false),
	Entry("that finds an error", checks{interval: 5 * time.Second, limit: time.Second, fall: 2}, "backend web status 503", false),
)
