package sweep

import (
	"context"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Run is what a sweep needs of a run.
type Run struct {
	Values  figure.Values
	Verdict string // passed, failed, violated, or error
	Digest  string // of the run; empty without a verdict
	Error   string // why there is no verdict
}

// Player plays trials. The runs are in the order of the trials. It fails if the
// context ends, or if the results cannot be kept.
type Player interface {
	Play(ctx context.Context, trials []trial.Trial) ([]Run, error)
}

// Runs are the runs of a point, seed by seed.
type Runs struct {
	Point  *Point
	Trials []trial.Trial
	Runs   []Run
}

// values are the figures of the runs.
func (r *Runs) values() []figure.Values {
	all := make([]figure.Values, len(r.Runs))
	for i, run := range r.Runs {
		all[i] = run.Values
	}
	return all
}

// broken is how many runs have no verdict, and why the first one has none.
func (r *Runs) broken() (n int, why string) {
	for _, run := range r.Runs {
		if run.Error != "" {
			if n == 0 {
				why = run.Error
			}
			n++
		}
	}
	return n, why
}

// add appends more runs of the same point.
func (r *Runs) add(more *Runs) {
	r.Trials, r.Runs = append(r.Trials, more.Trials...), append(r.Runs, more.Runs...)
}

// Play plays seeds at points: see Plan.Trials for first and of.
func (p *Plan) Play(ctx context.Context, player Player, points []*Point, seeds []uint64, first, of int) ([]*Runs, error) {
	all := make([]*Runs, len(points))
	var trials []trial.Trial
	for i, point := range points {
		all[i] = &Runs{Point: point, Trials: p.Trials(point, seeds, first, of)}
		trials = append(trials, all[i].Trials...)
	}
	runs, err := player.Play(ctx, trials)
	if err != nil {
		return nil, err
	}
	if len(runs) != len(trials) {
		return nil, fmt.Errorf("sweep: got %d runs of %d trials", len(runs), len(trials))
	}
	for i := range all {
		all[i].Runs, runs = runs[:len(seeds):len(seeds)], runs[len(seeds):]
	}
	return all, nil
}

// Estimate says what the runs tell of a figure. Runs that did not measure it
// are counted out; if none did, so is the estimate.
func (r *Runs) Estimate(w figure.Word) reports.Estimate {
	e := reports.Estimate{Figure: w.String(), Unit: unitOf(w), Text: "not measured"}
	s, err := figure.Summarise(r.values(), w)
	if err != nil {
		return e
	}
	i := s.Interval
	e.Measured, e.Value, e.AtLeast, e.Needs, e.Text = s.Measured, i.Value, i.AtLeast, i.Needs, s.String()
	e.Low, e.High, e.HasLow, e.HasHigh = i.Low, i.High, i.HasLow, i.HasHigh
	e.Sorted = r.sorted(w)
	return e
}

// sorted are the values of the runs that have one.
func (r *Runs) sorted(w figure.Word) []float64 {
	var all []float64
	for _, run := range r.Runs {
		if value, _, measured := w.Value(run.Values); measured {
			all = append(all, value)
		}
	}
	slices.Sort(all)
	return all
}

// unitOf is what a word's statistic is measured in, for pictures.
func unitOf(w figure.Word) oracle.Unit {
	switch w.Unit() {
	case figure.Time:
		return oracle.Span
	case figure.Share:
		return oracle.Share
	}
	return oracle.Count
}

// extreme returns the number of the run whose value of a figure has a rank
// among those that were measured: 1 is the largest. Of equal ones it is the
// first.
func (r *Runs) extreme(w figure.Word, share float64) (int, float64, bool) {
	type one struct {
		number int
		value  float64
	}
	var all []one
	for i, run := range r.Runs {
		if value, _, measured := w.Value(run.Values); measured {
			all = append(all, one{i, value})
		}
	}
	if len(all) == 0 {
		return 0, 0, false
	}
	slices.SortStableFunc(all, func(a, b one) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	rank := min(int(share*float64(len(all))), len(all)-1)
	for rank > 0 && all[rank-1].value == all[rank].value {
		rank--
	}
	return all[rank].number, all[rank].value, true
}

// level is that of all intervals of a sweep.
var level = statistic.Level95
