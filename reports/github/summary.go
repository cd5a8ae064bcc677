package github

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// SummaryMax is the size, in bytes, above which GitHub refuses the summary of a
// step.
const SummaryMax = 1 << 20

// Bounds of one row, so that a single run cannot fill the table.
const (
	cellMax   = 500 // characters of a cell
	reasonMax = 10  // reasons of a run that failed
)

// WriteSummary writes a table of runs in Markdown: failures first, with the
// expectation or invariant, what was found and the command that replays it,
// then what was not run, the warnings, and what passed. It is at most room
// bytes long: it leaves out the end of the table, and says how much. Conditions
// over several seeds that do not hold come before all runs, the others after.
func WriteSummary(w io.Writer, runs []reports.Result, over []reports.OverSeeds, room int) error {
	rows := slices.Concat(rowsOfSeeds(over, false), rowsOf(runs), rowsOfSeeds(over, true))
	var text strings.Builder
	text.WriteString(headOf(runs))
	note := func(left int) string { return fmt.Sprintf("\n%d more rows do not fit in here.\n", left) }
	most := room - len(note(len(rows))) - 1
	if text.Len() > most {
		return nil
	}
	for i, row := range rows {
		if text.Len()+len(row) > most {
			text.WriteString(note(len(rows) - i))
			break
		}
		text.WriteString(row)
	}
	_, err := io.WriteString(w, text.String()+"\n")
	return err
}

// headOf is the heading and the first rows of the table.
func headOf(runs []reports.Result) string {
	counts := map[string]int{}
	for i := range runs {
		counts[verdictOf(&runs[i])]++
	}
	parts := []string{fmt.Sprintf("%d passed", counts[passed])}
	for _, v := range []string{failed, broken, skipped} {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return "### cablepull: " + strings.Join(parts, ", ") + "\n\n" +
		"| verdict | run | expected | got | replay |\n|---|---|---|---|---|\n"
}

// The verdicts, in the order of the table.
const (
	failed  = "failed"
	broken  = "without a verdict"
	skipped = "skipped"
	passed  = "passed"
)

func verdictOf(r *reports.Result) string {
	switch {
	case r.Skipped != "":
		return skipped
	case r.Error != "":
		return broken
	case r.Passed:
		return passed
	}
	return failed
}

// rowsOf are the rows of all runs, a line each.
func rowsOf(runs []reports.Result) []string {
	var rows []string
	for _, verdict := range []string{failed, broken, skipped, passed} {
		if verdict == passed {
			rows = append(rows, warningRows(runs)...)
		}
		for i := range runs {
			if r := &runs[i]; verdictOf(r) == verdict {
				rows = append(rows, rowsOfRun(r, verdict)...)
			}
		}
	}
	return rows
}

// rowsOfRun are the rows of a run: one for each reason why it failed.
func rowsOfRun(r *reports.Result, verdict string) []string {
	run := r.Name()
	if r.World != "virtual" {
		run += " in " + r.World
	}
	replay := code(r.Replay)
	row := func(expected, got string) string {
		return "| " + strings.Join([]string{verdict, escape(run), expected, got, replay}, " | ") + " |\n"
	}
	var rows []string
	switch verdict {
	case broken:
		return []string{row("", escape(r.Error))}
	case skipped:
		replay = ""
		return []string{row("", escape(r.Skipped))}
	case passed:
		what := ""
		if r.Unasked() {
			what = "nothing"
		}
		rows = append(rows, row(what, ""))
	}
	for _, v := range r.Violations {
		rows = append(rows, row("invariant "+escape(v.Invariant), escape(fmt.Sprintf("%v: %s", v.At, v.Detail))))
	}
	for _, e := range r.Failed() {
		expected := escape(e.Text)
		if place := e.Place(); place != "" {
			expected += " at " + code(place)
		}
		rows = append(rows, row(expected, escape(e.Got)))
	}
	if left := len(rows) - reasonMax; left > 0 {
		rows = append(rows[:reasonMax], row(fmt.Sprintf("and %d more", left), ""))
	}
	return rows
}

// warningRows are the rows of the warnings, each once: the runs of a scenario
// share them.
func warningRows(runs []reports.Result) []string {
	var rows []string
	known := map[string]bool{}
	for i := range runs {
		for _, w := range runs[i].Warnings {
			if !known[w] {
				rows = append(rows, "| warning | "+escape(runs[i].Scenario)+" | | "+escape(w)+" | |\n")
			}
			known[w] = true
		}
	}
	return rows
}

// oneLine bounds text and puts it on one line.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if all := []rune(text); len(all) > cellMax {
		text = string(all[:cellMax]) + "…"
	}
	return text
}

// escape makes text plain in a cell of a table: every sign with a meaning in
// Markdown or HTML gets a backslash (CommonMark 2.4) or its entity.
func escape(text string) string {
	var out strings.Builder
	for _, c := range oneLine(text) {
		switch {
		case c == '<':
			out.WriteString("&lt;")
		case c == '&':
			out.WriteString("&amp;")
		case strings.ContainsRune("\\`*_{}[]#+!|~>$", c):
			out.WriteString("\\" + string(c))
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// code makes text a code span in a cell of a table; nothing stays nothing.
func code(text string) string {
	text = oneLine(text)
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}
