package page

import (
	"fmt"
	"io"
	"strings"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/reports/text"
)

// File is the name of the page of a run, next to its other artefacts.
const File = "report.html"

// run is a page about one run.
type run struct {
	*reports.Result
	frame
	Verdict   verdict
	Facts     []fact
	Paragraph []string // of the text of the scenario
	Figures   []picture.Figure
	Sheets    []text.Sheet
	Lines     []line
	Unlisted  int // lines that are left out
	Beside    []string
}

// fact is a word about the run with its heading.
type fact struct{ Name, Value string }

// linesMax is how many lines of the list a page has.
const linesMax = 3000

// Write writes the page of a run. Beside are the names of the files that are
// next to it.
func Write(w io.Writer, rec *picture.Record, r *reports.Result, beside []string) error {
	p := run{
		Result: r, frame: newFrame(r.Name()), Verdict: verdictOf(r), Facts: factsOf(r),
		Paragraph: paragraphs(r.About), Beside: beside,
	}
	if rec != nil && (r.Error == "" || len(r.Events) > 0) { // an interrupted run has what is known until then
		p.Figures = picture.Figures(rec, r)
		p.Sheets = text.Sheets(&r.Measures)
		p.Lines, p.Unlisted = linesOf(r)
	}
	if err := p.node().Render(w); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// paragraphs divides a text at its empty lines.
func paragraphs(about string) []string {
	var all []string
	for part := range strings.SplitSeq(strings.TrimSpace(about), "\n\n") {
		if words := strings.Join(strings.Fields(part), " "); words != "" {
			all = append(all, words)
		}
	}
	return all
}

// frame is what all pages have.
type frame struct {
	Title  string
	Style  string
	Policy string
	UPlot  string
	Script string
}
