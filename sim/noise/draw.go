package noise

import (
	"math"
	"math/rand/v2"
	"time"
)

// Draws are the draws of one distribution from one stream.
type Draws struct {
	distribution Distribution
	random       *rand.Rand
	scale        float64 // of the logarithm, of a lognormal or Pareto distribution
	place        int     // in the series of a trace; before the first draw: -1
}

// NewDraws returns the draws of a distribution without problems. The stream is
// theirs alone.
func NewDraws(d Distribution, random *rand.Rand) *Draws {
	draws := &Draws{distribution: d, random: random, place: -1}
	if l := d.Lognormal; l != nil {
		draws.scale = logarithm(float64(l.P99)/float64(l.Median)) / normal99
	}
	if p := d.Pareto; p != nil {
		draws.scale = logarithm(float64(p.P99)/float64(p.Min)) / exponential99
	}
	return draws
}

// The 99th percentiles of the standard normal distribution, and of the
// exponential one with mean 1.
const (
	normal99      = 2.3263478740408408
	exponential99 = 4.605170185988092
)

// Next draws a span. It is never negative.
func (s *Draws) Next() time.Duration {
	d := s.distribution
	span := float64(0)
	switch {
	case d.Constant != nil:
		return s.limited(float64(*d.Constant))
	case d.Uniform != nil:
		span = float64(d.Uniform.Low) + float64(s.random.Float64()*float64(d.Uniform.High-d.Uniform.Low))
	case d.Exponential != nil:
		span = Exponential(s.random) * float64(*d.Exponential)
	case d.Lognormal != nil:
		span = float64(d.Lognormal.Median) * exponentialOf(s.scale*Normal(s.random))
	case d.Pareto != nil:
		span = float64(d.Pareto.Min) * exponentialOf(s.scale*Exponential(s.random))
	case len(d.Values) > 0:
		span = float64(d.Values[s.random.IntN(len(d.Values))])
	default:
		span = float64(s.next())
	}
	return s.limited(span)
}

// next is the next span of a trace.
func (s *Draws) next() time.Duration {
	series := s.distribution.series
	if s.place < 0 {
		s.place = s.random.IntN(len(series))
	}
	span := series[s.place]
	s.place = (s.place + 1) % len(series)
	return span
}

// ever is the longest span: sums of two do not overflow.
const ever = time.Duration(math.MaxInt64 / 4)

func (s *Draws) limited(span float64) time.Duration {
	d := ever
	if span < float64(ever) {
		d = time.Duration(span)
	}
	if most := s.distribution.Max; most > 0 {
		d = min(d, most)
	}
	return d
}

// Exponential draws from the exponential distribution of mean 1 by von
// Neumann's comparison of uniform draws: each descending run of even length
// adds one to the result; the first number of the first run of odd length is
// the fraction.
func Exponential(random *rand.Rand) float64 {
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

// Normal draws from the standard normal distribution, by rejection: a whole
// part k with a probability that falls as exp(-k²/2), a fraction x, which is
// kept with the probability exp(-x(2k+x)/2), and a sign (Karney, Sampling
// exactly from the normal distribution, 2016, algorithm N).
func Normal(random *rand.Rand) float64 {
	const half = 0.5
	for {
		k := 0
		for happens(random, half) {
			k++
		}
		kept := true
		for range k * (k - 1) {
			if !happens(random, half) {
				kept = false
				break
			}
		}
		if !kept {
			continue
		}
		x := random.Float64()
		for range k + 1 { // exp(-x(2k+x)/2) as a product of k+1 equal factors
			if kept = happens(random, float64(x*(float64(2*k)+x))/float64(2*(k+1))); !kept {
				break
			}
		}
		if !kept {
			continue
		}
		if random.Uint64()&1 == 0 {
			return -(float64(k) + x)
		}
		return float64(k) + x
	}
}

// happens is true with the probability exp(-g), for g from 0 to 1, by von
// Neumann's comparison: a run of uniform draws that descends from g has an even
// length with that probability.
func happens(random *rand.Rand, g float64) bool {
	even := true
	for last := g; ; even = !even {
		u := random.Float64()
		if u >= last {
			return even
		}
		last = u
	}
}

// exponentialOf is e to the power x. math.Exp may differ in its last bit from
// one processor to another; here each step is rounded by itself.
func exponentialOf(x float64) float64 {
	const ln2, most = 0.6931471805599453, 700
	x = min(max(x, -most), most)
	whole := math.Floor(float64(x/ln2) + 0.5)
	rest := x - float64(whole*ln2) // within ±0.35
	sum := 1.0
	for n := 16.0; n > 0; n-- { // the series of e^rest, innermost term first
		sum = 1 + float64(float64(rest/n)*sum)
	}
	return math.Ldexp(sum, int(whole))
}

// logarithm is the natural logarithm of a positive number, by Halley's steps on
// exponentialOf.
func logarithm(x float64) float64 {
	_, power := math.Frexp(x)
	y := float64(power) * 0.6931471805599453
	for range 6 {
		e := exponentialOf(y)
		y += float64(2*float64(x-e)) / float64(x+e)
	}
	return y
}
