package netfab

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/sim/noise"
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
		x = noise.Exponential(random)
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
