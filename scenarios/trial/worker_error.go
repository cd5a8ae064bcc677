package trial

import (
	"errors"
	"fmt"
	"io"
	"syscall"
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
		return fmt.Sprintf("worker: start: %v", e.Err)
	}
	how := "exit status 0"
	if e.Ended != nil {
		how = e.Ended.Error()
	}
	text := "worker: ended during the trial: " + how
	if !errors.Is(e.Err, io.EOF) && !errors.Is(e.Err, syscall.EPIPE) { // those only say that it has ended
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

// Unwrap returns the cause.
func (e *WorkerError) Unwrap() error { return e.Err }

// errStopped says that a worker got a signal that was not meant for its parent,
// and interrupted its trial.
var errStopped = errors.New("somebody stopped it by a signal")
