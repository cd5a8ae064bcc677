package text

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

// WriteVariants draws the runs of all variants of a scenario under one seed in
// one world: what each measured, side by side, then the failures and the
// totals. Variants whose names have no room next to each other are numbered,
// and a table says which is which.
func WriteVariants(w io.Writer, results []reports.Result, o Options) error {
	first := &results[0]
	p := newPage(o)
	if o.Quiet {
		p.end(results)
		return p.writeTo(w)
	}
	p.line(span{first.Scenario, bold}, span{fmt.Sprintf("  %s, seed %d, %s world, %s", count(len(results), "variant"), first.Seed, first.World, nominal(first.Simulated)), dim})
	p.about(first.About)
	played := slices.DeleteFunc(slices.Clone(results), func(r reports.Result) bool { return r.Skipped != "" })
	if len(played) > 0 {
		p.variants(played)
	}
	p.end(results)
	return p.writeTo(w)
}

// variants draws the tables.
func (p *page) variants(played []reports.Result) {
	axes := axesOf(played)
	differing, shared := figureRows(played)
	if len(axes) == 1 {
		title := "Variants"
		if axes[0].key != "variant" {
			title += " of " + axes[0].key
		}
		if t := sideBySide(title, axes[0].values, played, differing); p.fits(t) {
			p.table(t)
			p.table(sharedBy(shared))
			return
		}
	}
	numbers := make([]string, len(played))
	for i := range numbers {
		numbers[i] = strconv.Itoa(i + 1)
	}
	p.table(legendOf(axes, numbers, played))
	if t := sideBySide("Measures that differ", numbers, nil, differing); p.fits(t) {
		p.table(t)
	}
	p.table(sharedBy(shared))
}

// legendOf says which variant has which number, and how each ended.
func legendOf(axes []axis, numbers []string, results []reports.Result) *table {
	head := []string{"no."}
	for _, a := range axes {
		head = append(head, "<"+a.key)
	}
	t := newTable("Variants", append(head, "<verdict", "outage", "takeover", "kept")...)
	t.most = len(results)
	for i := range results {
		cells := []span{{numbers[i], plain}}
		for _, a := range axes {
			cells = append(cells, span{a.values[i], plain})
		}
		cells = append(cells, verdictOf(&results[i]))
		for _, text := range worst(&results[i]) {
			cells = append(cells, span{text, plain})
		}
		t.inked(cells)
	}
	return t
}

// sideBySide has a column for each run and a row for each figure. The verdicts
// come first, unless there are no results.
func sideBySide(title string, headings []string, results []reports.Result, rows []*figureRow) *table {
	t := newTable(title, slices.Concat([]string{"<measure", "<of"}, headings)...)
	t.most = comparedMax
	if len(results) > 0 {
		verdicts := []span{{"verdict", plain}, {"", plain}}
		for i := range results {
			verdicts = append(verdicts, verdictOf(&results[i]))
		}
		t.inked(verdicts)
	}
	for _, row := range rows {
		t.row(slices.Concat([]string{row.name, row.of}, row.cells)...)
	}
	return t
}

// sharedBy lists the figures that are the same for all variants: they are not
// what a reader of variants looks for first.
func sharedBy(rows []*figureRow) *table {
	t := newTable("Measures that are the same for all", "<measure", "<of", "value")
	for _, row := range rows {
		t.row(row.name, row.of, row.cells[0])
	}
	return t
}

// fits reports whether a table keeps enough of its texts on the page.
func (p *page) fits(t *table) bool {
	const textMin = 18 // columns in which names of measures can be told apart
	total := 0
	for i, w := range p.widths(t) {
		if t.left[i] {
			w = min(w, textMin)
		}
		total += w + len("  ")
	}
	return total <= p.Width
}

// axis is a key in which variants differ, and the value of each variant.
type axis struct {
	key    string
	values []string
}

// axesOf takes the names of variants apart, such as policy=none,ttl=10s. Keys
// with one value for all say nothing.
func axesOf(results []reports.Result) []axis {
	var axes []axis
	whole := axis{key: "variant"}
	regular := true
	for i := range results {
		whole.values = append(whole.values, results[i].Variant)
		parts := pairs(results[i].Variant)
		if i == 0 {
			axes = make([]axis, len(parts))
		}
		if regular = regular && len(parts) == len(axes); !regular {
			continue
		}
		for j, part := range parts {
			key, value, _ := strings.Cut(part, "=")
			if i == 0 {
				axes[j].key = key
			}
			regular = regular && key == axes[j].key
			axes[j].values = append(axes[j].values, value)
		}
	}
	if !regular {
		return []axis{whole}
	}
	axes = slices.DeleteFunc(axes, func(a axis) bool { return len(results) > 1 && same(a.values) })
	if len(axes) == 0 {
		return []axis{whole}
	}
	return axes
}

// pairs divides a name at its commas. What has no = belongs to the value before
// it.
func pairs(name string) []string {
	var all []string
	for part := range strings.SplitSeq(name, ",") {
		if last := len(all) - 1; last >= 0 && !strings.Contains(part, "=") {
			all[last] += "," + part
			continue
		}
		all = append(all, part)
	}
	return all
}

// same reports whether all values are equal.
func same(values []string) bool { return len(slices.Compact(slices.Clone(values))) == 1 }

// verdictOf is how a run ended, in a word.
func verdictOf(r *reports.Result) span {
	switch {
	case r.Error != "":
		return span{"none", bad}
	case r.Passed:
		return span{"PASS", good}
	}
	return span{"FAIL", bad}
}

// figureRow is one figure of several runs.
type figureRow struct {
	name, of string
	cells    []string
	zero     bool // in all runs
}

// figureRows lists the figures of runs, those of the first one first, without
// those that are zero in all: first those in which the runs differ, then the
// others.
func figureRows(results []reports.Result) (differing, shared []*figureRow) {
	var rows []*figureRow
	known := map[[2]string]*figureRow{}
	for i := range results {
		for _, f := range results[i].Measures.Figures() {
			if f.Unit == oracle.Instant {
				continue // of the same thing in another variant it says nothing
			}
			key := [2]string{f.ID, f.Of}
			row := known[key]
			if row == nil {
				row = &figureRow{name: f.Name, of: f.Of, cells: slices.Repeat([]string{absent}, len(results)), zero: true}
				known[key] = row
				rows = append(rows, row)
			}
			row.cells[i] = figureText(f)
			row.zero = row.zero && f.Value == 0
		}
	}
	for _, row := range rows {
		switch {
		case row.zero:
		case same(row.cells):
			shared = append(shared, row)
		default:
			differing = append(differing, row)
		}
	}
	return differing, shared
}

// figureText prints the value of a figure.
func figureText(f oracle.Figure) string {
	text := ""
	switch f.Unit {
	case oracle.Span:
		text = short(f.Time())
	case oracle.Share:
		text = strconv.FormatFloat(100*f.Value, 'f', 1, 64) + " %"
	default:
		text = strconv.FormatFloat(f.Value, 'f', -1, 64)
	}
	if f.Open {
		return "≥ " + text
	}
	return text
}
