package spec_test

import (
	"cmp"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// checks is how often a program checks: X, t and fall of the formulas.
type checks struct {
	interval, limit time.Duration
	fall            int           // failures in a row
	retry           time.Duration // the interval after a failure; 0: the same
}

// delay is how long a failure takes to be noticed. A check that fails is silent
// and waits for its limit, or fails at once.
type delay func(c checks, silent bool) span

// haproxy counts the interval from the end of a check: phi(X) + (fall-1)·X, and
// silent fall·t more. With an interval of its own after a failure it is the
// check of keepalived: phi(delay_loop) + (retry+1)·t +
// retry·delay_before_retry, of which fall is retry+1.
func haproxy(c checks, silent bool) span {
	least := time.Duration(c.fall-1) * cmp.Or(c.retry, c.interval)
	if silent {
		least += time.Duration(c.fall) * c.limit
	}
	return span{least, least + c.interval}
}

// fixed counts the interval from the start of a check, as our probes do:
// phi(X) + (fall-1)·X, and silent t more. The limits of the checks before the
// last are within their intervals, for t is at most X.
func fixed(c checks, silent bool) span {
	least := time.Duration(c.fall-1) * c.interval
	if silent {
		least += c.limit
	}
	return span{least, least + c.interval}
}

// checkers is machines that check m1, one for each row of a card.
type checkers struct {
	nodes
	*card
	silent bool
	rows   int
}

// add adds a machine with a probe or a balancer.
func (k *checkers) add(program string, c checks, by, more string, takes delay) {
	config := fmt.Sprintf("by: %s, interval: %v, timeout: %v, fall: %d%s", by, c.interval, c.limit, c.fall, more)
	if by == "http-token" {
		config += ", token: abcdefghijklmnopqrstuvwxyz"
	}
	if program == "balancer" {
		config = "members: ['192.0.2.1:80'], check: {" + config + "}"
	} else {
		config = "target: 'http://192.0.2.1/', " + config
	}
	k.rows++
	name := fmt.Sprintf("%s-%d", program, k.rows)
	k.nodes.add(name, program+": {"+config+"}")
	k.row(name, config, takes(c, k.silent))
}

// Programs that check notice failures by the formulas of HAProxy and keepalived
// in spec/peers.md §2.8, or by that of a fixed schedule: for each number of
// failures and time limit, with each kind of check in turn.
var _ = DescribeTable("checks notice a failure by their formula", Label("formula", "probe", "balancer"),
	func(ctx SpecContext, interval time.Duration, line string, silent bool, kinds []string) {
		k := &checkers{card: newCard(), silent: silent}
		k.nodes.add("m1", "backend: {}")
		for i, fall := range []int{1, 2, 3, 5} {
			for j, limit := range []time.Duration{interval, interval / 4} {
				by, c := kinds[(i+j)%len(kinds)], checks{interval: interval, limit: limit, fall: fall}
				k.add("probe", c, by, "", fixed)
				k.add("balancer", c, by, "", haproxy)
			}
		}
		c := checks{interval: interval, limit: interval / 4, fall: 3}
		k.add("balancer", c, kinds[0], ", pace: start", fixed)
		c.retry = interval / 2
		k.add("balancer", c, kinds[0], fmt.Sprintf(", fast-interval: %v", c.retry), haproxy)
		p := phased{
			topology: k.topology(), from: 4 * interval, period: interval, lasts: k.longest() + interval, faults: []string{line},
			keep: event.SetOf(event.ProbeChanged{}, event.BalancerMemberChanged{}),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
			for e, b := range event.From[event.ProbeChanged](o.Events) {
				if b.State == "down" {
					k.see(e.Node, e.At-at)
				}
			}
			for e, b := range event.From[event.BalancerMemberChanged](o.Events) {
				if b.State == "down" {
					k.see(e.Node, e.At-at)
				}
			}
		})
		k.judge(p.phaseTime())
	},
	// Refused, or answered with an error: each check fails at once.
	Entry("refused, every second", time.Second, "stop service http on m1", false, anyCheck),
	Entry("refused, every 2 s", 2*time.Second, "stop service http on m1", false, anyCheck),
	Entry("refused, every 5 s", 5*time.Second, "stop service http on m1", false, anyCheck),
	Entry("an error, every 2 s", 2*time.Second, "backend m1 status 500", false, httpCheck),
	// Silent: each check waits for its limit, for a connection or for an answer.
	Entry("no connection, every second", time.Second, "drop tcp from m1", true, anyCheck),
	Entry("no connection, every 2 s", 2*time.Second, "drop tcp from m1", true, anyCheck),
	Entry("no connection, every 5 s", 5*time.Second, "drop tcp from m1", true, anyCheck),
	Entry("no answer, every 2 s", 2*time.Second, "backend m1 hang", true, httpCheck),
)

// Kinds of check, of those that need no special server.
var (
	anyCheck  = []string{"tcp-half", "tcp-full", "http-status", "http-token"}
	httpCheck = []string{"http-status", "http-token"}
)
