package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/cablepull/cablepull/bench"
	"github.com/cablepull/cablepull/node/selfbalance"
)

// scheduleRows are incident F36: wlc once made a firmware slow.
func scheduleRows(s sides) []*row {
	choose := func(algorithm string, members int) func() (float64, error) {
		return s.own("ns_per_choice", []string{"schedule", "--algorithm=" + algorithm, fmt.Sprintf("--members=%d", members)})
	}
	most := func(algorithm string) *row {
		return &row{what: "a SYN by " + algorithm + ", 64 members", bar: 1000, below: true, unit: "ns", ours: choose(algorithm, 64)}
	}
	flat := func(algorithm string) *row {
		return &row{
			what: "a SYN by " + algorithm + ", 64 members against 2", bar: 1.5, below: true, unit: "x",
			ours: choose(algorithm, 64), theirs: choose(algorithm, 2),
		}
	}
	return []*row{most("wlc"), most("wrr"), flat("rr"), flat("sh")}
}

func measureSchedule(f *flag.FlagSet, args []string, out io.Writer) error {
	var algorithm selfbalance.Algorithm
	f.TextVar(&algorithm, "algorithm", algorithm, "")
	members := f.Int("members", 64, "")
	n := f.Int("n", 10_000_000, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	bench.Schedule(algorithm, *members, *n)
	s := bench.Since(start)
	_, err := fmt.Fprintf(out, "algorithm=%v members=%d n=%d ns_per_choice=%.2f allocs=%d\n",
		algorithm, *members, *n, float64(s.CPU.Nanoseconds())/float64(*n), s.Allocs)
	return err
}
