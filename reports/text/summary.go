package text

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

// WriteSummary draws a table of many runs, a line each, then each failure with
// the command that replays it, each that was not run with the reason, and the
// totals. A column says which variant a run was of, if there are any, and one
// in which world it was, unless all were in virtual time.
func WriteSummary(w io.Writer, results []reports.Result, o Options) error {
	p := newPage(o)
	if !o.Quiet {
		p.runs(slices.DeleteFunc(slices.Clone(results), func(r reports.Result) bool { return r.Skipped != "" }))
	}
	p.end(results)
	return p.writeTo(w)
}

// end prints what did not pass, and the totals; if nothing else is printed,
// what was skipped is only counted.
func (p *page) end(results []reports.Result) {
	p.failures(results)
	if !p.Quiet {
		p.skips(results)
	}
	p.totals(results)
}

// runs draws the table.
func (p *page) runs(results []reports.Result) {
	if len(results) == 0 {
		return
	}
	rows := [][]string{{"scenario", "variant", "world", "seed", "outage", "takeover", "kept", "simulated", "wall", "pace"}}
	for i := range results {
		rows = append(rows, summaryRow(&results[i]))
	}
	drop := func(column int) {
		for i := range rows {
			rows[i] = slices.Delete(rows[i], column, column+1)
		}
	}
	if !slices.ContainsFunc(results, func(r reports.Result) bool { return r.World != "virtual" }) {
		drop(2)
	}
	texts := []bool{true, true}
	if !slices.ContainsFunc(results, func(r reports.Result) bool { return r.Variant != "" }) {
		drop(1)
		texts = texts[:1]
	}
	sign := p.width(p.sign(true).text)
	widths, room := p.columnWidths(rows), 0
	for { // without the last columns if names would have too little room
		room = p.Width - sign - 1 - 2*(len(widths)-1)
		figures := 0
		for _, w := range widths[len(texts):] {
			figures += w
		}
		const nameMin = 20
		if last := len(widths) - 1; room-figures >= nameMin*len(texts) || rows[0][last] == "kept" {
			break
		} else {
			drop(last)
			widths = widths[:last]
		}
	}
	p.fit(append(texts, make([]bool, len(widths)-len(texts))...), widths, room)
	for column := range texts {
		var names []string
		for _, row := range rows {
			names = append(names, row[column])
		}
		for i, name := range p.cut(names, widths[column]) {
			rows[i][column] = name
		}
	}
	for i, row := range rows {
		mark, how := span{p.pad("", sign, false), plain}, dim
		if i > 0 {
			mark, how = p.signOf(&results[i-1]), plain
		}
		spans := []span{mark, {" ", plain}}
		for j, cell := range row {
			spans = append(spans, span{p.pad(cell, widths[j], j >= len(texts)) + "  ", how})
		}
		p.line(spans...)
	}
}

// columnWidths are the widths of columns, if nothing is cut.
func (p *page) columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], p.width(cell))
		}
	}
	return widths
}

// WriteFailure draws one failed run as one line, for a sweep that goes on.
func WriteFailure(w io.Writer, r *reports.Result, o Options) error {
	p := newPage(o)
	p.failure(r)
	return p.writeTo(w)
}

// signOf is the mark of a run: that of its verdict, unless it expected nothing.
func (p *page) signOf(r *reports.Result) span {
	switch {
	case !r.Unasked():
		return p.sign(r.Passed)
	case p.Unicode:
		return span{"○", warn}
	default:
		return span{"none", warn}
	}
}

func summaryRow(r *reports.Result) []string {
	pace := "-"
	if r.Wall >= time.Microsecond {
		pace = factor(r) + "×"
	}
	row := []string{r.Scenario, r.Variant, r.World, strconv.FormatUint(r.Seed, 10)}
	return append(append(row, worst(r)...), nominal(r.Simulated), short(r.Wall), pace)
}

// worst is the longest outage and takeover of a run, and how many connections
// were kept of those that the worst fault found.
func worst(r *reports.Result) []string {
	outage, takeover, kept := "-", "-", "-"
	if len(r.Measures.Outages) > 0 {
		outage = longest(r.Measures.Outages)
	}
	if gap := longestGap(r.Measures.Takeovers); gap >= 0 {
		takeover = short(gap)
	}
	if c, ok := fewestKept(r.Measures.Connections); ok {
		kept = fmt.Sprintf("%d/%d", c.Kept, c.Established)
	}
	return []string{outage, takeover, kept}
}

// longest returns the longest outage of all clients.
func longest(outages []oracle.Outage) string {
	worst := outages[0]
	for _, o := range outages {
		if o.Duration > worst.Duration {
			worst = o
		}
	}
	if worst.Open {
		return "≥ " + short(worst.Duration)
	}
	return short(worst.Duration)
}

// longestGap returns the longest gap between two servers of a virtual IP, or
// -1.
func longestGap(takeovers []oracle.Takeover) time.Duration {
	gap := time.Duration(-1)
	for _, t := range takeovers {
		if t.Served {
			gap = max(gap, t.Gap)
		}
	}
	return gap
}

// fewestKept returns the fault that cost the largest share of connections.
func fewestKept(all []oracle.Connections) (oracle.Connections, bool) {
	var worst oracle.Connections
	for _, c := range all {
		if c.Established > 0 && (worst.Established == 0 || c.Kept*worst.Established < worst.Kept*c.Established) {
			worst = c
		}
	}
	return worst, worst.Established > 0
}

func (p *page) failures(results []reports.Result) {
	first := true
	for i := range results {
		if results[i].Passed || results[i].Skipped != "" {
			continue
		}
		if first {
			p.section()
			first = false
		}
		p.failure(&results[i])
	}
}

// whyMax bounds the reason on the line of a failure, in characters.
const whyMax = 200

// failure prints what went wrong first, and how to see it again. The line is
// not broken, so that the command can be copied.
func (p *page) failure(r *reports.Result) {
	why, more := "", 0
	failed := r.Failed()
	switch {
	case r.Error != "":
		why, _, _ = strings.Cut(broken(r), "\n") // the excerpt of a file is no use on one line
	case len(r.Violations) > 0:
		v := r.Violations[0]
		why = fmt.Sprintf("%s violated at %s: %s", v.Invariant, instant(v.At), v.Detail)
		more = len(r.Violations) - 1 + len(failed)
	case len(failed) > 0:
		why = failed[0].Text + ", got " + failed[0].Got
		more = len(failed) - 1
	}
	spans := []span{{"FAIL ", bad}, {r.Name() + ": ", bold}, {p.shorten(why, whyMax), plain}}
	if more > 0 {
		spans = append(spans, span{fmt.Sprintf(" (and %d more)", more), dim})
	}
	if r.Noisy && r.Error == "" {
		spans = append(spans, span{", " + tooBusy(r), warn})
	}
	if r.Replay != "" {
		spans = append(spans, span{" — replay: ", dim}, span{r.Replay, command})
	}
	p.line(spans...)
}

// broken says why a run has no verdict, and whether the bench is to blame.
func broken(r *reports.Result) string {
	if r.Defect {
		return "the bench itself failed: " + r.Error
	}
	return "no verdict: " + r.Error
}

// skips prints what was not run, and why.
func (p *page) skips(results []reports.Result) {
	var skipped []*reports.Result
	for i := range results {
		if results[i].Skipped != "" {
			skipped = append(skipped, &results[i])
		}
	}
	if len(skipped) > 0 {
		p.line()
	}
	for len(skipped) > 0 {
		first, n := skipped[0], 1
		for n < len(skipped) && skipped[n].Skipped == first.Skipped {
			n++
		}
		names := first.Name()
		if n < skipsMin {
			n = 1
		} else {
			names = fmt.Sprintf("%d runs from %s to %s", n, names, skipped[n-1].Name())
		}
		p.wrapped([]span{{"SKIP ", warn}}, []span{{names + ": ", bold}, {first.Skipped, plain}})
		skipped = skipped[n:]
	}
}

// skipsMin is how many runs in a row have to be skipped for the same reason to
// share a line, as the rest of a sweep that was interrupted.
const skipsMin = 4

func (p *page) totals(results []reports.Result) {
	passed, unasked, failed, defects, lacking, skipped := 0, 0, 0, 0, 0, 0
	var simulated, wall time.Duration
	for i := range results {
		r := &results[i]
		simulated += r.Simulated
		wall += r.Wall
		switch {
		case r.Skipped != "":
			skipped++
		case r.Error != "" && r.Defect:
			defects++
		case r.Error != "":
			lacking++
		case r.Passed:
			passed++
			if r.Unasked() {
				unasked++
			}
		default:
			failed++
		}
	}
	p.section()
	spans := []span{{count(len(results), "run") + ": ", plain}, {fmt.Sprintf("%d passed", passed), good}}
	for _, part := range []struct {
		count int
		what  string
		how   ink
	}{
		{unasked, "of them without an expectation", warn}, {failed, "failed", bad}, {defects, "broke the bench", bad}, {lacking, "without a verdict", bad}, {skipped, "skipped", warn},
	} {
		if part.count > 0 {
			spans = append(spans, span{", ", plain}, span{fmt.Sprintf("%d %s", part.count, part.what), part.how})
		}
	}
	spans = append(spans, span{fmt.Sprintf(", %s simulated in %s of work", short(simulated), short(wall)), dim})
	p.line(spans...)
}
