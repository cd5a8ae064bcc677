package main

import (
	"context"
	"errors"
	"fmt"
)

// target is a service that keeps words. Its methods may be called by several
// goroutines at once.
type target interface {
	// Prepare makes what the words need: tables, queues.
	Prepare(ctx context.Context) error
	// Write returns nil when the service has confirmed a word, an error that is
	// errUnknown if the word may be there, and any other error if it is not.
	Write(ctx context.Context, word string) error
	// ReadBack returns all words in the order of the service, as often as they are
	// there.
	ReadBack(ctx context.Context) ([]string, error)
	// Notes returns more figures, as lines.
	Notes() []string
	Close()
}

// errUnknown is the outcome of a write whose confirmation did not come.
var errUnknown = errors.New("unknown")

// errExhausted is a pool that had no connection for too long.
var errExhausted = errors.New("pool exhausted")

// unknown makes an error one of unknown outcome.
func unknown(op string, err error) error { return fmt.Errorf("%w: %s: %w", errUnknown, op, err) }
