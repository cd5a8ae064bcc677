package main

import (
	"fmt"
	"slices"
	"time"
)

// rows are all comparisons. Those with a yardstick have the same connections,
// requests per connection and gap on both sides.
func rows(s sides) []*row {
	spread := exchange(100, 300, time.Millisecond) // the spike's gap is 1 ms
	hundred, thousand := exchange(100, 300, time.Microsecond), exchange(1000, 30, time.Microsecond)
	return []*row{
		{
			what: "TCP, 100 x 300, gap 1 ms, against spike/events", bar: 1.0, unit: "x",
			ours: s.own("answered_per_process_s", spread), theirs: s.spike("events", 100, 300),
		},
		{
			what: "HTTP, 100 x 300, gap 1 ms, against spike/procs", bar: 1.3, unit: "x",
			ours: s.own("answered_per_process_s", slices.Concat(spread, []string{"--http"})), theirs: s.spike("procs", 100, 300),
		},
		{
			what: "TCP, 100 x 300, gap 1 µs, against ns-3", bar: 2.5, unit: "x",
			ours: s.own("answered_per_cpu_s", hundred), theirs: s.ns3(hundred[1:]),
		},
		{
			what: "TCP, 1,000 x 30, gap 1 µs, against ns-3", bar: 5, unit: "x",
			ours: s.own("answered_per_cpu_s", thousand), theirs: s.ns3(thousand[1:]),
		},
		{
			what: "idle group of 3", bar: 60000, unit: "simulated s/s",
			ours: s.own("simulated_per_cpu_s", []string{"group", "--members=3", "--span=24h"}),
		},
		{
			what: "cable-pull, captured", bar: 400, unit: "x real time",
			ours: s.own("simulated_per_cpu_s", []string{"incident", "--trials=5"}),
		},
		{
			what: "1,000 hosts, built", bar: 1, below: true, unit: "s",
			ours: s.own("cpu_s", []string{"lan", "--hosts=1000"}),
		},
		{
			what: "1,000 hosts, resident", bar: 200, below: true, unit: "MB",
			ours: s.own("resident_mb", []string{"lan", "--hosts=1000"}),
		},
		{
			// It does not grow, but a difference below a tenth is the machine's.
			what: "cost per frame, 1,000 hosts against 2", bar: 1.1, below: true, unit: "x",
			ours:   s.own("cpu_us_per_frame", slices.Concat(spread, []string{"--idle=998"})),
			theirs: s.own("cpu_us_per_frame", spread),
		},
		{
			what: "a year of an idle pair, from 30 days", bar: 10, below: true, unit: "min",
			ours: s.own("cpu_minutes_per_year", []string{"group", "--members=2", "--span=720h"}),
		},
		{
			what: "its heap, end against first quarter", bar: 1.1, below: true, unit: "x",
			ours: s.own("heap_growth", []string{"group", "--members=2", "--span=720h"}),
		},
		{
			what: "trials: 2 processes against 2 goroutines", unit: "x",
			ours: s.beside(2, []string{"incident", "--trials=5"}), theirs: s.goroutines(2, []string{"incident", "--trials=10"}),
		},
	}
}

// exchange is the command line of a child that measures an exchange. What
// follows the first word is understood by the program of ns-3 too.
func exchange(connections, requests int, gap time.Duration) []string {
	return []string{
		"exchange",
		fmt.Sprintf("--connections=%d", connections), fmt.Sprintf("--requests=%d", requests), fmt.Sprintf("--gap=%dus", gap.Microseconds()),
	}
}
