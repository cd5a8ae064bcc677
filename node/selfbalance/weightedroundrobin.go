package selfbalance

// weightedRoundRobin is wrr of spec/failover.md §5.4: it walks the list again
// and again, each time with a lower bound of the weight, so that a member of
// weight 3 is chosen three times while one of weight 1 is chosen once.
type weightedRoundRobin struct {
	known   bool // whether the fields below are those of version
	version uint64
	at      int // place at which the walk goes on; len(Order) at the end of the list
	step    int // greatest common divisor of the weights above 0
	top     int // the highest bound; 0 if all weights are 0
	bound   int // the least weight that is chosen in this walk, cw in the spec
}

// Schedule returns the next member whose weight is not below the bound.
func (w *weightedRoundRobin) Schedule(_ Flow, d *Destinations) (Slot, bool) {
	if !w.known || w.version != d.Version {
		w.update(d)
	}
	if w.top == 0 {
		return 0, false
	}
	for {
		if w.at == len(d.Order) {
			// The member with the largest weight is never below the bound, so that the
			// second walk at the latest finds one.
			w.at = 0
			w.bound -= w.step
			if w.bound <= 0 {
				w.bound = w.top
			}
		}
		slot := d.Order[w.at]
		w.at++
		if int(d.Weights[slot]) >= w.bound {
			return slot, true
		}
	}
}

// update goes back to the beginning of the list and keeps the bound where it
// is, as IPVS does when a weight changes or a member comes or goes
// (ip_vs_wrr.c, ip_vs_wrr_dest_changed).
func (w *weightedRoundRobin) update(d *Destinations) {
	w.known, w.version, w.at = true, d.Version, 0
	step, most := 0, 0
	for _, slot := range d.Order {
		weight := int(d.Weights[slot])
		step, most = divisor(weight, step), max(most, weight)
	}
	w.step = max(step, 1)
	w.top = most - (w.step - 1)
	switch {
	case w.bound > w.top || w.bound == 0:
		w.bound = w.top
	case w.step > 1:
		w.bound = w.bound/w.step*w.step + 1
	}
}

// divisor returns the greatest common divisor; that of 0 and n is n.
func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
