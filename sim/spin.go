package sim

import (
	"fmt"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"time"
)

// SpinLimit is how many events may run at one instant before the loop reports a
// livelock. The busiest instant of a world of 1,000 hosts, a broadcast with its
// answers, takes a few thousand.
const SpinLimit = 1 << 20

// spinSample is how many events are named once the limit is passed.
const spinSample = 4096

// LivelockError reports that time does not advance: events of one instant post
// each other endlessly.
type LivelockError struct {
	At     time.Duration
	Events []Spinner // most frequent first
}

// Spinner is one kind of event of a livelock.
type Spinner struct {
	Name  string
	Count int // among the last events of the instant
}

func (e *LivelockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sim: livelock at %v: more than %d events at one instant; the last ones:", e.At, SpinLimit)
	for _, s := range e.Events[:min(8, len(e.Events))] {
		fmt.Fprintf(&b, " %d x %s;", s.Count, s.Name)
	}
	return strings.TrimSuffix(b.String(), ";")
}

// spinDetector counts the events of the current instant.
type spinDetector struct {
	limit int
	at    time.Duration
	count int
	names map[string]int
}

func (d *spinDetector) observe(now time.Duration, t Task) error {
	if now != d.at {
		d.at, d.count, d.names = now, 0, nil
	}
	d.count++
	if d.count <= d.limit {
		return nil
	}
	if d.names == nil {
		d.names = map[string]int{}
	}
	d.names[label(t)]++
	if d.count < d.limit+spinSample {
		return nil
	}
	err := &LivelockError{At: now}
	for name, n := range d.names { // order: sorted below // order: sorted below
		err.Events = append(err.Events, Spinner{name, n})
	}
	sort.Slice(err.Events, func(i, j int) bool {
		a, b := err.Events[i], err.Events[j]
		return a.Count > b.Count || a.Count == b.Count && a.Name < b.Name
	})
	return err
}

// label names a task for humans: by its String method, its function, or its
// type.
func label(t Task) string {
	switch t := t.(type) {
	case nil:
		return "nothing"
	case fmt.Stringer:
		return t.String()
	case Func:
		return runtime.FuncForPC(reflect.ValueOf(t).Pointer()).Name()
	}
	return fmt.Sprintf("%T", t)
}
