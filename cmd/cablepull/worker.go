package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports"
)

// Trials side by side run in processes, each with one processor: a world's
// barrier costs least with a single one, and a process shares no heap. Parent
// and worker speak JSON, a line per trial and per result; a worker whose input
// ends, because its parent has ended, ends at once.

// order is a trial on its way to a worker.
type order struct {
	Word      string `json:"word"`
	Seed      uint64 `json:"seed"`
	World     string `json:"world"`
	Dir       string `json:"dir"`
	Verify    bool   `json:"verify"`
	AllowExec bool   `json:"allow_exec"`
}

// reply is a result on its way back.
type reply struct {
	Result *reports.Result `json:"result"`
}

func newWorker() *cobra.Command {
	return &cobra.Command{
		Use:    "worker",
		Short:  "Make the runs that a parent process orders on standard input",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := inside("worker"); err != nil {
				return err
			}
			return work(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

func work(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	orders := make(chan order)
	var readErr error
	go func() {
		defer close(orders)
		defer cancel() // whatever runs now has nobody to report to
		in := json.NewDecoder(stdin)
		for {
			var o order
			if err := in.Decode(&o); err != nil {
				if !errors.Is(err, io.EOF) {
					readErr = err
				}
				return
			}
			orders <- o
		}
	}()
	out := json.NewEncoder(stdout)
	for o := range orders {
		if err := out.Encode(reply{o.play(ctx)}); err != nil {
			return benchError{err}
		}
	}
	if readErr != nil {
		return benchError{fmt.Errorf("worker: orders: %w", readErr)}
	}
	return nil
}

func (o order) play(ctx context.Context) *reports.Result {
	s, err := open(o.Word)
	if err == nil {
		// The file may have changed since the parent has read it.
		err = (&runFlags{allowExec: o.AllowExec}).permit(s)
	}
	if err != nil {
		return &reports.Result{Scenario: o.Word, Seed: o.Seed, World: o.World, Error: err.Error()}
	}
	t := trial{source: s, seed: o.Seed, world: o.World, dir: o.Dir, allowExec: o.AllowExec}
	r, err := t.play(ctx, o.Verify)
	if err != nil {
		return t.broken(err)
	}
	return r
}

// runWorkers shares some of the trials out to worker processes.
func (s *session) runWorkers(trials []trial, batch []int, jobs int, done func(int, *reports.Result)) error {
	program, err := thisProgram()
	if err != nil {
		return benchError{err}
	}
	next := make(chan int)
	var group sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for range jobs {
		group.Go(func() {
			if err := s.employ(program, trials, next, func(i int, r *reports.Result) {
				mu.Lock()
				defer mu.Unlock()
				done(i, r)
			}); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	ended := make(chan struct{})
	go func() { group.Wait(); close(ended) }()
feed:
	for _, i := range batch {
		select {
		case next <- i:
		case <-s.ctx.Done():
			break feed
		case <-ended:
			break feed // every worker has failed
		}
	}
	close(next)
	<-ended
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if len(errs) > 0 {
		return benchError{errors.Join(errs...)}
	}
	return nil
}

// thisProgram is the path of this very program. On Linux it holds whatever has
// become of its file, or of the folder that it lay in.
func thisProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// workerPatience is how long a worker may take to end when it is asked to.
const workerPatience = 10 * time.Second

// employ runs one worker process for as long as there are trials.
func (s *session) employ(program string, trials []trial, next <-chan int, done func(int, *reports.Result)) error {
	cmd := exec.CommandContext(s.ctx, program, "worker")
	// A worker that is asked to end cleans up what it has begun.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = workerPatience
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = s.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	orders, replies := json.NewEncoder(in), json.NewDecoder(bufio.NewReaderSize(out, 1<<16))
	var failed error
	for i := range next {
		t := trials[i]
		if failed = orders.Encode(order{t.word, t.seed, t.world, t.dir, s.flags.verify, t.allowExec}); failed != nil {
			break
		}
		var r reply
		if failed = replies.Decode(&r); failed != nil {
			break
		}
		done(i, r.Result)
	}
	in.Close()
	err = cmd.Wait()
	if failed != nil {
		return fmt.Errorf("worker: %w (it ended: %v)", failed, err)
	}
	return nil
}
