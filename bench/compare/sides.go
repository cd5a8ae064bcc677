package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sides starts the measuring processes, ours and the yardsticks'.
type sides struct {
	root string // the folder with ns3/run and spike/run
	old  string // this command built from another commit; empty: none
	bin  string // where they keep what they build between rounds
}

// childVerb makes this program measure once and print the result.
const childVerb = "measure"

// own returns a measurement of the named figure of ours.
func (s sides) own(figure string, args []string) func() (float64, error) {
	return func() (float64, error) {
		figures, err := s.child(1, args)
		return figures[figure], err
	}
}

// once returns measurements of several figures of ours in one run, which takes
// place when the first is asked for.
func (s sides) once(args []string) func(figure string) func() (float64, error) {
	run := sync.OnceValues(func() (map[string]float64, error) { return s.child(1, args) })
	return func(figure string) func() (float64, error) {
		return func() (float64, error) {
			figures, err := run()
			return figures[figure], err
		}
	}
}

// goroutines returns how many trials per second one process makes with n
// processors and goroutines.
func (s sides) goroutines(n int, args []string) func() (float64, error) {
	return func() (float64, error) {
		figures, err := s.child(n, slices.Concat(args, []string{fmt.Sprintf("--goroutines=%d", n)}))
		return figures["trials_per_wall_s"], err
	}
}

// processes returns how many trials per second n processes make together.
func (s sides) processes(n int, args []string) func() (float64, error) {
	return func() (float64, error) {
		rates, errs := make([]float64, n), make([]error, n)
		var group sync.WaitGroup
		for i := range n {
			group.Go(func() {
				var figures map[string]float64
				figures, errs[i] = s.child(1, args)
				rates[i] = figures["trials_per_wall_s"]
			})
		}
		group.Wait()
		sum := 0.0
		for i := range n {
			if errs[i] != nil {
				return 0, errs[i]
			}
			sum += rates[i]
		}
		return sum, nil
	}
}

// child runs this program as a measuring process.
func (s sides) child(processors int, args []string) (map[string]float64, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return s.childOf(program, processors, args)
}

// childOf runs a binary of this command, of this commit or another, as a
// measuring process.
func (s sides) childOf(program string, processors int, args []string) (map[string]float64, error) {
	cmd := exec.Command(program, append([]string{childVerb}, args...)...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", processors))
	out, err := output(cmd)
	if err != nil {
		return nil, err
	}
	figures, err := parse(out)
	if err != nil {
		return nil, err
	}
	// Yardsticks that count whole processes are compared with our whole process.
	process := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	figures["answered_per_process_s"] = figures["answered"] / process.Seconds()
	figures["process_s"] = process.Seconds()
	return figures, nil
}

// real returns a measurement of ours in real time, with all processors.
func (s sides) real(figure string, args ...string) func() (float64, error) {
	return func() (float64, error) {
		figures, err := s.child(runtime.NumCPU(), append(args, fmt.Sprintf("--since=%d", time.Now().UnixNano())))
		return figures[figure], err
	}
}

// turns returns a measurement that is passed the number of earlier calls.
func turns(measure func(turn int) func() (float64, error)) func() (float64, error) {
	turn := -1
	return func() (float64, error) {
		turn++
		return measure(turn)()
	}
}

// ns3 returns a measurement of ns-3: answered requests per CPU second.
func (s sides) ns3(args []string) func() (float64, error) {
	return s.yardstick("answered_per_cpu_s", "ns3", args, "RUNS=1")
}

// mininet returns a measurement of Mininet: starts per second.
func (s sides) mininet(hosts int) func() (float64, error) {
	return s.yardstick("starts_per_s", "mininet", nil, "RUNS=1", fmt.Sprintf("HOSTS=%d", hosts))
}

// spike returns a measurement of a program of the spike.
func (s sides) spike(program string, connections, requests int) func() (float64, error) {
	return s.yardstick("answered_per_cpu_s", "spike", nil, "RUNS=1", "PROCS=1", "PROGRAMS="+program,
		fmt.Sprintf("CONNS=%d", connections), fmt.Sprintf("REQS=%d", requests))
}

func (s sides) yardstick(figure, folder string, args []string, env ...string) func() (float64, error) {
	return func() (float64, error) {
		bin := filepath.Join(s.bin, folder)
		if err := os.MkdirAll(bin, 0o755); err != nil {
			return 0, err
		}
		cmd := exec.Command(filepath.Join(s.root, folder, "run"), args...)
		cmd.Env = append(append(os.Environ(), "BIN="+bin), env...)
		out, err := output(cmd)
		if err != nil {
			return 0, err
		}
		figures, err := parse(out)
		return figures[figure], err
	}
}

// output runs a command. If it prints nothing, its standard error says why.
func output(cmd *exec.Cmd) (string, error) {
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	why := strings.TrimSpace(said.String())
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, why)
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return "", fmt.Errorf("%w: %s", errAbsent, why)
	}
	return string(out), nil
}

// parse reads one line of key=value. Values that are not numbers are names of
// settings; values with a unit of time are converted to seconds.
func parse(line string) (map[string]float64, error) {
	figures := map[string]float64{}
	for _, pair := range strings.Fields(line) {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("figure: got %q, want key=value", pair)
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			figures[key] = v
		} else if d, err := time.ParseDuration(value); err == nil {
			figures[key] = d.Seconds()
		}
	}
	return figures, nil
}
