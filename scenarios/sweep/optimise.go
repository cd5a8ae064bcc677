package sweep

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
)

// Goal is a sum of figures, each with a weight, that is better the smaller it
// is.
type Goal struct {
	Text  string
	Terms []Term
}

// Term is a figure with its weight.
type Term struct {
	Word   figure.Word
	Weight float64
}

// ParseGoal reads figures with commas between them, each with an optional
// factor: outage.p99,false-failovers*60s is the outage, and a minute for each
// false failover.
func ParseGoal(text string) (Goal, error) {
	g := Goal{Text: text}
	for part := range strings.SplitSeq(text, ",") {
		word, factor, weighted := strings.Cut(strings.TrimSpace(part), "*")
		t := Term{Weight: 1}
		var err error
		if t.Word, err = figure.Parse(word); err != nil {
			return g, err
		}
		if weighted {
			q, isQuantity := parseQuantity(factor)
			if !isQuantity || q.amount <= 0 || !q.span && q.unit != "" && q.unit != "%" {
				return g, fmt.Errorf("%s: got the factor %q, want a number or a time above zero, such as 2.5 or 60s", word, factor)
			}
			t.Weight = float64(q.amount) / pow10(q.digits)
			if q.unit == "%" {
				t.Weight /= 100
			}
		}
		g.Terms = append(g.Terms, t)
	}
	return g, nil
}

// Value is the goal at a point, NaN if one of its figures was not measured.
func (g Goal) Value(r *Runs) float64 {
	sum := 0.0
	for _, t := range g.Terms {
		s, err := figure.Summarise(r.values(), t.Word)
		if err != nil {
			return math.NaN()
		}
		sum += t.Weight * s.Interval.Value
	}
	return sum
}

func pow10(digits int) float64 {
	p := 1.0
	for range digits {
		p *= 10
	}
	return p
}

// Optimise searches the knobs for the setting with the smallest goal, and plays
// at most budget settings. It returns all that it has played, in order, and the
// number of the best. The same arguments give the same settings.
func (p *Plan) Optimise(ctx context.Context, player Player, knobs []Knob, g Goal, budget int) (all []*Runs, best int, err error) {
	low, high := make([]float64, len(knobs)), make([]float64, len(knobs))
	for i := range high {
		high[i] = 1
	}
	known := map[string]int{}
	values := []float64{}
	_, _, err = statistic.Minimise(low, high, budget, searchSeed, func(shares [][]float64) ([]float64, error) {
		var fresh []*Point
		var numbers []int
		for _, at := range shares {
			s := settingAt(knobs, at)
			n, is := known[s.String()]
			if !is {
				point, err := p.Point(s)
				if err != nil {
					return nil, err
				}
				n = len(all) + len(fresh)
				known[s.String()] = n
				fresh = append(fresh, point)
			}
			numbers = append(numbers, n)
		}
		played, err := p.Play(ctx, player, fresh, p.Seeds, 0, len(p.Seeds))
		if err != nil {
			return nil, err
		}
		for _, r := range played {
			all, values = append(all, r), append(values, g.Value(r))
		}
		generation := make([]float64, len(numbers))
		for i, n := range numbers {
			generation[i] = values[n]
		}
		return generation, nil
	})
	if err != nil {
		return nil, 0, err
	}
	for i, v := range values {
		if v < values[best] || math.IsNaN(values[best]) {
			best = i
		}
	}
	return all, best, nil
}

// searchSeed is the seed of all that a sweep draws itself.
const searchSeed = 1
