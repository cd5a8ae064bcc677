package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// ledger has the outcome of each word, and prints it. All instants are times
// since the start of the load.
type ledger struct {
	mu   sync.Mutex
	out  io.Writer
	sent []entry // by the number of the word

	failed, unknown int
	slowest, gap    time.Duration // of any write; between two confirmations
	lastOK          time.Duration // zero: none yet
	began           bool          // there was a confirmation
}

// entry is one word.
type entry struct {
	state state
	sent  time.Duration
}

type state int

const (
	open state = iota
	confirmed
	refused
	doubtful
)

func newLedger(out io.Writer) *ledger { return &ledger{out: out} }

// say prints a line.
func (l *ledger) say(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line(format, args...)
}

func (l *ledger) line(format string, args ...any) { fmt.Fprintf(l.out, format+"\n", args...) }

// send enters a new word and returns its number.
func (l *ledger) send(now time.Duration) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, entry{sent: now})
	return len(l.sent) - 1
}

// word is the text of a word by its number.
func word(n int) string { return fmt.Sprintf("w%d", n) }

// done enters the outcome of a word.
func (l *ledger) done(n int, now time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	took := now - l.sent[n].sent
	l.slowest = max(l.slowest, took)
	switch {
	case err == nil:
		l.sent[n].state = confirmed
		if l.began {
			l.gap = max(l.gap, now-l.lastOK)
		}
		l.began, l.lastOK = true, max(l.lastOK, now)
		l.line("ok %d in %s", n, seconds(took))
	case errors.Is(err, errUnknown):
		l.sent[n].state = doubtful
		l.unknown++
		l.line("unknown %d after %s: %s", n, seconds(took), oneLine(err))
	default:
		l.sent[n].state = refused
		l.failed++
		l.line("failed %d after %s: %s", n, seconds(took), oneLine(err))
	}
}

// close ends the load: nothing was confirmed between the last time and now.
func (l *ledger) close(now time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began {
		l.gap = max(l.gap, now-l.lastOK)
	}
}

// total prints the figures, given the words that were read back.
func (l *ledger) total(back []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := map[string]int{}
	reordered, last := 0, -1
	for _, text := range back {
		text, _, _ = strings.Cut(text, " ") // the rest is padding
		found[text]++
		n := -1
		if _, err := fmt.Sscanf(text, "w%d", &n); err != nil || found[text] > 1 {
			continue
		}
		if n < last {
			reordered++
		}
		last = max(last, n)
	}
	ok, waiting, lost, doubled, kept, ghosts := 0, 0, 0, 0, 0, 0
	for n, e := range l.sent {
		times := found[word(n)]
		switch {
		case e.state == confirmed:
			ok++
			if times == 0 {
				lost++
			}
		case e.state == open:
			waiting++
		case e.state == doubtful && times > 0:
			kept++
		case e.state == refused && times > 0:
			ghosts++
		}
		if times > 1 {
			doubled++
		}
	}
	for _, f := range []struct {
		name  string
		value int
	}{
		{"sent", len(l.sent)}, {"confirmed", ok}, {"refused", l.failed}, {"doubtful", l.unknown}, {"waiting", waiting},
		{"lost", lost}, {"doubled", doubled}, {"reordered", reordered}, {"doubtful-kept", kept}, {"refused-kept", ghosts},
	} {
		l.line("%s %d", f.name, f.value)
	}
	l.line("slowest %s", seconds(l.slowest))
	l.line("gap %s", seconds(l.gap))
}

// seconds prints a time without a unit, for expressions to find.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// oneLine prints an error on one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
