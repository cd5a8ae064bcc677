package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/cablepull/cablepull/bench"
)

// balanceRows are those of self-balancing groups.
func balanceRows(s sides) []*row {
	taken := func(figure string) func() (float64, error) {
		return s.own(figure, []string{"balance", "--connections=100000"})
	}
	served := func(members int) func() (float64, error) {
		return s.own("answered", []string{"served", fmt.Sprintf("--members=%d", members)})
	}
	return []*row{
		{
			what: "100,000 connections, kept across a takeover", bar: 60, below: true, unit: "s", rounds: 1,
			ours: taken("wall_s"),
		},
		{
			what: "the same, resident", bar: 4000, below: true, unit: "MB", rounds: 1,
			ours: taken("resident_mb"),
		},
		{
			what: "the same, rebuild at 1 Gbit/s, simulated", bar: 1000, below: true, unit: "ms", rounds: 1,
			ours: taken("blind_ms"),
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
