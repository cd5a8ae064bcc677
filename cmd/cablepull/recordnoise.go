package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/disturbance"
)

// recordFlags are the flags of the verb doctor about noise.
type recordFlags struct {
	path  string
	span  time.Duration
	force bool
	given func(flag string) bool
}

// recordMin is the shortest recording: one that is shorter says nothing.
const recordMin = 100 * time.Millisecond

// register declares the flags.
func (f *recordFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.given = flags.Changed
	flags.StringVar(&f.path, "record-noise", "", "check nothing: record the pauses of this machine as a noise model for run --noise, and write it to this YAML file")
	flags.DurationVar(&f.span, "for", time.Minute, "with --record-noise: how long")
	flags.BoolVar(&f.force, "force", false, "with --record-noise: replace the file if it exists")
	_ = cmd.MarkFlagFilename("record-noise", "yaml", "yml") // there is such a flag
	offerWords(cmd, "for")                                  // any duration
}

// check finds what is wrong with the flags.
func (f *recordFlags) check() error {
	if !f.given("record-noise") {
		for _, name := range []string{"for", "force"} {
			if f.given(name) {
				return fmt.Errorf("doctor: --%s is about a recording: add --record-noise FILE", name)
			}
		}
		return nil
	}
	switch {
	case f.given("json"):
		return errors.New("doctor: --json prints what the machine can do, and --record-noise writes a file: drop one of them")
	case !strings.HasSuffix(f.path, ".yaml") && !strings.HasSuffix(f.path, ".yml"):
		return fmt.Errorf("doctor: --record-noise: got %q, want a name that ends in .yaml or .yml", f.path)
	case f.span < recordMin:
		return fmt.Errorf("doctor: --for: got %v, want at least %v, such as 60s", f.span, recordMin)
	}
	return nil
}

// record records the pauses of this machine and writes their noise model. If it
// is interrupted, it writes what it has, and fails as everything that is
// interrupted.
func (f *recordFlags) record(ctx context.Context, std streams) error {
	file, err := f.open()
	if err != nil {
		return fmt.Errorf("doctor: --record-noise: %w", err)
	}
	defer file.Close()
	// The goroutine that records does not wait for the one that shows how far it
	// is.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))))
	watch, finish := f.follow(std)
	r := recordPauses(ctx, f.span, watch)
	finish()
	source := fmt.Sprintf("a machine (%s/%s, %s) on %s", runtime.GOOS, runtime.GOARCH, counted(runtime.NumCPU(), "processor"), time.Now().Format(time.DateOnly))
	text := r.model(source)
	if _, err := disturbance.Parse(f.path, text); err != nil {
		return benchError{err}
	}
	if err := errors.Join(file.Truncate(0), writeAll(file, text)); err != nil {
		return fmt.Errorf("doctor: --record-noise: %w", err)
	}
	fmt.Fprintf(std.out, "Recorded %s.\nWrote %s. Now: %s\n", r.summary(), f.path, reports.Command("cablepull", "run", "cable-pull", "--noise", argument(f.path)))
	return ctx.Err()
}

// open opens the file, before anybody waits for a recording. What it holds
// stays until there is one.
func (f *recordFlags) open() (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE
	if !f.force {
		flags |= os.O_EXCL
	}
	file, err := os.OpenFile(f.path, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s exists already: --force replaces it", f.path)
	}
	return file, err
}

// writeAll writes a file to its end, and closes it.
func writeAll(file *os.File, text []byte) error {
	_, err := file.Write(text)
	return errors.Join(err, file.Close())
}

// follow shows on a terminal how far the recording is; elsewhere nothing.
func (f *recordFlags) follow(std streams) (watch func(done time.Duration), finish func()) {
	var done atomic.Int64
	watch = func(d time.Duration) { done.Store(int64(d)) }
	clock := func(decor.Statistics) string {
		return fmt.Sprintf("%v / %v ", time.Duration(done.Load()).Truncate(time.Second), f.span)
	}
	bar, end := (&session{stderr: std.err}).bar(int64(f.span), 48, decor.Any(clock), decor.Name(" Ctrl-C ends it"))
	if bar == nil {
		return watch, end
	}
	stop := make(chan struct{})
	go func() {
		ticks := time.NewTicker(200 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				bar.SetCurrent(min(done.Load(), int64(f.span)-1))
			case <-stop:
				return
			}
		}
	}()
	return watch, func() {
		close(stop)
		end()
	}
}
