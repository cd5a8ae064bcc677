package text

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports"
)

// WriteComparison draws one scenario in both worlds: the verdict of each, what
// was measured with the difference, and the expectations that did not hold in
// one of them.
func WriteComparison(w io.Writer, c *reports.Comparison, o Options) error {
	p := newPage(o)
	if o.Quiet {
		p.bothOutcome(c)
		return p.writeTo(w)
	}
	p.line(span{withVariant(c.Scenario, c.Variant), bold}, span{fmt.Sprintf("  seed %d, virtual and netns world, %s", c.Seed, nominal(c.Netns.Simulated)), dim})
	p.about(c.About)
	p.worlds(c)
	p.table(times(c.Times))
	p.table(counts(c.Counts))
	p.judged(c)
	p.line()
	verdict := span{"PASS", good}
	if !c.Passed {
		verdict = span{"FAIL", bad}
	}
	p.line(verdict, span{"  " + both(c), plain})
	if c.Replay != "" {
		p.line(span{"replay: ", dim}, span{c.Replay, command})
	}
	return p.writeTo(w)
}

// bothOutcome prints how a run of both worlds ended on one line, and what
// failed below it.
func (p *page) bothOutcome(c *reports.Comparison) {
	if c.Passed {
		p.line(span{"PASS", good}, span{"  " + c.Virtual.Name() + ": " + both(c), plain})
		return
	}
	for _, r := range []*reports.Result{&c.Virtual, &c.Netns} {
		p.outcome(r, r.Name()+" in the "+r.World+" world")
	}
}

// both says in a word how the two worlds ended.
func both(c *reports.Comparison) string {
	switch {
	case c.Passed:
		return "in both worlds"
	case c.Virtual.Passed:
		return "in the netns world only"
	case c.Netns.Passed:
		return "in the virtual world only"
	}
	return "in both worlds"
}

// worlds says how each run ended.
func (p *page) worlds(c *reports.Comparison) {
	t := newTable("Worlds", "<world", "frames", "wall", "noise", "<digest", "<verdict")
	for _, r := range []*reports.Result{&c.Virtual, &c.Netns} {
		verdict := span{"PASS", good}
		switch {
		case r.Error != "":
			verdict = span{broken(r), bad}
		case !r.Passed:
			verdict = span{"FAIL, " + reasons(r), bad}
		}
		noise := absent
		if r.Noise > 0 {
			noise = short(r.Noise)
		}
		t.inked([]span{
			{r.World, plain}, {strconv.FormatUint(r.Frames, 10), plain}, {short(r.Wall), plain}, {noise, plain},
			{cmp.Or(r.Digest, reports.NoDigest), plain}, verdict,
		})
	}
	p.table(t)
}

// comparedMax bounds the tables of a comparison: they hold all measures.
const comparedMax = 3 * rowsMax

// absent stands where a world has nothing of a kind.
const absent = "-"

func times(all []reports.TimeDifference) *table {
	t := newTable("Times", "<measure", "<of", "virtual", "netns", "difference")
	t.most = comparedMax
	for _, d := range all {
		if d.Virtual == 0 && d.Netns == 0 {
			continue
		}
		row := []string{d.Measure, d.Of, short(d.Virtual), short(d.Netns), signed(d.Difference)}
		t.row(only(d.In, row)...)
	}
	return t
}

func counts(all []reports.CountDifference) *table {
	t := newTable("Counts", "<measure", "<of", "virtual", "netns", "difference")
	t.most = comparedMax
	for _, d := range all {
		if d.Virtual == 0 && d.Netns == 0 {
			continue
		}
		row := []string{d.Measure, d.Of, strconv.Itoa(d.Virtual), strconv.Itoa(d.Netns), fmt.Sprintf("%+d", d.Difference)}
		if d.Difference == 0 {
			row[4] = "0"
		}
		t.row(only(d.In, row)...)
	}
	return t
}

// only leaves out what one world did not measure.
func only(in reports.Worlds, row []string) []string {
	switch in {
	case reports.InVirtual:
		row[3], row[4] = absent, absent
	case reports.InNetns:
		row[2], row[4] = absent, absent
	}
	return row
}

// signed prints a difference.
func signed(d time.Duration) string {
	if d > 0 {
		return "+" + short(d)
	}
	return short(d)
}

// judged prints the expectations that did not hold in both worlds, with what
// each found, and the violations.
func (p *page) judged(c *reports.Comparison) {
	var failed [][]span
	for i, e := range c.Virtual.Expectations {
		if i >= len(c.Netns.Expectations) {
			break
		}
		other := c.Netns.Expectations[i]
		if e.Passed && other.Passed {
			continue
		}
		failed = append(failed, []span{
			{e.Text, plain}, {"  virtual: ", dim}, {e.Got, verdictInk(e.Passed)}, {"; netns: ", dim}, {other.Got, verdictInk(other.Passed)},
		})
	}
	for _, r := range []*reports.Result{&c.Virtual, &c.Netns} {
		for _, v := range r.Violations {
			failed = append(failed, []span{{v.Invariant, bad}, {" violated at " + instant(v.At) + ": " + v.Detail, plain}, {"  " + r.World, dim}})
		}
	}
	if len(failed) == 0 {
		return
	}
	p.heading("Expectations and invariants that did not hold in both")
	for i, body := range failed {
		if i == rowsMax {
			p.line(span{fmt.Sprintf("  and %d more in %s", len(failed)-i, reports.ComparisonFile), bad})
			break
		}
		p.wrapped([]span{{"  ", plain}, p.sign(false), {" ", plain}}, body)
	}
}

func verdictInk(passed bool) ink {
	if passed {
		return plain
	}
	return bad
}
