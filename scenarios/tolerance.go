package scenarios

import (
	"cmp"
	"math"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// RealTime is by how much an instant or a span that was measured in real time
// may lie outside of what is expected, or of what virtual time gives. It is
// scheduling noise: a timer, a frame or an order waits until its process is
// given a processor. Mostly that is below a millisecond; a machine whose
// processors are all busy hands out turns of some milliseconds each, and with
// tens of processes before one in the queue it comes to 100 ms at times. It is
// stated for all at once, and lies well below what is told apart: hello times
// of a second and more.
//
// What follows from it, and no more, is granted to what depends on instants:
// near the ends of a window it is open whether something lies inside, and of
// requests so many may end otherwise as are due in that time. What never
// happens in virtual time does not happen late in real time either; and in which
// order members change their states, how often the role moves, and whether two
// are Active at once, is not a matter of noise. So nothing is granted there. The
// invariants need none: they look at the order of events, and one-active allows
// a hold time more than the first hello takes to end an overlap.
const RealTime = 150 * time.Millisecond

// RealTime is the tolerance of the scenario.
func (s *Scenario) RealTime() time.Duration { return cmp.Or(s.Tolerance, RealTime) }

// NoiseMax is the noise beside which a wrong run in real time says more of the
// machine than of the cluster: a quarter of the tolerance. A request on a
// connection of its own takes eight turns in a row, of client, fabric, member and
// fabric again, twice, and each may have to wait. So the tolerance is safe up to a
// twelfth of it, with ARP; between the two it takes several waits in one request.
func (s *Scenario) NoiseMax() time.Duration { return s.RealTime() / 4 }

// span is the interval for a measured instant or span.
func (e Evidence) span(want Range[time.Duration]) Range[time.Duration] {
	return want.Widen(e.Tolerance)
}

// overlap is the interval for a span in which something is true of two members
// at once, or of none. That it is never so is not widened: such a span begins and
// ends with a change of state, and the order of those is the same everywhere.
func (e Evidence) overlap(want Range[time.Duration]) Range[time.Duration] {
	if want == Exactly[time.Duration](0) {
		return want
	}
	return e.span(want)
}

// about is the interval for a count of which some may be more or less. That
// something never happens is not widened.
func about(want Range[int], some int) Range[int] {
	if want == Exactly(0) {
		return want
	}
	return want.Widen(some)
}

// aboutShare is the interval for a share, of a number of things, of which some may be
// more or less.
func aboutShare(want Range[Share], some, of int) Range[Share] {
	if of == 0 {
		return want
	}
	return want.Widen(Share(float64(some) / float64(of)))
}

// due returns how many requests of a client, or of all, come due within the
// tolerance: so many may be sent, or end, otherwise than in virtual time.
func (e Evidence) due(client string) int { return e.scenario.Due(client, e.Tolerance) }

// passing returns how many connections may be open at an instant, or not, for
// the tolerance.
func (e Evidence) passing() int { return e.scenario.Passing(e.Tolerance) }

// Due returns how many requests of a client of the scenario, or of all clients
// for an empty name, come due within a span at most.
func (s *Scenario) Due(client string, within time.Duration) int {
	return s.dueBy(within, func(name string, _ topology.Client) bool { return client == "" || client == name })
}

// Passing returns how many connections that are made for a single request come
// and go within a span at most.
func (s *Scenario) Passing(within time.Duration) int {
	return s.dueBy(within, func(_ string, c topology.Client) bool { return c.Mode == topology.ModeNew })
}

func (s *Scenario) dueBy(within time.Duration, chosen func(string, topology.Client) bool) (requests int) {
	if s == nil {
		return 0
	}
	for name, n := range s.Topology.WithDefaults().Nodes { // order: a sum
		if n.Client != nil && chosen(name, *n.Client) {
			requests += int(math.Ceil(float64(n.Client.Rate) * within.Seconds()))
		}
	}
	return requests
}

// tolerantly checks an expectation as it is written and, if it does not hold so,
// once more with what real time may do to it. The result says when that counted.
func tolerantly(x Expectation, e Evidence) Result {
	tolerance := e.Tolerance
	e.Tolerance = 0
	exact := x.Check(e)
	if exact.Passed || tolerance == 0 {
		return exact
	}
	e.Tolerance = tolerance
	result := x.Check(e)
	if result.Passed {
		result.Got += "; within the " + spanText(tolerance) + " of real time"
	}
	return result
}
