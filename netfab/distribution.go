package netfab

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Distribution says how a jitter varies a delay.
type Distribution string

// The distributions. The empty one is Uniform.
const (
	Uniform     Distribution = "uniform"     // from -jitter to +jitter
	Normal      Distribution = "normal"      // jitter is the standard deviation; never beyond six of them
	Exponential Distribution = "exponential" // jitter is the mean of what is added
)

func (d Distribution) check() error {
	switch d {
	case "", Uniform, Normal, Exponential:
		return nil
	}
	return fmt.Errorf("distribution: got %q, want %s, %s or %s", string(d), Uniform, Normal, Exponential)
}

// draw returns how much one delay varies. It uses no logarithm, because
// processors differ in its last bit, and a run must not.
func (d Distribution) draw(random *rand.Rand, jitter time.Duration) time.Duration {
	if jitter <= 0 {
		return 0
	}
	var x float64
	switch d {
	case Normal:
		x = normal(random)
	case Exponential:
		x = exponential(random)
	default:
		x = 2*random.Float64() - 1
	}
	return time.Duration(x * float64(jitter))
}

// normal draws from the standard normal distribution, as the sum of twelve
// uniform draws.
func normal(random *rand.Rand) float64 {
	sum := -6.0
	for range 12 {
		sum += random.Float64()
	}
	return sum
}

// exponential draws from the exponential distribution of mean 1 by von
// Neumann's comparison of uniform draws: while runs that fall have an even
// length the result grows by one; the head of the first run of odd length is
// its fraction.
func exponential(random *rand.Rand) float64 {
	for whole := 0.0; ; whole++ {
		head := random.Float64()
		last, length := head, 1
		for {
			u := random.Float64()
			if u >= last {
				break
			}
			last = u
			length++
		}
		if length%2 == 1 {
			return whole + head
		}
	}
}
