package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/bench"
)

// systemRows are those of the systems around: brokers, databases, business
// documents, cluster members.
func systemRows(s sides) []*row {
	return []*row{
		{
			what: "messages through a broker, per CPU second", bar: 20_000,
			ours: s.own("per_cpu_s", []string{"brokered"}),
		},
		{
			what: "transactions of a database, by a pool, per second", bar: 10_000,
			ours: s.benchmark("transactions/s", "node/datasource", "BenchmarkTransactions"),
		},
		{
			what: "the same behind a service over HTTP, per CPU second",
			ours: s.own("per_cpu_s", []string{"banked"}),
		},
		{
			what: "a week of business documents", bar: 60, below: true, unit: "s",
			ours: s.own("cpu_s_per_trial", []string{"incident", "--name=b2b-week", "--trials=1"}),
		},
		{
			what: "a day of two idle cluster members", bar: 4, below: true, unit: "s",
			ours: s.own("cpu_s", []string{"membership"}),
		},
	}
}

// measureSystem returns the measurement of a workload that is played for a span
// of simulated time, and that counts what it does.
func measureSystem(usual time.Duration, play func(time.Duration) (int, error)) func(*flag.FlagSet, []string, io.Writer) error {
	return func(f *flag.FlagSet, args []string, out io.Writer) error {
		span := f.Duration("span", usual, "")
		if err := f.Parse(args); err != nil {
			return err
		}
		start := bench.Now()
		done, err := play(*span)
		if err != nil {
			return err
		}
		cpu := bench.Since(start).CPU.Seconds()
		_, err = fmt.Fprintf(out, "span=%v done=%d cpu_s=%.2f per_cpu_s=%.0f\n", *span, done, cpu, float64(done)/cpu)
		return err
	}
}

// measureMembership counts simulated seconds.
func measureMembership(span time.Duration) (int, error) {
	return int(span / time.Second), bench.Membership(span)
}
