package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/bench"
)

// pairRows are what sweeps and searches need of the pair of cable-pull with one
// client: whole commands in trials per second of real time, and the cost of a
// request beyond that of the pair without a client.
func pairRows(s sides) []*row {
	request := func(client string) func() (float64, error) {
		return s.own("cpu_us_per_request", []string{"pair", "--client=" + client, "--rate=20", "--trials=100"})
	}
	w := &sweeps{sides: s}
	return []*row{
		{
			what: "pair with a ping at 20/s, 2 workers", bar: 250, unit: "trials/s",
			ours: w.pair(bench.Pair{Client: "ping", Rate: 20}, 500),
		},
		{
			what: "pair with a ping at 2/s, 2 workers", bar: 800, unit: "trials/s",
			ours: w.pair(bench.Pair{Client: "ping", Rate: 2}, 2000),
		},
		{
			what: "a sweep against run --seeds, the same trials", bar: 1.05, below: true, unit: "x",
			ours:   w.cpu("sweep", "--phase", "fixed", "--figures", "outage.p50"),
			theirs: w.cpu("run"),
		},
		{
			what: "a ping against an HTTP request", bar: 0.1, below: true, unit: "x",
			ours: request("ping"), theirs: request("http"),
		},
		{
			what: "four nodes, one long-lived client at 1/s", bar: 100, unit: "trials/CPU s",
			ours: s.own("trials_per_cpu_s", []string{"pair", "--client=http", "--rate=1", "--router", "--trials=200"}),
		},
	}
}

// measurePair plays the pair with and without its client.
func measurePair(f *flag.FlagSet, args []string, out io.Writer) error {
	var p bench.Pair
	f.StringVar(&p.Client, "client", "ping", "")
	f.IntVar(&p.Rate, "rate", 20, "")
	f.BoolVar(&p.Router, "router", false, "")
	trials := f.Int("trials", 100, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	start := bench.Now()
	if _, err := (bench.Pair{Client: "none", Router: p.Router}).Play(*trials); err != nil {
		return err
	}
	alone := bench.Since(start).CPU
	start = bench.Now()
	requests, err := p.Play(*trials)
	if err != nil {
		return err
	}
	cpu := bench.Since(start).CPU
	_, err = fmt.Fprintf(out, "client=%s rate=%d trials=%d requests=%d alone_cpu_s=%.3f cpu_s=%.3f trials_per_cpu_s=%.1f cpu_us_per_request=%.2f\n",
		p.Client, p.Rate, *trials, requests, alone.Seconds(), cpu.Seconds(), float64(*trials)/cpu.Seconds(),
		float64((cpu-alone).Nanoseconds())/1000/float64(max(1, requests)))
	return err
}

// pair returns a measurement: how many trials of a pair the command plays per
// second with two workers, from its start to its end.
func (w *sweeps) pair(p bench.Pair, trials int) func() (float64, error) {
	return func() (float64, error) {
		start := time.Now()
		_, err := w.play(p, trials, "run")
		return float64(trials) / time.Since(start).Seconds(), err
	}
}

// cpu returns a measurement: the milliseconds of CPU for each trial of a
// command that plays the pair with a ping at 2/s, its workers included.
func (w *sweeps) cpu(command string, flags ...string) func() (float64, error) {
	return func() (float64, error) {
		const trials = 2000
		done, err := w.play(bench.Pair{Client: "ping", Rate: 2}, trials, command, flags...)
		if err != nil {
			return 0, err
		}
		return float64((done.UserTime() + done.SystemTime()).Microseconds()) / 1000 / trials, nil
	}
}

// play plays trials of a pair with two workers.
func (w *sweeps) play(p bench.Pair, trials int, command string, flags ...string) (*os.ProcessState, error) {
	program, err := w.program("")
	if err != nil {
		return nil, err
	}
	scenario := filepath.Join(w.bin, fmt.Sprintf("pair-%s-%d.yaml", p.Client, p.Rate))
	if err := os.WriteFile(scenario, []byte(p.YAML()), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command(program, append([]string{command, scenario, "--seeds", "1.." + strconv.Itoa(trials), "--jobs", "2"}, flags...)...)
	_, err = output(cmd)
	return cmd.ProcessState, err
}
