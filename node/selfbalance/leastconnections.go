package selfbalance

import "github.com/cablepull/cablepull/node/planted"

// weightedLeastConnections is wlc of spec/failover.md §5.4. A connection that
// is not active costs its member 1/256 of one that is.
type weightedLeastConnections struct{}

// Schedule returns the member with the least overhead for its weight; of equal
// ones the first.
func (weightedLeastConnections) Schedule(_ Flow, d *Destinations) (Slot, bool) {
	var least Slot
	var leastOverhead, leastWeight int64
	for _, slot := range d.Order {
		weight := int64(d.Weights[slot])
		if planted.In(planted.WeightZeroIgnored) {
			weight = max(weight, 1)
		}
		count := &d.Counts[slot]
		overhead := int64(count.Active)<<8 + int64(count.Inactive)
		// Compares overhead/weight without dividing. A weight of 0 never wins.
		if leastWeight == 0 || leastOverhead*weight > overhead*leastWeight {
			least, leastOverhead, leastWeight = slot, overhead, weight
		}
	}
	return least, leastWeight != 0
}
