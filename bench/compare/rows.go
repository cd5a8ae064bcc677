package main

import (
	"fmt"
	"slices"
	"time"
)

// rows are all comparisons, those of the virtual world first.
func rows(s sides) []*row {
	return slices.Concat(virtualRows(s), scheduleRows(s), trackingRows(s), balanceRows(s), groupRows(s), systemRows(s), longRows(s), detectionRows(s), sweepRows(s), pairRows(s), huntRows(s), programRows(s), realRows(s))
}

// longRows say what stays behind of the requests of a run, which is nothing.
// The longest takes minutes, so it is measured once.
func longRows(s sides) []*row {
	run := func(figure, mode string, requests int) func() (float64, error) {
		return s.own(figure, []string{"long", "--mode=" + mode, fmt.Sprintf("--requests=%d", requests)})
	}
	return []*row{
		{
			what: "3,600,000 requests, resident", bar: 150, below: true, unit: "MB", rounds: 1,
			ours: run("resident_mb", "keep-alive", 3_600_000),
		},
		{
			what: "100,000 requests, each with a connection, resident", bar: 150, below: true, unit: "MB", rounds: 1,
			ours: run("resident_mb", "new", 100_000),
		},
		{
			what: "100,000 requests, heap, end against half", bar: 1.1, below: true, unit: "x",
			ours: run("heap_growth", "keep-alive", 100_000),
		},
	}
}

// realRows are the comparisons of the netns world.
func realRows(s sides) []*row {
	throughput := func(way string) func() (float64, error) { return s.real("mbit_per_s", "throughput", "--way="+way) }
	latency := func(way string) func() (float64, error) { return s.real("ping_us", "latency", "--way="+way) }
	takeover := func(pair string) func() (float64, error) {
		return turns(func(turn int) func() (float64, error) {
			const phases = 4 // per round, spread between two adverts
			return s.real("takeover_ms", "takeover", "--pair="+pair, fmt.Sprintf("--phases=%d", phases), fmt.Sprintf("--turn=%d", turn))
		})
	}
	balanced := func(direction string) func() (float64, error) {
		return s.real("ratio", "balanced", "--direction="+direction)
	}
	return []*row{
		{
			what: "netns: download through the active member, against direct", bar: 0.6, unit: "x",
			ours: balanced("download"),
		},
		{
			what: "netns: upload through the active member, against direct", bar: 0.35, unit: "x",
			ours: balanced("upload"),
		},
		{
			what: "netns: ten nodes, to the first hello", bar: 1.5, below: true, unit: "s",
			ours: s.real("hello_s", "hello", "--nodes=10"),
		},
		{
			what: "netns: the same against ten hosts of Mininet", bar: 3, unit: "x",
			ours: s.real("starts_per_s", "hello", "--nodes=10"), theirs: s.mininet(10),
		},
		{
			what: "netns: iperf3 through the fabric", bar: 1200, unit: "Mbit/s",
			ours: throughput("fabric"),
		},
		{
			what: "netns: the same against a bridge of the kernel", bar: 0.4, unit: "x",
			ours: throughput("fabric"), theirs: throughput("bridge"),
		},
		{
			what: "netns: ping, longer than through a bridge", bar: 150, below: true, minus: true, unit: "µs",
			ours: latency("fabric"), theirs: latency("bridge"),
		},
		{
			what: "netns: takeover, longer than keepalived's", bar: 10, below: true, minus: true, unit: "ms",
			ours: takeover("ours"), theirs: takeover("keepalived"),
		},
	}
}

// virtualRows are the comparisons of the virtual world. Those with a yardstick
// have the same connections, requests per connection and gap on both sides.
func virtualRows(s sides) []*row {
	spread := exchange(100, 300, time.Millisecond) // the spike's gap is 1 ms
	together := func(what string, connections, requests int, bar float64) *row {
		args := exchange(connections, requests, time.Microsecond)
		return &row{
			what: "TCP, " + what + ", gap 1 µs, against ns-3", bar: bar, unit: "x",
			ours: s.own("answered_per_cpu_s", args), theirs: s.ns3(args[1:]),
		}
	}
	return []*row{
		{
			what: "TCP, 100 x 300, gap 1 ms, against spike/events", bar: 1.0, unit: "x",
			ours: s.own("answered_per_process_s", spread), theirs: s.spike("events", 100, 300),
		},
		{
			what: "HTTP, 100 x 300, gap 1 ms, against spike/procs", bar: 1.3, unit: "x",
			ours: s.own("answered_per_process_s", slices.Concat(spread, []string{"--http"})), theirs: s.spike("procs", 100, 300),
		},
		together("20 x 1,500", 20, 1500, 2.6),
		together("100 x 300", 100, 300, 3.0),
		together("500 x 60", 500, 60, 3.0),
		together("1,000 x 30", 1000, 30, 4.8),
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
			what: "idle HTTP connection, both ends, resident", bar: 30, below: true, unit: "KB",
			ours: s.own("resident_kb", []string{"hold", "--connections=5000"}),
		},
		{
			// The cost does not grow, but differences below a tenth are noise of the
			// machine.
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
			ours: s.processes(2, []string{"incident", "--trials=5"}), theirs: s.goroutines(2, []string{"incident", "--trials=10"}),
		},
	}
}

// exchange is the command line of a child that measures an exchange. The
// program of ns-3 also understands everything after the first word.
func exchange(connections, requests int, gap time.Duration) []string {
	return []string{
		"exchange",
		fmt.Sprintf("--connections=%d", connections), fmt.Sprintf("--requests=%d", requests), fmt.Sprintf("--gap=%dus", gap.Microseconds()),
	}
}
