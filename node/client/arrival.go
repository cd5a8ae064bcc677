package client

import (
	"math/rand/v2"
	"time"
)

// arrival computes when requests are due: at a constant interval, or as a
// Poisson process.
type arrival struct {
	rate   float64 // per second
	first  time.Duration
	count  int64 // instants returned so far
	last   time.Duration
	random *rand.Rand // nil: constant
}

// next returns the next instant.
func (a *arrival) next() time.Duration {
	if a.random != nil {
		if a.count == 0 {
			a.last = a.first
		}
		a.last += time.Duration(a.random.ExpFloat64() * float64(time.Second) / a.rate)
		a.count++
		return a.last
	}
	// Counted from the first instant, so that rounding errors do not add up.
	a.last = a.first + time.Duration(float64(a.count)*float64(time.Second)/a.rate)
	a.count++
	return a.last
}

// skip drops the instants before now, which a machine missed while it was down.
func (a *arrival) skip(now time.Duration) {
	if now <= a.first {
		return
	}
	if a.random != nil {
		a.first, a.count = now, 0
		return
	}
	a.count = int64(float64(now-a.first) * a.rate / float64(time.Second))
	for a.first+time.Duration(float64(a.count)*float64(time.Second)/a.rate) < now {
		a.count++
	}
}
