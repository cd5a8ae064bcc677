package text

import (
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// Short prints a duration with the digits that a person reads: 12.5ms, 7.903s.
func Short(d time.Duration) string { return short(d) }

// Brief prints a round duration without its zero parts: 40s, 2m, 1h30m.
func Brief(d time.Duration) string { return brief(d) }

// Instant prints a point of time to the millisecond: 47.903s.
func Instant(at time.Duration) string { return instant(at) }

// Value prints the value of a figure.
func Value(u oracle.Unit, v float64) string { return value(u, v) }

// Noted prints a note of a table.
func Noted(n oracle.Note) string { return noted(n) }

// Parts prints durations rounded so that they still add up to their rounded
// sum, which is the only one if there is one.
func Parts(durations ...time.Duration) []string { return parts(durations) }
