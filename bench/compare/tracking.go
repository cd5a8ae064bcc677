package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/cablepull/cablepull/bench/tracking"
)

// trackingRows repeat a published simulation in full. Its figures stand in the
// last column.
func trackingRows(s sides) []*row {
	run := []string{"tracking"}
	return []*row{
		{
			what: "connections that just enough tracking breaks, published 0", bar: 1, below: true, unit: "of 4.7 million", rounds: 1,
			ours: s.own("broken_just_enough", run),
		},
		{
			what: "connections that full tracking breaks, against the published", unit: "x", rounds: 1,
			ours: s.own("broken_full", run), theirs: func() (float64, error) { return tracking.PublishedBroken, nil },
		},
	}
}

// measureTracking prints what breaks; it measures no time.
func measureTracking(f *flag.FlagSet, args []string, out io.Writer) error {
	part := f.Int("part", 1, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	r := tracking.Published.Part(*part).Run()
	_, err := fmt.Fprintf(out, "connections=%d broken_just_enough=%d broken_full=%d oversubscription=%.3f\n",
		r.Connections, r.Broken[tracking.JustEnough], r.Broken[tracking.Full], r.Oversubscription)
	return err
}
