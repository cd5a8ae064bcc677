package text

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
)

// WriteRun draws one run: what it was about, the timeline, the measures, the
// expectations and the verdict with the command that replays it.
func WriteRun(w io.Writer, r *reports.Result, o Options) error {
	p := newPage(o)
	if o.Quiet {
		p.outcome(r, r.Name())
		return p.writeTo(w)
	}
	p.line(span{withVariant(r.Scenario, r.Variant), bold}, span{fmt.Sprintf("  seed %d, %s world, %s", r.Seed, r.World, nominal(r.Simulated)), dim})
	p.about(r.About)
	t := newTimeline(r, p.View)
	if t.total > 0 {
		p.narrowed(t)
		p.overview(t)
		p.list(r, t)
	}
	p.measures(&r.Measures)
	p.twin(&r.Twin)
	p.expectations(r)
	p.verdict(r)
	return p.writeTo(w)
}

// withVariant names a scenario and, if it has variants, the one that was
// played.
func withVariant(scenario, variant string) string {
	if variant == "" {
		return scenario
	}
	return scenario + "  " + variant
}

// about prints the text of a scenario, paragraph by paragraph.
func (p *page) about(text string) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if words := strings.Join(strings.Fields(paragraph), " "); words != "" {
			p.prose(words)
		}
	}
}

// sign is the mark of a verdict.
func (p *page) sign(passed bool) span {
	switch {
	case passed && p.Unicode:
		return span{"✓", good}
	case passed:
		return span{"ok  ", good}
	case p.Unicode:
		return span{"✗", bad}
	default:
		return span{"FAIL", bad}
	}
}

func (p *page) expectations(r *reports.Result) {
	if len(r.Expectations)+len(r.Violations) == 0 {
		return
	}
	p.heading("Expectations")
	for _, e := range r.Expectations {
		p.expectation(e)
	}
	p.violations(r)
}

// unmet prints the expectations that failed, and the violations.
func (p *page) unmet(r *reports.Result) {
	for _, e := range r.Failed() {
		p.expectation(e)
	}
	p.violations(r)
}

func (p *page) expectation(e reports.Expectation) {
	body := []span{{e.Text, plain}}
	if e.Got != "" {
		how := dim
		if !e.Passed {
			how = bad
		}
		body = append(body, span{"  ", plain}, span{"got " + e.Got, how})
	}
	if place := e.Place(); place != "" && !e.Passed {
		body = append(body, span{"  ", plain}, span{"at " + place, dim})
	}
	p.wrapped([]span{{"  ", plain}, p.sign(e.Passed), {" ", plain}}, body)
}

func (p *page) violations(r *reports.Result) {
	for i, v := range r.Violations {
		if i == rowsMax {
			p.line(span{fmt.Sprintf("  and %d more violations in %s", len(r.Violations)-i, reports.RunFile), bad})
			break
		}
		p.wrapped([]span{{"  ", plain}, p.sign(false), {" ", plain}},
			[]span{{v.Invariant, bad}, {" violated at " + instant(v.At) + ": " + v.Detail, plain}})
	}
}

// outcome prints on one line how a run ended, and what failed below it.
func (p *page) outcome(r *reports.Result, name string) {
	ended, why := span{"FAIL", bad}, ""
	switch {
	case r.Error != "":
		ended, why = span{"ERROR", bad}, broken(r)
	case r.Passed:
		ended, why = span{"PASS", good}, met(r)
	default:
		why = reasons(r)
	}
	p.wrapped(nil, []span{ended, {"  " + name + ": " + why, plain}})
	p.unmet(r)
	if r.Replay != "" && !r.Passed {
		p.line(span{"replay: ", dim}, span{r.Replay, bold})
	}
}

// met says that all was as expected.
func met(r *reports.Result) string {
	if len(r.Expectations) == 0 {
		return "nothing was expected, no invariant violated"
	}
	return count(len(r.Expectations), "expectation") + " met, no invariant violated"
}

func (p *page) verdict(r *reports.Result) {
	p.line()
	body := []span{{"PASS", good}}
	switch {
	case r.Error != "":
		body = []span{{"ERROR", bad}, {"  " + broken(r), plain}}
	case !r.Passed:
		body = []span{{"FAIL", bad}, {"  " + reasons(r), plain}}
	default:
		body = append(body, span{"  " + met(r), plain})
	}
	p.wrapped(nil, body)
	noise := ""
	if r.Noise > 0 {
		noise = ", noise up to " + short(r.Noise)
	}
	p.wrapped(nil, []span{{fmt.Sprintf("%s simulated in %s%s, %s, digest %s%s, version %s", nominal(r.Simulated), short(r.Wall), pace(r),
		count(int(r.Frames), "frame"), cmp.Or(r.Digest, reports.NoDigest), noise, r.Version), dim}})
	if r.Replay != "" {
		p.line(span{"replay: ", dim}, span{r.Replay, command})
	}
}

// reasons sums up why a run failed.
func reasons(r *reports.Result) string {
	var why []string
	if failed := len(r.Failed()); failed > 0 {
		why = append(why, fmt.Sprintf("%d of %s not met", failed, count(len(r.Expectations), "expectation")))
	}
	if n := len(r.Violations); n > 0 {
		why = append(why, count(n, "violation"))
	}
	if len(why) == 0 {
		return "for no reason that was given"
	}
	if r.Noisy {
		why = append(why, tooBusy(r))
	}
	return strings.Join(why, ", ")
}

// tooBusy says that the machine may be to blame for a verdict.
func tooBusy(r *reports.Result) string {
	return "but the machine was too busy for real time: a process of the run waited " + short(r.Noise) + " for a processor"
}

// pace is how much faster than real time a world ran.
func pace(r *reports.Result) string {
	if r.Wall < time.Microsecond {
		return ""
	}
	return fmt.Sprintf(" (%s× real time)", factor(r))
}

func factor(r *reports.Result) string {
	f := r.Simulated.Seconds() / r.Wall.Seconds()
	if f < 10 {
		return strconv.FormatFloat(f, 'g', 2, 64)
	}
	return strconv.FormatFloat(f, 'f', 0, 64)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
