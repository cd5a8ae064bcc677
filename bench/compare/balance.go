package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/cablepull/cablepull/bench"
)

// balanceRows are those of self-balancing groups.
func balanceRows(s sides) []*row {
	served := func(members int) func() (float64, error) {
		return s.own("answered", []string{"served", fmt.Sprintf("--members=%d", members)})
	}
	rebuild := func() (float64, error) {
		ns, err := s.benchmark("ns/op", "node/selfbalance", "BenchmarkRebuild")()
		return ns / 1e9, err
	}
	rebuilt := s.once([]string{"balance", "--connections=100000", "--recovery=rebuild"})
	passed := s.once([]string{"balance", "--connections=100000", "--recovery=second-chance"})
	return []*row{
		{
			what: "a segment forwarded, of 1,000,000 connections", bar: 5, unit: "million/s",
			ours: s.benchmark("M/s", "node/selfbalance/distributor", "BenchmarkRoute/forwarded"),
		},
		{
			what: "an entry of the forwarding table, all indexes counted", bar: 96, below: true, unit: "B", rounds: 1,
			ours: s.benchmark("B/entry", "node/selfbalance", "BenchmarkNote/busy"),
		},
		{
			what: "rebuild of 100,000 connections, three members, one processor", bar: 2, below: true, unit: "s",
			ours: rebuild,
		},
		{
			what: "100,000 connections, kept across a takeover, rebuild", bar: 60, below: true, unit: "s", rounds: 1,
			ours: rebuilt("wall_s"),
		},
		{
			what: "the same, resident", bar: 4000, below: true, unit: "MB", rounds: 1,
			ours: rebuilt("resident_mb"),
		},
		{
			what: "the same, rebuild at 1 Gbit/s, simulated", bar: 1000, below: true, unit: "ms", rounds: 1,
			ours: rebuilt("blind_ms"),
		},
		{
			what: "100,000 connections, kept across a takeover, second-chance", bar: 60, below: true, unit: "s", rounds: 1,
			ours: passed("wall_s"),
		},
		{
			what: "the same by second-chance, resident", bar: 4000, below: true, unit: "MB", rounds: 1,
			ours: passed("resident_mb"),
		},
		{
			what: "three members against one, answered in a minute", bar: 2.7, unit: "x", rounds: 1,
			ours: served(3), theirs: served(1),
		},
	}
}

// measureBalance plays a takeover. A connection that is lost although its
// member lives is an error.
func measureBalance(f *flag.FlagSet, args []string, out io.Writer) error {
	connections := f.Int("connections", 100_000, "")
	recovery := f.String("recovery", "rebuild", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	taken, err := bench.Balance{Connections: *connections, Recovery: *recovery}.Run()
	if err != nil {
		return err
	}
	s := bench.Since(start)
	blind, flows := taken.Blind()
	_, err = fmt.Fprintf(out, "connections=%d recovery=%s kept=%d learned=%d blind_ms=%.3f wall_s=%.3f cpu_s=%.3f resident_mb=%.0f frames=%d\n",
		*connections, *recovery, taken.Kept(), flows, blind.Seconds()*1e3, s.Wall.Seconds(), s.CPU.Seconds(), bench.Resident()/1e6, taken.Frames)
	return err
}

func measureServed(f *flag.FlagSet, args []string, out io.Writer) error {
	members := f.Int("members", 3, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	answered, err := bench.Served(*members)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "members=%d answered=%d\n", *members, answered)
	return err
}
