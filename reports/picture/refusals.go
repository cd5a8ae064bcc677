package picture

import "time"

// refusedMax is how many times of refused memory a machine has.
const refusedMax = 50

// refusals are the times in which programs did not get the memory they asked
// for.
type refusals struct {
	times   []during
	apart   time.Duration // those that are less apart are one
	total   time.Duration // of those that have ended
	began   time.Duration
	lasting bool
}

// turn begins or ends a time.
func (r *refusals) turn(at time.Duration, refusing bool) {
	if refusing == r.lasting {
		return
	}
	r.lasting = refusing
	n := len(r.times)
	switch {
	case !refusing:
		r.times[n-1].to = at
		r.total += at - r.began
		return
	case n > 0 && at-r.times[n-1].to < r.apart:
		r.times[n-1].to = -1
	default:
		r.times = append(r.times, during{at, -1})
	}
	r.began = at
	if len(r.times) > refusedMax {
		r.merge(at)
	}
}

// merge makes fewer times: twice as many fit until an instant.
func (r *refusals) merge(until time.Duration) {
	r.apart = max(2*r.apart, 2*(until-r.times[0].from)/refusedMax)
	kept := r.times[:1]
	for _, d := range r.times[1:] {
		if last := &kept[len(kept)-1]; d.from-last.to < r.apart {
			last.to = d.to
		} else {
			kept = append(kept, d)
		}
	}
	r.times = kept
}

// lasted is how long memory was refused in a run that is so long.
func (r *refusals) lasted(total time.Duration) time.Duration {
	if r.lasting {
		return r.total + total - r.began
	}
	return r.total
}

// during is a time that has not ended yet if to is negative.
type during struct{ from, to time.Duration }

// until is when it ended in a run that is so long.
func (d during) until(total time.Duration) time.Duration {
	if d.to < 0 {
		return total
	}
	return d.to
}
