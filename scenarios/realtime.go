package scenarios

import (
	"cmp"
	"time"
)

// RealTime is how far an instant or a span measured in real time may lie
// outside the expected range, or from its value in virtual time. It covers
// scheduling noise: a timer, a frame or an order waits until its process gets a
// processor. That mostly takes less than a millisecond. But if all processors
// are busy, each turn takes some milliseconds, and with tens of processes ahead
// in the queue the wait sometimes reaches 100 ms. One value serves all
// measures. It is well below the differences that matter: hello times of a
// second and more.
//
// Only what depends on instants gets this tolerance: near the ends of a window
// an event may count as inside or outside, and as many requests may end
// differently as are due in that time. Something that never happens in virtual
// time does not happen late in real time either, and noise does not decide in
// which order members change their states, how often the role moves, or whether
// two are Active at once. So these get no tolerance. The invariants need none:
// they look at the order of events, and one-active allows a hold time more than
// the first hello takes to end an overlap.
const RealTime = 150 * time.Millisecond

// RealTime is the tolerance of the scenario.
func (s *Scenario) RealTime() time.Duration { return cmp.Or(s.Tolerance, RealTime) }

// NoiseMax is a quarter of the tolerance. Above this noise, a failed run in
// real time says more about the machine than about the cluster. A request on a
// new connection takes eight turns in a row: client, fabric, member and fabric,
// twice. Each may have to wait. So noise up to a twelfth of the tolerance is
// safe, with ARP; between the two, several turns of one request must wait to
// exceed it.
func (s *Scenario) NoiseMax() time.Duration { return s.RealTime() / 4 }
