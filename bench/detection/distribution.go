package detection

import (
	"math"
	"time"
)

// distribution is the probability of a time of at most x.
type distribution func(x time.Duration) float64

// uniform is any time between two: what is left of a fixed period at any
// instant.
func uniform(from, to time.Duration) distribution {
	return func(x time.Duration) float64 { return min(max(float64(x-from)/float64(to-from), 0), 1) }
}

// age is how long ago a timer fired last, or how long it is until it fires
// next, at any instant: the distribution of renewal theory. Its periods are
// anything between period·(1-jitter) and period·(1+jitter), and an instant
// falls into a long one more often than into a short one: an age is at most x
// with the probability of ∫₀ˣ P(a period is longer than u) du / period.
func age(period time.Duration, jitter float64) distribution {
	least, most := 1-jitter, 1+jitter // in periods
	return func(x time.Duration) float64 {
		u := min(max(float64(x)/float64(period), 0), most)
		if u <= least {
			return u
		}
		return least + (most*(u-least)-(u*u-least*least)/2)/(most-least)
	}
}

// before is a time less something that is distributed so.
func before(t time.Duration, d distribution) distribution {
	return func(x time.Duration) float64 { return 1 - d(t-x) }
}

// after is a time and something that is distributed so.
func after(t time.Duration, d distribution) distribution {
	return func(x time.Duration) float64 { return d(x - t) }
}

// arrivals is the time until the n-th of requests that come at random, so many
// in a second (Erlang).
func arrivals(n int, rate float64) distribution {
	return func(x time.Duration) float64 {
		mean := rate * max(x.Seconds(), 0)
		term, sum := math.Exp(-mean), 0.0
		for k := range n {
			if k > 0 {
				term *= mean / float64(k)
			}
			sum += term
		}
		return 1 - sum
	}
}

// turns is the time until a member's turn, of so many in a rotation that stands
// anywhere: the next request may be its, or the last of a round.
func turns(members int, rate float64) distribution {
	return func(x time.Duration) float64 {
		sum := 0.0
		for n := range members {
			sum += arrivals(n+1, rate)(x)
		}
		return sum / float64(members)
	}
}

// nextSecond is the time from any instant to the end of its second, and then
// until the next request.
func nextSecond(rate float64) distribution {
	return func(x time.Duration) float64 {
		s := max(x.Seconds(), 0)
		rest := min(s, 1)
		return rest - math.Exp(-rate*s)*math.Expm1(rate*rest)/rate
	}
}
