package statistic

import (
	"math"
	"slices"
)

// Step is a step of an empirical distribution.
type Step struct {
	Value float64
	Share float64 // of the values that are at most Value
}

// CDF returns the empirical distribution of the sample, a step for each
// different value that is known. Censored values count as beyond the largest:
// its last share is below 1 then.
func CDF(s Sample) []Step {
	var steps []Step
	n := float64(s.Count())
	for i, v := range s.atMost {
		if math.IsInf(v, 1) {
			break
		}
		if i+1 == len(s.atMost) || s.atMost[i+1] != v {
			steps = append(steps, Step{v, float64(i+1) / n})
		}
	}
	return steps
}

// Kolmogorov tests whether values were drawn from a continuous distribution,
// given as the probability of a value of at most x (Kolmogorov and Smirnov).
// Statistic is the largest distance of their empirical distribution from it. P
// is exact up to 100 values (Marsaglia, Tsang and Wang, Journal of Statistical
// Software 8/18, 2003), and beyond that the limit with the correction of
// Stephens (JRSS B 32, 1970), off by less than a thousandth.
func Kolmogorov(values []float64, atMost func(x float64) float64) Test {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	t := Test{P: 1, Count: n, Exact: n <= kolmogorovExact}
	for i, v := range sorted {
		p := atMost(v)
		t.Statistic = max(t.Statistic, float64(i+1)/float64(n)-p, p-float64(i)/float64(n))
	}
	if n > 0 {
		t.P = kolmogorovBeyond(t.Statistic, n)
	}
	return t
}

// smirnovExact is up to which product of counts Smirnov is exact.
const smirnovExact = 1_000_000

// Smirnov tests whether two samples come from one distribution. Statistic is
// the largest distance of their empirical distributions. Equal values in both
// make P larger than it need be.
func Smirnov(a, b []float64) Test {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	m, n := len(x), len(y)
	t := Test{P: 1, Count: m + n, Exact: m*n <= smirnovExact}
	if m == 0 || n == 0 {
		return t
	}
	most := 0 // the statistic times m times n, which is a whole number
	for i, j := 0, 0; i < m && j < n; {
		v := min(x[i], y[j])
		for i < m && x[i] == v {
			i++
		}
		for j < n && y[j] == v {
			j++
		}
		most = max(most, i*n-j*m, j*m-i*n)
	}
	t.Statistic = float64(most) / float64(m) / float64(n)
	if t.Exact {
		t.P = smirnovBeyond(most, m, n)
	} else {
		t.P = kolmogorovLimit(t.Statistic * math.Sqrt(float64(m)*float64(n)/float64(m+n)))
	}
	return t
}

// smirnovBeyond returns the probability that two samples of m and n values of
// one distribution differ by at least most/(m·n). Sorted together, they are a
// path through a grid, each equally probable: from i and j values, the next one
// belongs to the first sample as often as values of it are left.
func smirnovBeyond(most, m, n int) float64 {
	inside := make([]float64, n+1)
	for i := 0; i <= m; i++ {
		for j := 0; j <= n; j++ {
			p := 0.0
			switch {
			case max(i*n-j*m, j*m-i*n) >= most && most > 0:
			case i == 0 && j == 0:
				p = 1
			default:
				left := float64(m + n - i - j + 1)
				if i > 0 {
					p += inside[j] * float64(m-i+1) / left
				}
				if j > 0 {
					p += inside[j-1] * float64(n-j+1) / left
				}
			}
			inside[j] = p
		}
	}
	if most == 0 {
		return 1
	}
	return min(max(1-inside[n], 0), 1)
}

const kolmogorovExact = 100

// kolmogorovBeyond returns the probability of a distance of at least d for n
// values.
func kolmogorovBeyond(d float64, n int) float64 {
	if n <= kolmogorovExact {
		return min(max(1-kolmogorovWithin(d, n), 0), 1)
	}
	root := math.Sqrt(float64(n))
	return kolmogorovLimit(d * (root + 0.12 + 0.11/root))
}

// kolmogorovLimit returns the probability of a distance of at least x, times
// the root of the number of values, for many values.
func kolmogorovLimit(x float64) float64 {
	if x < 0.2 { // where the sum converges slowly, and the result is 1
		return 1
	}
	sum, sign := 0.0, 1.0
	for k := 1.0; k <= 100; k++ {
		term := math.Exp(-2 * k * k * x * x)
		sum += sign * term
		sign = -sign
		if term < 1e-17 {
			break
		}
	}
	return min(max(2*sum, 0), 1)
}

// kolmogorovWithin returns the probability of a distance below d for n values:
// an element of the n-th power of a matrix.
func kolmogorovWithin(d float64, n int) float64 {
	k := int(float64(n)*d) + 1
	size := 2*k - 1
	h := float64(k) - float64(n)*d
	matrix := make([]float64, size*size)
	for i := range size {
		for j := range size {
			if i-j+1 >= 0 {
				matrix[i*size+j] = 1
			}
		}
	}
	for i := range size {
		matrix[i*size] -= math.Pow(h, float64(i+1))
		matrix[(size-1)*size+i] -= math.Pow(h, float64(size-i))
	}
	if 2*h-1 > 0 {
		matrix[(size-1)*size] += math.Pow(2*h-1, float64(size))
	}
	for i := range size {
		for j := range size {
			for g := 1; g <= i-j+1; g++ {
				matrix[i*size+j] /= float64(g)
			}
		}
	}
	power := identity(size)
	for range n {
		power = product(power, matrix, size)
	}
	p := power[(k-1)*size+k-1]
	for i := 1; i <= n; i++ {
		p *= float64(i) / float64(n)
	}
	return p
}

func identity(size int) []float64 {
	m := make([]float64, size*size)
	for i := range size {
		m[i*size+i] = 1
	}
	return m
}

func product(a, b []float64, size int) []float64 {
	c := make([]float64, size*size)
	for i := range size {
		for k := range size {
			v := a[i*size+k]
			for j := range size {
				c[i*size+j] += v * b[k*size+j]
			}
		}
	}
	return c
}
