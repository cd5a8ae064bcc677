package scenarios

import (
	"cmp"
	"time"
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
