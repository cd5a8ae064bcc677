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

// variantsMax is how many variants have room side by side; more stand in lines
// below each other.
const variantsMax = 4

// WriteVariants draws the runs of all variants of a scenario under one seed in
// one world: what each measured, side by side, then the failures and the
// totals.
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
	if len(played) > variantsMax {
		p.line()
		p.runs(played)
	} else {
		p.table(sideBySide(played))
	}
	p.end(results)
	return p.writeTo(w)
}

// sideBySide has a row for each figure that is not zero for all, and a column
// for each run.
func sideBySide(results []reports.Result) *table {
	title, names := headings(results)
	verdicts := []span{{"verdict", plain}, {"", plain}}
	for i := range results {
		verdicts = append(verdicts, verdictOf(&results[i]))
	}
	t := newTable(title, slices.Concat([]string{"<measure", "<of"}, names)...)
	t.most = comparedMax
	t.inked(verdicts)
	for _, row := range figureRows(results) {
		cells := []span{{row.name, plain}, {row.of, plain}}
		for i := range row.cells {
			if row.cells[i] == "" {
				row.cells[i] = absent
			}
			cells = append(cells, span{row.cells[i], plain})
		}
		if row.zero {
			continue
		}
		if len(slices.Compact(slices.Clone(row.cells))) == 1 {
			for i := range cells {
				cells[i].ink = dim // what the variants share is not what the reader looks for
			}
		}
		t.inked(cells)
	}
	return t
}

// headings returns the title of the table, and a heading for each variant. If
// all differ in one key, it stands in the title: names of measures need the
// room.
func headings(results []reports.Result) (title string, names []string) {
	var values []string
	shared := ""
	for i := range results {
		key, value, _ := strings.Cut(results[i].Variant, "=")
		if i == 0 {
			shared = key
		}
		if key != shared || strings.Contains(value, "=") {
			shared = ""
		}
		names, values = append(names, results[i].Variant), append(values, value)
	}
	if shared == "" {
		return "Variants", names
	}
	return "Variants of " + shared, values
}

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

// figureRow is one figure of several runs; a cell is empty if the run has none.
type figureRow struct {
	name, of string
	cells    []string
	zero     bool // in all runs
}

// figureRows lists the figures of runs, those of the first one first.
func figureRows(results []reports.Result) []*figureRow {
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
				row = &figureRow{name: f.Name, of: f.Of, cells: make([]string, len(results)), zero: true}
				known[key] = row
				rows = append(rows, row)
			}
			row.cells[i] = figureText(f)
			row.zero = row.zero && f.Value == 0
		}
	}
	return rows
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
