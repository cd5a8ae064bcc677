package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// programRows are about the program as users install it.
func programRows(s sides) []*row {
	program := s.once([]string{"program"})
	return []*row{
		{
			what: "cablepull --help, the whole process, CPU", bar: 30, below: true, unit: "ms", rounds: 1,
			ours: program("cpu_ms"),
		},
		{
			what: "cablepull as released, its size", bar: 25, below: true, unit: "MB", rounds: 1,
			ours: program("size_mb"),
		},
	}
}

// measureProgram builds the program as cmd/release does, and starts it often.
func measureProgram(f *flag.FlagSet, args []string, out io.Writer) error {
	starts := f.Int("starts", 41, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	bin, err := os.MkdirTemp("", "cablepull-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	program := filepath.Join(bin, "cablepull")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "./cmd/cablepull")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, said)
	}
	info, err := os.Stat(program)
	if err != nil {
		return err
	}
	var wall, cpu []float64
	for range *starts {
		cmd := exec.Command(program, "--help")
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return err
		}
		wall = append(wall, milliseconds(time.Since(start)))
		cpu = append(cpu, milliseconds(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()))
	}
	_, err = fmt.Fprintf(out, "starts=%d wall_ms=%.1f cpu_ms=%.1f size_mb=%.1f\n", *starts, median(wall), median(cpu), float64(info.Size())/1e6)
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
