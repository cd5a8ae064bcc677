package spec_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// The formula card of spec/peers.md §2.8 says how long programs take to notice
// a failure. What each row is held against:
//
//	HSRP                 our standby control: formula_election_test.go
//	VRRP                 keepalived itself, on namespaces: real-keepalived-*
//	HAProxy              our balancer: formula_check_test.go; HAProxy itself on
//	                     namespaces: real-haproxy-*
//	keepalived check     our balancer with fast-interval; not keepalived itself,
//	                     whose checks belong to IPVS
//	track_script         a check that a member tracks: formula_election_test.go
//	nginx                our proxy: formula_proxy_test.go; nginx itself on
//	                     namespaces: nginx_test.go, real-nginx-*
//	Envoy active, GLB    nothing of theirs. Their formula is HAProxy's, silent, so
//	                     our balancer would follow it, but not GLB's hold of 10 s
//	CARP, Envoy passive, memberlist, corosync
//	                     nothing: no program here follows them, and none of theirs
//	                     is run
//
// Package bench/detection holds the same formulas against the distribution of
// measured times, with jitter.
//
// Our own rows are a probe, whose schedule is fixed, in formula_check_test.go,
// and the checks and damp of load-balancer groups, in formula_group_test.go.

// phases is at how many instants of a period a fault comes, one after the
// other: a formula with phi in it is an interval, and must be right and no
// wider than it has to be.
const phases = 8

// phased is a cluster that suffers the same faults again and again, each time
// in a fresh world and at another phase of a period.
type phased struct {
	topology topology.Topology
	from     time.Duration // the first phase
	period   time.Duration
	lasts    time.Duration // from the faults to the end
	faults   []string
	keep     event.Set
}

// phaseTime is how far one phase is from the next.
func (p phased) phaseTime() time.Duration { return p.period / phases }

// play plays all phases, and calls see with what came out of each and the
// instant of the faults.
func (p phased) play(ctx context.Context, see func(at time.Duration, o *scenarios.Outcome)) {
	GinkgoHelper()
	var faults []fault.Fault
	for _, line := range p.faults {
		f, err := fault.Parse(line)
		Expect(err).NotTo(HaveOccurred())
		faults = append(faults, f)
	}
	for i := range phases {
		at := p.from + time.Duration(i)*p.phaseTime()
		s := &scenarios.Scenario{
			Name: "formula", Topology: p.topology, Duration: at + p.lasts,
			Timeline: []scenarios.Step{{At: at, Faults: faults}},
		}
		o, err := s.Run(ctx, scenarios.RunOptions{Seed: 1, Keep: p.keep})
		Expect(err).NotTo(HaveOccurred())
		Expect(o.Violations).To(BeEmpty(), "invariants, with %v at %v", p.faults, at)
		see(at, o)
	}
}

// card holds formulas against what was measured. Rows have the names of nodes,
// or of whatever is measured.
type card struct {
	want map[string]span
	said map[string]string // what the row is
	took map[string][]time.Duration
}

func newCard() *card {
	return &card{map[string]span{}, map[string]string{}, map[string][]time.Duration{}}
}

// row adds a row: what is measured, and the interval of the formula.
func (c *card) row(name, what string, want span) { c.want[name], c.said[name] = want, what }

// longest is the longest time that a row may take.
func (c *card) longest() (most time.Duration) {
	for _, want := range c.want {
		most = max(most, want.to)
	}
	return most
}

// see takes the time that a row took.
func (c *card) see(row string, took time.Duration) { c.took[row] = append(c.took[row], took) }

// judge fails unless each row was measured once in each phase, no measurement
// lies outside the row's interval, and some lie within one phase of either end.
// A message takes time, and a check that is under way at the fault began before
// it.
func (c *card) judge(phaseTime time.Duration) {
	GinkgoHelper()
	Expect(slices.Sorted(maps.Keys(c.took))).To(Equal(slices.Sorted(maps.Keys(c.want))), "rows that were measured")
	for _, row := range topology.Names(c.want) {
		want, took := c.want[row], c.took[row]
		what := fmt.Sprintf("%s: %s: got %v, want %v to %v", row, c.said[row], took, want.from, want.to)
		Expect(took).To(HaveLen(phases), what)
		least, most := slices.Min(took), slices.Max(took)
		Expect(least).To(BeNumerically(">=", want.from-message), "sooner than the formula says: "+what)
		Expect(most).To(BeNumerically("<=", want.to+message), "later than the formula says: "+what)
		Expect(least).To(BeNumerically("<=", want.from+phaseTime+message), "never soon: "+what)
		Expect(most).To(BeNumerically(">=", want.to-phaseTime-message), "never late: "+what)
	}
}

// nodes is the part of a scenario file below its nodes, of machines on one
// segment, each with an address of its own.
type nodes struct {
	text strings.Builder
	many int
}

// add adds a machine with programs, such as backend: {}.
func (n *nodes) add(name string, programs ...string) {
	n.many++
	fmt.Fprintf(&n.text, "  %s: {nics: {lan: 192.0.2.%d/24}, %s}\n", name, n.many, strings.Join(programs, ", "))
}

// topology reads them.
func (n *nodes) topology() topology.Topology {
	GinkgoHelper()
	return kit.YAML("segments: {lan: {}}\nnodes:\n" + n.text.String())
}
