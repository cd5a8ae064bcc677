package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/cablepull/cablepull/bench/wire"
)

// This file measures the netns world. If this machine cannot measure something,
// standard error says so, and nothing is printed.

// sinceFlag is the start of the process, in nanoseconds since the epoch.
func sinceFlag(f *flag.FlagSet) *int64 { return f.Int64("since", time.Now().UnixNano(), "") }

// lacking reports what is missing, and returns all other errors.
func lacking(err error) error {
	if errors.Is(err, wire.ErrAbsent) {
		fmt.Fprintln(os.Stderr, err)
		return nil
	}
	return err
}

func measureHello(f *flag.FlagSet, args []string, out io.Writer) error {
	since := sinceFlag(f)
	nodes := f.Int("nodes", 10, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	at, err := wire.FirstHello(*nodes)
	if err != nil {
		return lacking(err)
	}
	took := at.Sub(time.Unix(0, *since)).Seconds()
	_, err = fmt.Fprintf(out, "nodes=%d hello_s=%.3f starts_per_s=%.3f\n", *nodes, took, 1/took)
	return err
}

// wayFlag is how two hosts are connected.
func wayFlag(f *flag.FlagSet) func() (wire.Way, error) {
	name := f.String("way", "fabric", "")
	return func() (wire.Way, error) {
		ways := map[string]wire.Way{"fabric": wire.Fabric, "bridge": wire.Bridge}
		if ways[*name] == nil {
			return nil, fmt.Errorf("way: got %q, want fabric or bridge", *name)
		}
		return ways[*name], nil
	}
}

func measureThroughput(f *flag.FlagSet, args []string, out io.Writer) error {
	sinceFlag(f)
	chosen, span := wayFlag(f), f.Duration("span", 3*time.Second, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	way, err := chosen()
	if err != nil {
		return err
	}
	rate, err := wire.Throughput(way, *span)
	if err != nil {
		return lacking(err)
	}
	_, err = fmt.Fprintf(out, "mbit_per_s=%.1f\n", rate/1e6)
	return err
}

func measureLatency(f *flag.FlagSet, args []string, out io.Writer) error {
	sinceFlag(f)
	chosen, pings := wayFlag(f), f.Int("pings", 500, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	way, err := chosen()
	if err != nil {
		return err
	}
	median, err := wire.Latency(way, *pings)
	if err != nil {
		return lacking(err)
	}
	_, err = fmt.Fprintf(out, "ping_us=%.1f\n", float64(median.Nanoseconds())/1000)
	return err
}

// measureBalanced compares streams in one run: the whole is the ratio.
func measureBalanced(f *flag.FlagSet, args []string, out io.Writer) error {
	sinceFlag(f)
	direction, span := f.String("direction", string(wire.Download), ""), f.Duration("span", 3*time.Second, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	s, err := wire.Balanced(wire.Direction(*direction), *span)
	if err != nil {
		return lacking(err)
	}
	_, err = fmt.Fprintf(out, "direction=%s through_mbit_per_s=%.1f direct_mbit_per_s=%.1f ratio=%.3f\n",
		*direction, s.Through/1e6, s.Direct/1e6, s.Through/s.Direct)
	return err
}

// measureTakeover is the median of takeovers at instants spread evenly between
// two adverts. turn shifts them, so that rounds do not repeat them.
func measureTakeover(f *flag.FlagSet, args []string, out io.Writer) error {
	sinceFlag(f)
	name, phases, turn := f.String("pair", "ours", ""), f.Int("phases", 4, ""), f.Int("turn", 0, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	pairs := map[string]func() wire.Pair{"ours": wire.OurPair, "keepalived": wire.KeepalivedPair}
	if pairs[*name] == nil {
		return fmt.Errorf("pair: got %q, want ours or keepalived", *name)
	}
	var gaps []time.Duration
	for i := range *phases {
		const golden = 0.618 // multiples of it, modulo 1, spread evenly
		phase := (float64(i) + golden*float64(*turn)) / float64(*phases)
		gap, err := wire.Takeover(pairs[*name](), phase-float64(int(phase)))
		if err != nil {
			return lacking(err)
		}
		gaps = append(gaps, gap)
	}
	slices.Sort(gaps)
	middle := (gaps[(len(gaps)-1)/2] + gaps[len(gaps)/2]) / 2
	_, err := fmt.Fprintf(out, "pair=%s takeover_ms=%.1f\n", *name, middle.Seconds()*1000)
	return err
}
