package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/bench"
)

// measure makes one measurement in this process and prints its figures as one
// line of key=value, like the yardsticks.
func measure(args []string, out io.Writer) error {
	workloads := map[string]func(*flag.FlagSet, []string, io.Writer) error{
		"exchange": measureExchange, "group": measureGroup, "incident": measureIncident, "lan": measureLAN, "hold": measureHold, "long": measureLong,
		"balance": measureBalance, "served": measureServed, "proxied": measureProxied, "checked": measureChecked,
		"brokered": measureSystem(20*time.Second, bench.Brokered), "banked": measureSystem(20*time.Second, bench.Banked),
		"membership": measureSystem(24*time.Hour, measureMembership),
		"pair":       measurePair, "schedule": measureSchedule, "tracking": measureTracking, "program": measureProgram,
		"hello": measureHello, "throughput": measureThroughput, "latency": measureLatency, "takeover": measureTakeover, "balanced": measureBalanced,
	}
	if len(args) == 0 || workloads[args[0]] == nil {
		return fmt.Errorf("measure: got %q, want one of %v", args, slices.Sorted(maps.Keys(workloads)))
	}
	return workloads[args[0]](flag.NewFlagSet(args[0], flag.ContinueOnError), args[1:], out)
}

func measureExchange(f *flag.FlagSet, args []string, out io.Writer) error {
	var e bench.Exchange
	f.IntVar(&e.Connections, "connections", 100, "")
	f.IntVar(&e.Requests, "requests", 300, "")
	f.DurationVar(&e.Gap, "gap", time.Millisecond, "")
	f.BoolVar(&e.HTTP, "http", false, "")
	f.IntVar(&e.Idle, "idle", 0, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	l := bench.NewLAN(2 + e.Idle)
	built := bench.Since(start)
	o, err := e.RunOn(l)
	if err != nil {
		return err
	}
	s := bench.Since(start)
	frames := float64(o.Frames)
	_, err = fmt.Fprintf(out, "connections=%d requests=%d gap=%v http=%t idle=%d answered=%d frames=%d "+
		"wall_s=%.3f cpu_s=%.3f answered_per_cpu_s=%.0f cpu_us_per_frame=%.3f bytes_per_frame=%.0f allocs_per_frame=%.2f\n",
		e.Connections, e.Requests, e.Gap, e.HTTP, e.Idle, o.Answered, o.Frames,
		s.Wall.Seconds(), s.CPU.Seconds(), float64(o.Answered)/s.CPU.Seconds(),
		float64((s.CPU-built.CPU).Microseconds())/frames, float64(s.Bytes-built.Bytes)/frames, float64(s.Allocs-built.Allocs)/frames)
	return err
}

func measureGroup(f *flag.FlagSet, args []string, out io.Writer) error {
	members := f.Int("members", 3, "")
	span := f.Duration("span", 24*time.Hour, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	w, err := bench.NewGroup(*members)
	if err != nil {
		return err
	}
	defer w.Close()
	start := bench.Now()
	var heap [4]float64
	for quarter := range heap {
		if err := bench.Idle(w, *span/4); err != nil {
			return err
		}
		heap[quarter] = float64(bench.Heap())
	}
	s := bench.Since(start)
	const year = 365 * 24 * time.Hour
	_, err = fmt.Fprintf(out, "members=%d span=%v simulated_per_wall_s=%.0f simulated_per_cpu_s=%.0f cpu_minutes_per_year=%.2f "+
		"heap_bytes=%.0f,%.0f,%.0f,%.0f heap_growth=%.3f\n",
		*members, *span, span.Seconds()/s.Wall.Seconds(), span.Seconds()/s.CPU.Seconds(),
		s.CPU.Minutes()*float64(year)/float64(*span), heap[0], heap[1], heap[2], heap[3], heap[3]/heap[0])
	return err
}

func measureIncident(f *flag.FlagSet, args []string, out io.Writer) error {
	trials := f.Int("trials", 5, "")
	name := f.String("name", "cable-pull", "")
	goroutines := f.Int("goroutines", 1, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	work, err := bench.Trials(*name, *goroutines, *trials)
	if err != nil {
		return err
	}
	s := bench.Since(start)
	simulated, n := work.Simulated.Seconds(), float64(*trials)
	_, err = fmt.Fprintf(out, "name=%s trials=%d goroutines=%d simulated_per_wall_s=%.0f simulated_per_cpu_s=%.0f trials_per_wall_s=%.2f "+
		"frames_per_trial=%.1f steps_per_trial=%.1f allocs_per_trial=%.0f cpu_s_per_trial=%.3f\n",
		*name, *trials, *goroutines, simulated/s.Wall.Seconds(), simulated/s.CPU.Seconds(), n/s.Wall.Seconds(),
		float64(work.Frames)/n, float64(work.Steps)/n, float64(s.Allocs)/n, s.CPU.Seconds()/n)
	return err
}

func measureLAN(f *flag.FlagSet, args []string, out io.Writer) error {
	hosts := f.Int("hosts", 1000, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	l := bench.NewLAN(*hosts)
	s := bench.Since(start)
	defer l.Close()
	_, err := fmt.Fprintf(out, "hosts=%d wall_s=%.3f cpu_s=%.3f resident_mb=%.1f\n",
		*hosts, s.Wall.Seconds(), s.CPU.Seconds(), bench.Resident()/1e6)
	return err
}

// measureHold counts from two machines without connections, and both ends.
func measureHold(f *flag.FlagSet, args []string, out io.Writer) error {
	connections := f.Int("connections", 5000, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	l := bench.NewLAN(2)
	defer l.Close()
	before := bench.Resident()
	if err := l.Hold(*connections); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "connections=%d resident_kb=%.1f\n", *connections, (bench.Resident()-before)/1e3/float64(*connections))
	return err
}

func measureLong(f *flag.FlagSet, args []string, out io.Writer) error {
	requests := f.Int("requests", 3_600_000, "")
	mode := f.String("mode", "new", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	heap, err := bench.Long(*requests, *mode)
	if err != nil {
		return err
	}
	s := bench.Since(start)
	_, err = fmt.Fprintf(out, "requests=%d mode=%s cpu_s=%.3f requests_per_cpu_s=%.0f resident_mb=%.1f heap_bytes=%d,%d,%d,%d heap_growth=%.3f\n",
		*requests, *mode, s.CPU.Seconds(), float64(*requests)/s.CPU.Seconds(), bench.Resident()/1e6,
		heap[0], heap[1], heap[2], heap[3], float64(heap[3])/float64(heap[1]))
	return err
}
