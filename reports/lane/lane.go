package lane

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// Lane is what became of one member, virtual IP or client.
type Lane struct {
	Label   string
	Node    string          // of a member or a client
	Steps   []Step          // in order of instants
	Outages []oracle.Outage // of a client, that last OutageMin at least
}

// Step is a change of a lane: from At on it is in State.
type Step struct {
	At     time.Duration
	State  State
	Holder string // who has a virtual IP; several with + between them
}

// At returns the state of the lane at an instant.
func (l *Lane) At(now time.Duration) State {
	for _, o := range l.Outages {
		if o.From <= now && now < o.To {
			return Outage
		}
	}
	i, _ := slices.BinarySearchFunc(l.Steps, now+1, func(s Step, at time.Duration) int { return cmp.Compare(s.At, at) })
	if i == 0 {
		return Blank
	}
	return l.Steps[i-1].State
}

// Span is a time in which a lane is in one state.
type Span struct {
	From, To time.Duration
	State    State
	Holder   string
}

// Spans returns the times between the steps of a member or an address, the last
// one until end.
func (l *Lane) Spans(end time.Duration) []Span {
	spans := make([]Span, len(l.Steps))
	for i, s := range l.Steps {
		to := end
		if i+1 < len(l.Steps) {
			to = l.Steps[i+1].At
		}
		spans[i] = Span{s.At, to, s.State, s.Holder}
	}
	return spans
}

// sharedMin is the shortest time that counts as shared. Each takeover in which
// the new member acts before the old one hears it has a few hundred µs.
const sharedMin = 5 * time.Millisecond

// Shared returns the times in which several members had an address.
func (l *Lane) Shared(end time.Duration) []Span {
	return slices.DeleteFunc(l.Spans(end), func(s Span) bool { return s.State != Contested || s.To-s.From < sharedMin })
}

// weight says how much happened to a lane, what matters most first: whether it
// was ever active, held twice or without answers, for how long without answers,
// how often it failed or lost power, and how often it changed.
func (l *Lane) weight() []int64 {
	var matters, outage, trouble, changes int64
	for _, s := range l.Steps {
		switch s.State {
		case Active, Contested:
			matters = 1
		case Off, Frozen, Failing:
			trouble++
		}
		if s.State != Answered {
			changes++
		}
	}
	for _, o := range l.Outages {
		matters, outage = 1, outage+int64(o.Duration)
	}
	return []int64{matters, outage, trouble, changes}
}

// add appends a step. What changes again at the same instant never was.
func (l *Lane) add(s Step) {
	if n := len(l.Steps); n > 0 && l.Steps[n-1].At == s.At {
		l.Steps[n-1] = s
		return
	}
	l.Steps = append(l.Steps, s)
}

// turn appends a step if it changes anything.
func (l *Lane) turn(s Step) {
	var now Step
	if n := len(l.Steps); n > 0 {
		now = l.Steps[n-1]
	}
	if s.State != now.State || s.Holder != now.Holder {
		l.add(s)
	}
}
