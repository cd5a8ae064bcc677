package main

import (
	"fmt"
	"slices"
	"time"
)

// oldRows compare this commit with another, both through this command: the
// virtual workloads in CPU seconds, and trials in counts that other programs do
// not disturb.
func oldRows(s sides) []*row {
	const cpuMost, countMost = 1.10, 1.02
	spread := exchange(100, 300, time.Millisecond)
	var rows []*row
	for _, workload := range []struct {
		what string
		args []string
	}{
		{"TCP, 100 x 300, gap 1 ms", spread},
		{"HTTP, 100 x 300, gap 1 ms", slices.Concat(spread, []string{"--http"})},
		{"TCP, 1,000 x 30, gap 1 µs", exchange(1000, 30, time.Microsecond)},
		{"TCP, 100 x 300 with 998 idle hosts", slices.Concat(spread, []string{"--idle=998"})},
		{"idle group of 3, a day", []string{"group", "--members=3", "--span=24h"}},
		{"cable-pull, captured, 5 trials", []string{"incident", "--trials=5"}},
		{"1,000 hosts, built", []string{"lan", "--hosts=1000"}},
	} {
		rows = append(rows, &row{
			what: "CPU: " + workload.what, bar: cpuMost, below: true, unit: "x",
			ours: s.own("process_s", workload.args), theirs: s.before("process_s", workload.args),
		})
	}
	for _, incident := range []string{"cable-pull", "almost-dead-active", "freeze-thaw", "graceful", "spof-multicast-pruned"} {
		args := []string{"incident", "--trials=2", "--name=" + incident}
		for _, count := range []string{"frames", "steps", "allocs"} {
			figure := count + "_per_trial"
			rows = append(rows, &row{
				what: fmt.Sprintf("%s per trial: %s", count, incident), bar: countMost, below: true, unit: "x", rounds: 3,
				ours: s.own(figure, args), theirs: s.before(figure, args),
			})
		}
	}
	return rows
}

// before returns a measurement of the other commit.
func (s sides) before(figure string, args []string) func() (float64, error) {
	return func() (float64, error) {
		figures, err := s.childOf(s.old, 1, args)
		if err == nil && figures[figure] == 0 {
			err = fmt.Errorf("%s: it prints no %s: its commit does not measure that yet", s.old, figure)
		}
		return figures[figure], err
	}
}
