package sweep

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/figure"
)

// WriteCSV writes a row for each run: the values of the knobs, the seed, the
// verdict, and the figures. Times are in seconds, and exact; a figure that the
// run did not measure is empty, and one that is only known to be at least so
// much, because the run ended first, is named under at_least. The rows are in
// the order of settings and seeds, so one sweep always gives the same bytes.
func WriteCSV(w io.Writer, knobs []Knob, words []figure.Word, all ...[]*Runs) error {
	words = once(words)
	out := csv.NewWriter(w)
	var head []string
	for _, k := range knobs {
		head = append(head, k.Path)
	}
	head = append(head, "seed", "phase_s", "verdict", "digest", "at_least")
	for _, word := range words {
		head = append(head, columnOf(word))
	}
	if err := out.Write(head); err != nil {
		return fmt.Errorf("sweep: csv: %w", err)
	}
	for _, part := range all {
		for _, runs := range part {
			for i := range runs.Runs {
				if err := out.Write(rowOf(runs, i, words)); err != nil {
					return fmt.Errorf("sweep: csv: %w", err)
				}
			}
		}
	}
	if out.Flush(); out.Error() != nil {
		return fmt.Errorf("sweep: csv: %w", out.Error())
	}
	return nil
}

// once drops words that differ in their statistic only: a run has one value.
func once(words []figure.Word) []figure.Word {
	var some []figure.Word
	known := map[string]bool{}
	for _, w := range words {
		if name := columnOf(w); !known[name] {
			known[name] = true
			some = append(some, w)
		}
	}
	return some
}

// columnOf is the heading of a figure.
func columnOf(w figure.Word) string {
	name := w.ID
	if w.Of != "" {
		name += "." + w.Of
	}
	if runUnit(w) == figure.Time {
		return name + "_s"
	}
	return name
}

func rowOf(runs *Runs, i int, words []figure.Word) []string {
	t, run := runs.Trials[i], runs.Runs[i]
	var open, figures []string
	for _, w := range words {
		value, isOpen, measured := w.Value(run.Values)
		if isOpen {
			open = append(open, columnOf(w))
		}
		switch {
		case !measured:
			figures = append(figures, "")
		case runUnit(w) == figure.Time:
			figures = append(figures, secondsOf(int64(value)))
		default:
			figures = append(figures, strconv.FormatFloat(value, 'f', -1, 64))
		}
	}
	row := append(runs.Point.Setting.Values(), strconv.FormatUint(t.Seed, 10), secondsOf(int64(t.Phase)), run.Verdict, run.Digest, strings.Join(open, " "))
	return append(row, figures...)
}

// secondsOf prints nanoseconds in seconds, all of them.
func secondsOf(ns int64) string {
	return Quantity{amount: ns, digits: 9}.String()
}
