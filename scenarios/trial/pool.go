package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
)

// Pool plays trials in worker processes, which it starts when they are first
// needed. A worker gets only the word of a scenario and opens it by itself, so
// a scenario that was made by a program needs InProcess.
//
// If a worker ends in the middle of a trial, the trial is played once more in a
// new worker. If that ends as well, the trial has no verdict, and its result
// says how they ended.
type Pool struct {
	Began   func(Trial) // is called when a worker takes a trial; may be nil
	version string
	command []string
	stderr  io.Writer
	places  chan *worker // nil: not started yet
}

// NewPool makes a pool of workers. The command must call Serve. The workers'
// standard error goes to stderr, and so does a line for each that ends too
// early. Close ends them.
func NewPool(workers int, version string, command []string, stderr io.Writer) *Pool {
	if _, file := stderr.(*os.File); !file { // a worker writes to a file by itself
		stderr = &sharedWriter{Writer: stderr}
	}
	p := &Pool{version: version, command: command, stderr: stderr, places: make(chan *worker, workers)}
	for range workers {
		p.places <- nil
	}
	return p
}

// ThisProgram is the path of the running program. On Linux it works even if the
// file has been moved or deleted.
func ThisProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// ErrUnknown is the error of a trial whose scenario no other process can open.
var ErrUnknown = errors.New("the scenario is neither a file nor in the library, so worker processes cannot open it: play it with InProcess")

// Play implements Player. It waits for a place that is free.
func (p *Pool) Play(ctx context.Context, t Trial) Result {
	switch {
	case t.Skip != "":
		return t.skipped(p.version)
	case t.Scenario != nil && !t.found:
		return t.without(p.version, BlameScenario, fmt.Errorf("%s: %w", t.Name(), ErrUnknown))
	}
	var w *worker
	select {
	case w = <-p.places:
	case <-ctx.Done():
		return t.without(p.version, BlameSignal, ctx.Err())
	}
	if p.Began != nil {
		p.Began(t)
	}
	w, r, first := p.attempt(ctx, w, t)
	if first != nil {
		fmt.Fprintf(p.stderr, "%s: %v; playing it once more\n", t.Name(), first)
		var second error
		if w, r, second = p.attempt(ctx, nil, t); second != nil {
			blame := BlameFor(first)
			if blame != BlameBench {
				blame = BlameFor(second)
			}
			r = reply{Blame: blame, err: fmt.Errorf("%w; and once more: %w", first, second)}
		}
	}
	p.places <- w
	// Whoever waits for the place sends the worker a trial before the report of
	// this one is read.
	runtime.Gosched()
	return r.result(t, p.version)
}

// attempt plays a trial in a worker, and starts one if w is nil. It returns the
// worker if that can play another trial. An error is a *WorkerError.
func (p *Pool) attempt(ctx context.Context, w *worker, t Trial) (*worker, reply, error) {
	if w == nil {
		var err error
		if w, err = startWorker(p.command, p.stderr); err != nil {
			return nil, reply{}, &WorkerError{Err: err}
		}
	}
	stop := context.AfterFunc(ctx, w.cancel)
	r, err := w.play(t)
	stop()
	if err == nil && r.Blame != BlameSignal && ctx.Err() == nil {
		return w, r, nil
	}
	ended := w.end() // if it was told to end and does not, it gets killed
	switch {
	case ctx.Err() != nil && err == nil:
		return nil, r, nil // the trial may have ended before
	case ctx.Err() != nil:
		return nil, reply{Blame: BlameSignal, err: ctx.Err()}, nil
	case err == nil:
		err = errStopped
	}
	return nil, reply{}, &WorkerError{Err: err, Ended: ended, begun: true}
}

// Close ends the workers once they have finished their trials. Play must not be
// called after it.
func (p *Pool) Close() {
	for range cap(p.places) {
		if w := <-p.places; w != nil {
			_ = w.end() // it has returned all its results
		}
	}
}

// sharedWriter lets several goroutines write to one writer.
type sharedWriter struct {
	mu sync.Mutex
	io.Writer
}

// Write implements io.Writer.
func (s *sharedWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Writer.Write(b)
}
