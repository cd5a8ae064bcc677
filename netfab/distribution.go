package netfab

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Distribution is the distribution of a delay's jitter.
type Distribution string

// The distributions. The empty one is Uniform.
const (
	Uniform     Distribution = "uniform"     // from -jitter to +jitter
	Normal      Distribution = "normal"      // jitter is the standard deviation; never beyond six of them
	Exponential Distribution = "exponential" // jitter is the mean of the added delay
)

func (d Distribution) check() error {
	switch d {
	case "", Uniform, Normal, Exponential:
		return nil
	}
	return fmt.Errorf("distribution: got %q, want %s, %s or %s", string(d), Uniform, Normal, Exponential)
}

// draw returns the variation of one delay. It uses no logarithm: its last bit
// differs between processors, and runs must not differ.
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
// Neumann's comparison of uniform draws: each descending run of even length
// adds one to the result; the first number of the first run of odd length is
// the fraction.
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
