package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// outages are how long m1 is away: spec/failover.md F8.
var outages = []time.Duration{
	200 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 11 * time.Second, 30 * time.Second,
}

// outageRate is the rate of the client's requests. A balancer gives up on each
// before the second SYN, after 1 s.
const outageRate = 5

// A reboot behind a balancer is noticed if the last check that it takes begins
// before the member is back. That is after phi(interval) and all that the
// formula has but for the last limit. If phi decides, the share of the phases
// in which it does is what is left of the outage, of an interval. Requests fail
// until the member is back or its failure is noticed, and no longer; so an
// outage that is noticed costs what the formula says, whatever its length
// (spec/failover.md F8).
var _ = DescribeTable("a member reboots behind a balancer", Label("matrix", "F8", "reboot", "balancer"),
	func(ctx SpecContext, s checks, pace string, takes delay) {
		n := &nodes{}
		n.add("m1", "backend: {}")
		n.add("m2", "backend: {}")
		n.add("lb", fmt.Sprintf("balancer: {algorithm: first, members: ['192.0.2.1:80', '192.0.2.2:80'], connect-timeout: 900ms, retries: 0, "+
			"check: {by: http-status, interval: %v, timeout: %v, fall: %d, pace: %s}}", s.interval, s.limit, s.fall, pace),
			"arp-permanent: {192.0.2.1: m1.lan}") // who is away is silent, instead of not being found
		n.add("c1", fmt.Sprintf("client: {target: 'http://192.0.2.3/', rate: %d/s, connections: 50, timeout: 2s, start: %v}", outageRate, 4*s.interval-time.Second))
		whole := takes(s, true)
		for _, outage := range outages {
			switches, failures := 0, 0
			p := phased{
				topology: n.topology(), from: 4 * s.interval, period: s.interval, lasts: min(outage+s.limit, whole.to) + s.interval + time.Second,
				faults: []string{"reboot m1 down " + outage.String()}, keep: event.SetOf(event.BalancerMemberChanged{}),
			}
			p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
				dark := outage
				for e, b := range event.From[event.BalancerMemberChanged](o.Events) {
					Expect(b.Member).To(Equal("m1"))
					if b.State == "down" {
						switches++
						Expect(span{whole.from - message, whole.to + message}.contains(e.At-at)).To(BeTrue(), "noticed after %v, want %v to %v", e.At-at, whole.from, whole.to)
						dark = min(dark, e.At-at)
					}
				}
				failed := o.Measures.Requests[0].Failed
				failures += failed
				due := float64(outageRate) * dark.Seconds() // and one that is under way
				Expect(float64(failed)).To(And(BeNumerically(">", due-1), BeNumerically("<=", due+1)), "requests that failed in %v", dark)
			})
			left := float64(outage-(whole.from-s.limit)) / float64(s.interval)
			AddReportEntry(fmt.Sprintf("outage %v", outage), fmt.Sprintf("noticed in %d of %d phases, %d requests failed per run", switches, phases, failures/phases))
			switch {
			case left <= 0:
				Expect(switches).To(BeZero(), "an outage of %v is noticed", outage)
			case left > 1:
				Expect(switches).To(Equal(phases), "an outage of %v is noticed", outage)
			default:
				Expect(float64(switches)).To(BeNumerically("~", left*phases, 1), "an outage of %v is noticed", outage)
			}
		}
	},
	Entry("that checks each half second", checks{interval: time.Second / 2, limit: time.Second / 2, fall: 3}, "end", haproxy),
	Entry("that checks as HAProxy does", checks{interval: 2 * time.Second, limit: 2 * time.Second, fall: 3}, "end", haproxy),
	Entry("that checks on a fixed schedule", checks{interval: 2 * time.Second, limit: time.Second, fall: 2}, "start", fixed),
	Entry("that checks each 5 s, twice", checks{interval: 5 * time.Second, limit: time.Second, fall: 2}, "end", haproxy),
)
