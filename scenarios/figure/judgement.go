package figure

import (
	"errors"
	"fmt"
	"math"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

// Outcome is what runs say of a condition.
type Outcome string

// The outcomes.
const (
	Holds     Outcome = "holds"     // the bounds lie within the limits
	Fails     Outcome = "fails"     // a bound lies outside of them, or nothing was measured
	Undecided Outcome = "undecided" // the runs do not tell
)

// Judgement is what runs say of a condition, and why.
type Judgement struct {
	Condition Condition
	Outcome   Outcome
	Got       string // what was measured
	Want      string // what it should have been
	More      int    // about how many more runs decide it; 0: not known
}

// Passed reports whether the condition holds. Runs that do not tell are no
// success.
func (j Judgement) Passed() bool { return j.Outcome == Holds }

// Why says in a sentence what to do about runs that do not tell; it is empty
// otherwise.
func (j Judgement) Why() string {
	switch {
	case j.Outcome != Undecided:
		return ""
	case j.More > 0:
		return "needs about " + moreRuns(j.More)
	}
	return "no number of runs would tell at this rate"
}

// String prints the judgement in one line.
func (j Judgement) String() string {
	text := fmt.Sprintf("%s: %s: got %s, want %s", j.Condition.Word, j.Outcome, j.Got, j.Want)
	if why := j.Why(); why != "" {
		text += "; " + why
	}
	return text
}

// Judge says whether a condition holds, as far as the runs tell, at 95 % for
// each end of its limits: it holds if the bound of an end lies within it, and
// fails if the bound of the other side lies outside; otherwise the runs do not
// tell. So of 100 conditions that are not met, at most 5 are said to hold, and
// the other way around.
//
// Min, max, p0 and p100 are of the runs that were played: they say nothing of
// others. A figure that was measured in some of the runs only is judged by
// these; one that was measured in none fails.
func Judge(runs []Values, c Condition) Judgement {
	j := Judgement{Condition: c, Want: c.Limits.String()}
	if c.Width.Given {
		j.Want = "±" + c.Width.text
	}
	got, err := collect(runs, c.Word)
	if err != nil {
		j.Outcome, j.Got = Fails, "nothing: "+err.Error()
		if errors.Is(err, ErrNotMeasured) {
			j.Got = fmt.Sprintf("no value in %s", counted(len(runs), "run"))
		}
		return j
	}
	if c.Width.Given {
		s, _ := Summarise(runs, c.Word)
		j.Got = s.String()
		return j.width(s, c.Width)
	}
	j.Outcome, j.More = got.judge(c.Word, c.Limits)
	s, _ := SummariseAt(runs, c.Word, c.Limits.level(j.Outcome))
	j.Got = s.String()
	return j
}

// level returns the level of the bounds that decide: those of the limits that
// hold, the other ones if they do not, or both.
func (l Limits) level(o Outcome) statistic.Level {
	upper, lower := !l.Open, l.Low > 0
	switch {
	case o == Undecided || upper == lower:
		return deciding
	case upper == (o == Holds):
		return statistic.Level95Upper
	}
	return statistic.Level95Lower
}

// JudgeAll judges conditions on the same runs.
func JudgeAll(runs []Values, conditions []Condition) []Judgement {
	var all []Judgement
	for _, c := range conditions {
		all = append(all, Judge(runs, c))
	}
	return all
}

// width judges a condition with a width.
func (j Judgement) width(s Summary, w Width) Judgement {
	if j.Outcome = Undecided; w.narrow(s.Interval) {
		j.Outcome = Holds
		return j
	}
	_, j.More = w.Stop(1, 0).Reached(s.Measured, 0, s.Interval)
	return j
}

// judge judges limits, each end on its own, and says about how many more runs
// decide an end that is not.
func (c collection) judge(w Word, l Limits) (Outcome, int) {
	if q, is := w.Statistic.percent(); is && (q == 0 || q == 100) {
		return c.played(w, l)
	}
	outcome, needs := Holds, 0
	if !l.Open {
		upper, lower := c.interval(w, statistic.Level95Upper), c.interval(w, statistic.Level95Lower)
		switch {
		case lower.HasLow && lower.Low > l.High:
			return Fails, 0
		case !upper.HasHigh || upper.High > l.High:
			outcome, needs = Undecided, c.more(w, l.High, upper, false)
		}
	}
	if l.Low > 0 {
		upper, lower := c.interval(w, statistic.Level95Upper), c.interval(w, statistic.Level95Lower)
		switch {
		case upper.HasHigh && upper.High < l.Low:
			return Fails, 0
		case !lower.HasLow || lower.Low < l.Low:
			more := c.more(w, l.Low, lower, true)
			if outcome == Undecided && (needs == 0 || more == 0) {
				more, needs = 0, 0
			}
			outcome, needs = Undecided, max(needs, more)
		}
	}
	return outcome, needs
}

// played judges the smallest or the largest value.
func (c collection) played(w Word, l Limits) (Outcome, int) {
	i := c.interval(w, statistic.Level95)
	switch {
	case i.AtLeast && !l.Open && i.Value <= l.High, i.AtLeast && l.Open && i.Value < l.Low:
		return Undecided, 0 // it may be more
	case l.within(i.Value):
		return Holds, 0
	}
	return Fails, 0
}

// deciding is the level at which each of two bounds decides: 95 % on its side.
var deciding = statistic.Level{Confidence: 0.9, Side: statistic.TwoSided}

// more returns about how many more runs decide on which side of a limit a
// statistic lies, if they go on as the runs so far; 0 if none do. The limit
// itself belongs to what is above a lower end, and below an upper one.
func (c collection) more(w Word, limit float64, i statistic.Interval, lower bool) int {
	n := c.sample.Count()
	more, ok := 0, true
	switch w.Statistic {
	case Any:
		more, ok = statistic.MoreForProportion(c.above, n, limit, deciding)
	case PerYear:
		more, ok = statistic.MoreForRate(int(c.sum), c.years, n, limit, deciding)
	case Mean:
		if i.Needs > 0 {
			return i.Needs
		}
		half, far := i.Value-i.Low, math.Abs(limit-i.Value)
		if i.HasHigh {
			half = i.High - i.Value
		}
		// The half falls with the root of the number of runs.
		factor := math.Pow(half/far, 2) - 1
		if ok = far > 0 && factor > 0 && !i.AtLeast; ok {
			more = int(min(math.Ceil(float64(n)*factor), math.MaxInt32))
		}
	default:
		// The q-quantile is at most a limit if at most 1-q of the runs exceed it, and
		// at least a limit if at most q of them are below it.
		q, _ := w.Statistic.percent()
		if lower {
			above, _ := c.sample.Exceed(math.Nextafter(limit, 0))
			more, ok = statistic.MoreForProportion(n-above, n, q/100, deciding)
		} else {
			above, unknown := c.sample.Exceed(limit)
			more, ok = statistic.MoreForProportion(above+unknown, n, 1-q/100, deciding)
		}
	}
	if !ok {
		return 0
	}
	return max(more, 1)
}
