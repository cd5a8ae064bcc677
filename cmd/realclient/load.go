package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// load says how words are written.
type load struct {
	rate   float64       // per second
	span   time.Duration // from the start
	pad    int           // bytes to make each word longer by
	serial bool          // one after the other, as by one thread that waits for each
	limit  time.Duration // of each write, apart from the wait for a pool; 0: none
	wait   time.Duration // for writes that have no outcome when the time is over, and for what is read back
}

// preparing is how long to wait between two attempts to prepare.
const preparing = 200 * time.Millisecond

// prepare prepares a target as soon as it can be reached.
func (l load) prepare(ctx context.Context, t target, book *ledger) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := t.Prepare(attempt)
		cancel()
		if err == nil {
			book.say("prepared")
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("prepare: %w", err)
		case <-time.After(preparing):
		}
	}
}

// run writes words for the span, and waits for their outcomes.
func (l load) run(ctx context.Context, t target, book *ledger) {
	start := time.Now()
	gap := time.Duration(float64(time.Second) / l.rate)
	var under sync.WaitGroup
	for due := time.Duration(0); due < l.span; due += gap {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(start.Add(due))):
		}
		n := book.send(time.Since(start))
		one := func() {
			within, cancel := l.within(ctx)
			defer cancel()
			err := t.Write(within, word(n)+padding(l.pad))
			book.done(n, time.Since(start), err)
		}
		if !l.serial {
			under.Go(one)
			continue
		}
		one()
		if late := time.Since(start); late > due+gap { // one thread does not catch up
			due = late - late%gap
		}
	}
	over := make(chan struct{})
	go func() {
		under.Wait()
		close(over)
	}()
	select {
	case <-over:
	case <-time.After(l.wait):
	case <-ctx.Done():
	}
	book.close(min(time.Since(start), l.span))
}

// padding makes a word longer; it ends with the first space.
func padding(n int) string {
	if n == 0 {
		return ""
	}
	return " " + strings.Repeat("x", n-1)
}

func (l load) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, l.limit)
}

// readBack reads the words, as soon as the target can be reached.
func (l load) readBack(ctx context.Context, t target) (words []string, err error) {
	for until := time.Now().Add(l.wait); ; {
		attempt, cancel := context.WithTimeout(ctx, max(time.Second, l.wait/2))
		words, err = t.ReadBack(attempt)
		cancel()
		if err == nil || ctx.Err() != nil || time.Now().After(until) {
			return words, err
		}
		time.Sleep(preparing)
	}
}
