package statistic

import (
	"fmt"
	"math/rand/v2"
)

// LatinHypercube returns n points of the unit cube, each coordinate from 0 to
// below 1: if each coordinate is divided into n equal parts, there is one point
// in each part (McKay, Beckman and Conover, Technometrics 21, 1979). The same
// seed gives the same points.
func LatinHypercube(n, knobs int, seed uint64) [][]float64 {
	r := source(seed, 1)
	points := cube(n, knobs)
	for k := range knobs {
		for i, part := range r.Perm(n) {
			points[i][k] = below1((float64(part) + r.Float64()) / float64(n))
		}
	}
	return points
}

// Halton returns n points of the unit cube that fill it evenly, however many of
// them are taken: n more points leave the first ones as they are. Digits are
// permuted at random, since plain Halton points lie on lines for more than a
// few knobs (Owen, A randomized Halton algorithm in R, arXiv 1706.02808). It
// panics for more knobs than there are primes below 212.
func Halton(n, knobs int, seed uint64) [][]float64 {
	if knobs > len(primes) {
		panic(fmt.Sprintf("statistic: Halton points: got %d knobs, at most %d", knobs, len(primes)))
	}
	points := cube(n, knobs)
	for k := range knobs {
		r, base := source(seed, uint64(2+k)), primes[k]
		for scale, weight := 1.0, 1/float64(base); 1+weight > 1; scale, weight = scale*float64(base), weight/float64(base) {
			digits := r.Perm(base)
			for i := range points {
				digit := 0
				if scale <= float64(n) {
					digit = i / int(scale) % base
				}
				points[i][k] += float64(digits[digit]) * weight
			}
		}
		for i := range points {
			points[i][k] = below1(points[i][k])
		}
	}
	return points
}

var primes = func() (all []int) {
	for p := 2; p < 212; p++ {
		prime := true
		for _, q := range all {
			prime = prime && p%q != 0
		}
		if prime {
			all = append(all, p)
		}
	}
	return all
}()

// source returns random numbers that depend on seed and purpose only.
func source(seed, purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, purpose)) }

func cube(n, knobs int) [][]float64 {
	points := make([][]float64, n)
	for i := range points {
		points[i] = make([]float64, knobs)
	}
	return points
}

// below1 returns a coordinate that rounding has not taken to 1.
func below1(x float64) float64 { return min(x, 1-1.0/(1<<53)) }
