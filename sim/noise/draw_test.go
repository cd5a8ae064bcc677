package noise

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
)

const ms = time.Millisecond

func constant(d time.Duration) *time.Duration { return &d }

// draws returns n draws of a distribution from the stream of a seed.
func draws(d Distribution, seed uint64, n int) []time.Duration {
	s := NewDraws(d, sim.Stream(seed, "test"))
	var all []time.Duration
	for range n {
		all = append(all, s.Next())
	}
	return all
}

// below is the share of a standard normal distribution below z.
func below(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// TestDistributions: the largest distance between the share of draws below any
// span and that of the distribution is what chance allows in one of a thousand
// tests (Kolmogorov-Smirnov: 1.95/√n), for seeds that were fixed before.
func TestDistributions(t *testing.T) {
	const n = 20000
	mean := float64(30 * time.Second)
	sigma := math.Log(1200.0/40) / normal99
	shape := math.Log(100) / math.Log(2000.0/10)
	for _, c := range []struct {
		name  string
		of    Distribution
		below func(x float64) float64
	}{
		{"uniform", Distribution{Uniform: &Range{2 * ms, 10 * ms}}, func(x float64) float64 { return (x/float64(ms) - 2) / 8 }},
		{"exponential", Distribution{Exponential: constant(30 * time.Second)}, func(x float64) float64 { return 1 - math.Exp(-x/mean) }},
		{"lognormal", Distribution{Lognormal: &Lognormal{40 * ms, 1200 * ms}}, func(x float64) float64 {
			return below(math.Log(x/float64(40*ms)) / sigma)
		}},
		{"pareto", Distribution{Pareto: &Pareto{10 * ms, 2 * time.Second}}, func(x float64) float64 {
			return 1 - math.Pow(float64(10*ms)/x, shape)
		}},
	} {
		for seed := range uint64(3) {
			all := draws(c.of, seed+1, n)
			slices.Sort(all)
			distance := 0.0
			for i, x := range all {
				f := c.below(float64(x))
				distance = max(distance, f-float64(i)/n, float64(i+1)/n-f)
			}
			if most := 1.95 / math.Sqrt(n); distance > most {
				t.Errorf("%s, seed %d: the distance is %.4f, want at most %.4f", c.name, seed+1, distance, most)
			}
		}
	}
}

// TestNormal: mean, variance and the share beyond three standard deviations of
// a million draws lie within four standard errors.
func TestNormal(t *testing.T) {
	const n = 1_000_000
	random := sim.Stream(7, "normal")
	sum, squares, far := 0.0, 0.0, 0.0
	for range n {
		x := Normal(random)
		sum, squares = sum+x, squares+x*x
		if math.Abs(x) > 3 {
			far++
		}
	}
	share := 2 * (1 - below(3))
	for _, c := range []struct {
		name            string
		got, want, wide float64
	}{
		{"mean", sum / n, 0, 4 / math.Sqrt(n)},
		{"variance", squares / n, 1, 4 * math.Sqrt2 / math.Sqrt(n)},
		{"beyond three", far / n, share, 4 * math.Sqrt(share/n)},
	} {
		if math.Abs(c.got-c.want) > c.wide {
			t.Errorf("%s: got %v, want %v ± %v", c.name, c.got, c.want, c.wide)
		}
	}
}

// TestExponentialAndLogarithm holds our own against the library's, whose last
// bit may differ between processors.
func TestExponentialAndLogarithm(t *testing.T) {
	for x := -40.0; x <= 40; x += 0.0137 {
		if got, want := exponentialOf(x), math.Exp(x); math.Abs(got/want-1) > 1e-14 {
			t.Fatalf("e^%v: got %v, want %v", x, got, want)
		}
		y := math.Exp(x)
		if got, want := logarithm(y), math.Log(y); math.Abs(got-want) > 1e-13 {
			t.Fatalf("ln %v: got %v, want %v", y, got, want)
		}
	}
}

// TestDrawsAreTheSameEverywhere pins draws: whoever changes one changes every
// run with noise, on this processor or on another one.
func TestDrawsAreTheSameEverywhere(t *testing.T) {
	for _, c := range []struct {
		of   Distribution
		want string
	}{
		{Distribution{Exponential: constant(30 * time.Second)}, "[25.984087685s 40.100055015s 10.094693296s 31.419250058s]"},
		{Distribution{Lognormal: &Lognormal{40 * ms, 1200 * ms}}, "[10.622711ms 167.307621ms 1.791401ms 54.211114ms]"},
		{Distribution{Pareto: &Pareto{10 * ms, 2 * time.Second}}, "[27.087919ms 46.546054ms 14.727575ms 33.36572ms]"},
	} {
		if got := fmt.Sprint(draws(c.of, 1, 4)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestTrace: a trace begins at a random place, keeps its order and begins
// again; each of its places is as likely.
func TestTrace(t *testing.T) {
	series := []time.Duration{1, 2, 3, 4, 5}
	first := map[time.Duration]int{}
	for seed := range uint64(500) {
		all := draws(Distribution{series: series}, seed, 12)
		first[all[0]]++
		for i := range all[1:] {
			if want := all[i]%5 + 1; all[i+1] != want {
				t.Fatalf("seed %d: got %v, want %v after %v", seed, all[i+1], want, all[i])
			}
		}
	}
	for _, span := range series { // 100 ± four standard errors
		if n := first[span]; n < 64 || n > 136 {
			t.Errorf("%d draws begin with %d of 500, want about 100", span, n)
		}
	}
}

// TestBounds: no draw exceeds the maximum, or the longest that the distribution
// says there is, and none is negative.
func TestBounds(t *testing.T) {
	for name, d := range map[string]Distribution{
		"constant":  {Constant: constant(5 * ms)},
		"uniform":   {Uniform: &Range{0, 2 * ms}},
		"values":    {Values: []time.Duration{1, 7 * ms, 3}},
		"lognormal": {Lognormal: &Lognormal{40 * ms, 1200 * ms}, Max: 90 * ms},
		"pareto":    {Pareto: &Pareto{10 * ms, 2 * time.Second}, Max: time.Second},
		"endless":   {Pareto: &Pareto{1, 100 * time.Hour}},
	} {
		longest := time.Duration(0)
		for _, x := range draws(d, 3, 5000) {
			if longest = max(longest, x); x < 0 || x > d.Longest() {
				t.Fatalf("%s: got %v, want 0s to %v", name, x, d.Longest())
			}
		}
		if d.Max > 0 && longest != d.Max {
			t.Errorf("%s: the longest is %v, want the maximum of %v", name, longest, d.Max)
		}
	}
}
