package realhost

import "errors"

// ErrProgram is a program of a real host that is not installed.
var ErrProgram = errors.New("no such program")

// ProgramError is what a program of a real host did wrong: it is not installed,
// cannot be started, ends or is not ready in time. The scenario or the machine
// is to be mended, not the bench.
type ProgramError struct {
	Program string
	Err     error
}

// Error implements error.
func (e *ProgramError) Error() string { return "program " + e.Program + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ProgramError) Unwrap() error { return e.Err }
