package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/bench"
)

// groupRows are those of load-balancer groups.
func groupRows(s sides) []*row {
	checked := s.once([]string{"checked", "--members=1000", "--minutes=60"})
	rows := []*row{
		{
			what: "HTTP through a load-balancer group, answered per CPU second", bar: 10_000,
			ours: s.own("answered_per_cpu_s", []string{"proxied"}),
		},
		{
			what: "1,000 members checked each 5 s, an hour, CPU", bar: 2.5, below: true, unit: "min", rounds: 1,
			ours: checked("cpu_min"),
		},
		{
			what: "the same, resident", bar: 300, below: true, unit: "MB", rounds: 1,
			ours: checked("resident_mb"),
		},
	}
	for _, algorithm := range []string{"round-robin", "weighted-round-robin", "hash", "least-connections", "weighted-least-connections", "first-alive"} {
		rows = append(rows, &row{
			what: "a member chosen of 100 by " + algorithm, bar: 200, below: true, unit: "ns",
			ours: s.benchmark("ns/op", "node/lbgroup", "BenchmarkTransaction/"+algorithm+"/all-up"),
		})
	}
	return rows
}

// measureProxied plays requests through a group.
func measureProxied(f *flag.FlagSet, args []string, out io.Writer) error {
	span := f.Duration("span", 10*time.Second, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	answered, err := bench.Proxied(*span)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "answered=%d answered_per_cpu_s=%.0f\n", answered, float64(answered)/bench.Since(start).CPU.Seconds())
	return err
}

// measureChecked plays the health checks of a group.
func measureChecked(f *flag.FlagSet, args []string, out io.Writer) error {
	members := f.Int("members", 1000, "")
	minutes := f.Int("minutes", 60, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	checks, err := bench.Checked(*members, time.Duration(*minutes)*time.Minute)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "checks=%d cpu_min=%.2f resident_mb=%.0f\n", checks, bench.Since(start).CPU.Minutes(), bench.Resident()/1e6)
	return err
}
