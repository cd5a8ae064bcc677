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

// WorkerError says that a worker process failed: it did not start, or it ended
// in the middle of a trial. It says nothing about the trial.
type WorkerError struct {
	Err   error
	Ended error // how the process ended; nil if it exited with 0 or never started
	begun bool
}

// Error implements error.
func (e *WorkerError) Error() string {
	if !e.begun {
		return fmt.Sprintf("worker: %v", e.Err)
	}
	return fmt.Sprintf("worker: %v (it ended: %v)", e.Err, e.Ended)
}

// Unwrap returns the cause.
func (e *WorkerError) Unwrap() error { return e.Err }

// ErrNoWorker is wrapped by the WorkerError of a trial that no worker was left
// to play.
var ErrNoWorker = errors.New("no worker is left")

// Pool plays trials in worker processes, which it starts when they are first
// needed. A worker gets only the word of a scenario and opens it by itself. A
// worker that ends in the middle of a trial is not replaced, and the result of
// that trial has a *WorkerError.
type Pool struct {
	version string
	command []string
	stderr  io.Writer
	free    chan *worker  // one for each place; nil: not started yet
	empty   chan struct{} // closed when no place is left

	mu     sync.Mutex
	places int
}

// NewPool makes a pool of workers. The command must call Serve. The workers'
// standard error goes to stderr. Close ends them.
func NewPool(workers int, version string, command []string, stderr io.Writer) *Pool {
	p := &Pool{
		version: version, command: command, stderr: stderr,
		free: make(chan *worker, workers), empty: make(chan struct{}), places: workers,
	}
	for range workers {
		p.free <- nil
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

// Play implements Player. It waits for a worker that is free.
func (p *Pool) Play(ctx context.Context, t Trial) Result {
	if t.Skip != "" {
		return t.skipped(p.version)
	}
	w, err := p.take(ctx)
	if err != nil {
		return p.failed(ctx, t, err)
	}
	stop := context.AfterFunc(ctx, w.cancel)
	r, err := w.play(t)
	if !stop() { // the worker was told to end
		_ = w.end() // it gets killed if it does not
		p.free <- nil
		if err != nil {
			return t.without(p.version, BlameSignal, ctx.Err())
		}
		return r
	}
	if err != nil {
		err = &WorkerError{Err: err, Ended: w.end(), begun: true}
		p.drop()
		return p.failed(ctx, t, err)
	}
	p.free <- w
	return r
}

// take waits for a free worker and starts it if necessary.
func (p *Pool) take(ctx context.Context) (*worker, error) {
	select {
	case w := <-p.free:
		if w != nil {
			return w, nil
		}
		w, err := startWorker(p.command, p.stderr)
		if err != nil {
			p.drop()
			return nil, &WorkerError{Err: err}
		}
		return w, nil
	case <-p.empty:
		return nil, &WorkerError{Err: ErrNoWorker}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// failed is the result of a trial that no worker finished.
func (p *Pool) failed(ctx context.Context, t Trial, err error) Result {
	if ctx.Err() != nil {
		return t.without(p.version, BlameSignal, ctx.Err())
	}
	return t.without(p.version, BlameBench, err)
}

// drop gives up the place of a worker.
func (p *Pool) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places--
	if p.places == 0 {
		close(p.empty)
	}
}

// Close ends the workers once they have finished their trials. Play must not be
// called after it.
func (p *Pool) Close() {
	p.mu.Lock()
	places := p.places
	p.mu.Unlock()
	for range places {
		if w := <-p.free; w != nil {
			_ = w.end() // it has returned all its results
		}
	}
}
