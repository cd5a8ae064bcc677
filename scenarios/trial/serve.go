package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// hangupPeriod is how often a worker checks, during a trial, whether its parent
// still listens.
const hangupPeriod = 100 * time.Millisecond

// Serve is the worker's side: it reads trials from in, plays them and writes
// their results to out, until in or the context ends. If in is a pipe, its end
// interrupts a running trial, since nobody is left to read the result.
//
// While it plays, it does not read: a goroutine that blocks in the kernel makes
// the scheduler move the world from thread to thread, and a trial take 1.4
// times as long. It asks the pipe now and then instead.
func Serve(ctx context.Context, p Player, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if pipe, ok := in.(*os.File); ok {
		defer watchPipe(pipe, cancel)()
	}
	defer reserveHeap()()
	trials, results := json.NewDecoder(in), json.NewEncoder(out)
	var last opened
	for ctx.Err() == nil {
		var t Trial
		if err := trials.Decode(&t); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("worker: trials: %w", err)
		}
		last.fill(&t)
		r := p.Play(ctx, t)
		reply := any(r)
		switch {
		case r.Brief != nil:
			reply = brief{r.Blame, r.Kept, r.Brief}
		case t.Line && r.Status() == Passed && r.Report.Passed:
			reply = line{r.Kept, r.Report.Line()}
		}
		if err := results.Encode(reply); err != nil {
			return fmt.Errorf("worker: result: %w", err)
		}
	}
	return nil
}

// watchPipe calls ended soon after the other side of a pipe has been closed,
// until it is stopped.
func watchPipe(pipe *os.File, ended func()) (stop func()) {
	ticks, done := time.NewTicker(hangupPeriod), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				if hungUp(pipe) {
					ended()
					return
				}
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(done)
	}
}
