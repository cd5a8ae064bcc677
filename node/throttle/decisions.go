package throttle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Decision is what a manager says about a key.
type Decision struct {
	Key   string
	Until time.Duration // by the wall clock of the manager; the key is free from then on
	Made  time.Duration // when, by the same clock
}

// String is the text of a message with the decision.
func (d Decision) String() string {
	return fmt.Sprintf("%s %d %d", d.Key, d.Until.Nanoseconds(), d.Made.Nanoseconds())
}

// ParseDecision reads what String prints.
func ParseDecision(text string) (Decision, error) {
	words := strings.Fields(text)
	if len(words) != 3 {
		return Decision{}, fmt.Errorf("throttle: decision: got %q, want KEY UNTIL MADE", text)
	}
	until, errUntil := strconv.ParseInt(words[1], 10, 64)
	made, errMade := strconv.ParseInt(words[2], 10, 64)
	if errUntil != nil || errMade != nil {
		return Decision{}, fmt.Errorf("throttle: decision: got %q, want two numbers of nanoseconds", text)
	}
	return Decision{words[0], time.Duration(until), time.Duration(made)}, nil
}

// Decisions are the last ones that a gateway has got.
type Decisions struct {
	// Closed says what becomes of a key whose last decision is too old: it stays
	// throttled. Otherwise it is let through.
	Closed bool
	keys   map[string]Decision
}

// Take remembers a decision, unless there is a newer one about the key. It
// reports whether the key is throttled then.
func (s *Decisions) Take(now time.Duration, d Decision) (throttled bool) {
	if s.keys == nil {
		s.keys = map[string]Decision{}
	}
	if last, known := s.keys[d.Key]; !known || d.Made >= last.Made {
		s.keys[d.Key] = d
	}
	return !s.Allowed(now, d.Key)
}

// Allowed reports whether a request of a key is let through.
func (s *Decisions) Allowed(now time.Duration, key string) bool {
	d, known := s.keys[key]
	switch {
	case !known, d.Until <= d.Made: // nothing against it
		return true
	case now < d.Until:
		return false
	}
	return !s.Closed
}

// Last returns the last decision about a key.
func (s *Decisions) Last(key string) (d Decision, known bool) {
	d, known = s.keys[key]
	return d, known
}
