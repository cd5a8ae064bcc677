package sweep

import (
	"context"
	"fmt"
	"math"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
)

// Sensitivity plays a design of so many rows, which takes rows times the number
// of knobs and two settings, and says how much of the variance of each figure
// one knob explains by itself.
func (p *Plan) Sensitivity(ctx context.Context, player Player, knobs []Knob, words []figure.Word, rows int) ([]*Runs, []*reports.Influence, error) {
	design := statistic.NewSensitivity(rows, len(knobs), searchSeed)
	var points []*Point // each setting once
	var numbers []int
	known := map[string]int{}
	for _, at := range design.Points() {
		s := settingAt(knobs, at)
		n, is := known[s.String()]
		if !is {
			point, err := p.Point(s)
			if err != nil {
				return nil, nil, err
			}
			n = len(points)
			known[s.String()] = n
			points = append(points, point)
		}
		numbers = append(numbers, n)
	}
	all, err := p.Play(ctx, player, points, p.Seeds, 0, len(p.Seeds))
	if err != nil {
		return nil, nil, err
	}
	var influences []*reports.Influence
	for _, w := range words {
		values, ok := valuesOf(all, numbers, w)
		if !ok {
			continue
		}
		indices, err := design.Indices(values, level)
		if err != nil {
			return nil, nil, fmt.Errorf("sweep: sensitivity of %s: %w", w, err)
		}
		for i, x := range indices {
			if math.IsNaN(x.First.Value) {
				break // it does not vary
			}
			influences = append(influences, &reports.Influence{
				Figure: w.String(), Knob: ShortNames(settings(knobs))[i], Share: x.First.Value, Low: x.First.Low, High: x.First.High,
			})
		}
	}
	return all, influences, nil
}

// valuesOf are the values of a figure at the points of a design, and false if
// it was not measured at one of them.
func valuesOf(all []*Runs, numbers []int, w figure.Word) ([]float64, bool) {
	at := make([]float64, len(all))
	for i, r := range all {
		s, err := figure.Summarise(r.values(), w)
		if err != nil {
			return nil, false
		}
		at[i] = s.Interval.Value
	}
	values := make([]float64, len(numbers))
	for i, n := range numbers {
		values[i] = at[n]
	}
	return values, true
}
