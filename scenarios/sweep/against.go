package sweep

import (
	"fmt"
	"math"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
)

// power is the probability with which a difference of the size that was seen
// would be told from none with the number of runs that a verdict asks for.
const power = 0.8

// Compare holds the runs of a point against those of another scenario with the
// same seeds, figure by figure. It pairs runs by seed: both have the same
// random numbers, so what differs is the scenario. Positive differences mean
// that ours is larger.
func Compare(ours, theirs *Runs, w figure.Word) (reports.DifferenceRow, error) {
	row := reports.DifferenceRow{Figure: w.String(), Values: ours.Point.Setting.Values(), Ours: ours.Estimate(w), Theirs: theirs.Estimate(w)}
	a, b, open := pairs(ours, theirs, w)
	row.Pairs = len(a)
	if len(a) == 0 {
		row.Text, row.Verdict, row.P = "-", "no pair of runs measured it", 1
		return row, nil
	}
	if w.Statistic == figure.Any {
		return compareShares(row, a, b), nil
	}
	d := statistic.Differences(b, a) // ours minus theirs
	sample, err := statistic.NewSample(d)
	if err != nil {
		return row, err
	}
	var i statistic.Interval
	var test statistic.Test
	if w.Statistic == figure.Mean || w.Statistic == figure.PerYear {
		i, test = statistic.Mean(sample, level), statistic.SignedRank(d)
		row.Test = "Wilcoxon's signed-rank test"
		row.Text = "mean " + signed(w, i)
	} else {
		i, test = statistic.Quantile(sample, 0.5, level), statistic.Sign(d)
		row.Test = "sign test"
		row.Text = "median " + signed(w, i)
	}
	row.P = test.P
	row.Verdict = verdict(i, test, statistic.Deviation(d))
	if open > 0 {
		row.Verdict += fmt.Sprintf("; in %d pairs a run ended before its outage did", open)
	}
	return row, nil
}

// pairs are the values of the seeds that both measured.
func pairs(ours, theirs *Runs, w figure.Word) (a, b []float64, open int) {
	for i := range ours.Runs {
		x, xOpen, xMeasured := w.Value(ours.Runs[i].Values)
		y, yOpen, yMeasured := w.Value(theirs.Runs[i].Values)
		if !xMeasured || !yMeasured {
			continue
		}
		if xOpen || yOpen {
			open++
		}
		a, b = append(a, x), append(b, y)
	}
	return a, b, open
}

// signed prints a difference with its interval.
func signed(w figure.Word, i statistic.Interval) string {
	sign := func(v float64) string {
		if v > 0 {
			return "+" + figure.Text(runUnit(w), v)
		}
		return figure.Text(runUnit(w), v)
	}
	text := sign(i.Value)
	switch {
	case i.HasLow && i.HasHigh:
		text += " (" + sign(i.Low) + ".." + sign(i.High) + ")"
	case i.Needs > 0:
		text += fmt.Sprintf(" (needs %d more runs)", i.Needs)
	}
	return text
}

// verdict says whether a difference was seen. The interval decides; where there
// is none, the test.
func verdict(i statistic.Interval, test statistic.Test, deviation float64) string {
	seen := i.HasLow && i.HasHigh && i.Excludes(0) || (!i.HasLow || !i.HasHigh) && test.P < 1-level.Confidence
	switch {
	case seen && i.Value > 0:
		return "larger" + probability(test)
	case seen && i.Value < 0:
		return "smaller" + probability(test)
	case deviation == 0:
		return "no difference: all pairs are equal"
	case i.Value == 0:
		return "no difference seen" + probability(test)
	}
	n, known := statistic.CountToTell(i.Value, deviation, power, level)
	if more := n - i.Count; known && more > 0 {
		return fmt.Sprintf("no difference seen: needs about %s more runs to tell one of this size", figure.Text(figure.Number, float64(more)))
	}
	return "no difference seen" + probability(test)
}

func probability(test statistic.Test) string {
	if test.P < 0.001 {
		return " (p < 0.001)"
	}
	return fmt.Sprintf(" (p = %.3f)", test.P)
}

// compareShares compares how often the runs of both hit, by the pairs in which
// only one did.
func compareShares(row reports.DifferenceRow, a, b []float64) reports.DifferenceRow {
	onlyOurs, onlyTheirs := 0, 0
	for i := range a {
		switch {
		case a[i] > 0 && b[i] <= 0:
			onlyOurs++
		case a[i] <= 0 && b[i] > 0:
			onlyTheirs++
		}
	}
	test := statistic.McNemar(onlyOurs, onlyTheirs)
	row.P, row.Test = test.P, "McNemar's exact test"
	row.Text = fmt.Sprintf("only ours %d, only theirs %d", onlyOurs, onlyTheirs)
	n := len(a)
	switch {
	case test.P < 1-level.Confidence && onlyOurs > onlyTheirs:
		row.Verdict = "larger" + probability(test)
	case test.P < 1-level.Confidence:
		row.Verdict = "smaller" + probability(test)
	case onlyOurs == onlyTheirs:
		row.Verdict = "no difference seen" + probability(test)
	default:
		difference := float64(onlyOurs-onlyTheirs) / float64(n)
		deviation := math.Sqrt(float64(onlyOurs+onlyTheirs)/float64(n) - difference*difference)
		row.Verdict = "no difference seen" + probability(test)
		if all, known := statistic.CountToTell(difference, deviation, power, level); known && all > n {
			row.Verdict = fmt.Sprintf("no difference seen: needs about %s more runs to tell one of this size", figure.Text(figure.Number, float64(all-n)))
		}
	}
	return row
}
