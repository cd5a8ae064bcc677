package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/sim/oracle"
)

// newFiguresTopic is a topic of the help, and no verb.
func newFiguresTopic() *cobra.Command {
	cmd := &cobra.Command{Use: "figures", Short: "Figures of runs, for over-seeds: outage.p99 and all others"}
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) { _ = writeFigures(cmd.OutOrStdout()) }) // cobra ignores errors of help
	return cmd
}

// writeFigures prints the page. Its list comes from the measures.
func writeFigures(out io.Writer) error {
	var b strings.Builder
	b.WriteString(`A figure of many runs is ID[.OF][.STATISTIC], such as outage.p99 or
requests-failed.c1.mean.

OF is a client, a virtual IP, a fault; of violated, an invariant. Without it,
the worst counts for times and shares, and the sum for counts.

STATISTIC is over runs:

  p0 to p100   the value that so many of 100 runs stay below: p50, p99, p99.9
  mean         with Student's interval
  min, max     of the runs that were played, and no promise for others
  any          the share of runs whose value is above 0
  per-year     of counts: how many in a year of simulated time

Without it: p50 for times and shares, mean for counts, any for violated, failed
and unjudged. Intervals are at 95 %. But for mean they are exact, and
conservative: they hold more often than that. p99 has an upper bound from 299
runs on, and both bounds from 368 on.

ID is one of these:

`)
	width := 0
	for _, c := range figure.Columns() {
		width = max(width, len(c.ID))
	}
	for _, c := range figure.Columns() {
		b.WriteString(cutTo("  "+c.ID+strings.Repeat(" ", width-len(c.ID)+2)+measuredIn[c.Unit]+c.Name, formatWidth) + "\n")
	}
	b.WriteString(`
In a scenario:   over-seeds: {outage.p99: ..10s, violated: ..1%}
`)
	_, err := io.WriteString(out, b.String())
	return err
}

// measuredIn are the units in one column.
var measuredIn = map[oracle.Unit]string{oracle.Span: "time   ", oracle.Instant: "time   ", oracle.Count: "count  ", oracle.Share: "share  "}
