package oracle

import (
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Survival counts what became of the connections to self-balanced virtual IPs
// that a fault found, by the member that terminated them and by their age.
// Established = Kept + Reset + TimedOut + Misrouted + Otherwise + Unused.
//
// Losses are those of Connections, and are credited to the same faults. Only
// classes in which there were connections are listed.
type Survival struct {
	Fault       string        `json:"fault"`
	At          time.Duration `json:"at"`
	Terminated  string        `json:"terminated"` // by failed, a node that the fault names, or by others
	Age         string        `json:"age"`        // under-3, under-50, older or idle
	Established int           `json:"established"`
	Kept        int           `json:"kept"`
	Reset       int           `json:"reset"`     // lost: reset, or closed in the middle of a request
	TimedOut    int           `json:"timed_out"` // lost: no answer came
	Misrouted   int           `json:"misrouted"` // lost: another member came to serve it, or its answers got mixed up
	Otherwise   int           `json:"otherwise"` // lost, but not to this fault
	Unused      int           `json:"unused"`    // no request was due on them afterwards
}

// Lost returns how many were lost to the fault.
func (s Survival) Lost() int { return s.Reset + s.TimedOut + s.Misrouted }

// Who terminated a connection.
const (
	TerminatedByFailed = "failed"
	TerminatedByOthers = "others"
)

// The ages of connections, by how many segments their clients had sent
// (event.ConnAged): IPVS tells the other members of a connection with its third
// segment, and again with each fiftieth (spec/failover.md §5.5).
const (
	AgeUnder3  = "under-3"
	AgeUnder50 = "under-50"
	AgeOlder   = "older"
	// AgeIdle is any connection on which nothing was asked or answered for
	// IdleTime. That is longer than TCP repeats a segment of a living connection
	// within, and as long as the default hold time: a takeover that it sleeps
	// through is one that its client does not help to recover from.
	AgeIdle = "idle"
)

// IdleTime is how long nothing has happened on a connection that is idle.
const IdleTime = 10 * time.Second

var (
	terminations = []string{TerminatedByFailed, TerminatedByOthers}
	ages         = []string{AgeUnder3, AgeUnder50, AgeOlder, AgeIdle}
)

// age returns the class of a connection at an instant.
func (f *followed) age(now time.Duration) int {
	switch {
	case now-f.spokeAt >= IdleTime:
		return slices.Index(ages, AgeIdle)
	case f.segments >= 50:
		return slices.Index(ages, AgeOlder)
	case f.segments >= 3:
		return slices.Index(ages, AgeUnder50)
	}
	return slices.Index(ages, AgeUnder3)
}

// fate is what became of a connection.
type fate int

// The fates.
const (
	fateKept fate = iota
	fateUnused
	fateReset
	fateTimedOut
	fateMisrouted
	fateOtherwise
)

// fateOf returns the fate of a lost connection, by how a request on it failed
// or how it ended.
func fateOf(how string) fate {
	switch how {
	case "timeout", "unreachable", "client":
		return fateTimedOut
	case "mismatched":
		return fateMisrouted
	}
	return fateReset
}

// survival is the counts of one fault, by who terminated and age.
type survival [2][4]Survival

// of returns the counts of a class.
func (s *survival) of(failed bool, age int) *Survival {
	if failed {
		return &s[0][age]
	}
	return &s[1][age]
}

// add counts a connection.
func (s *Survival) add(f fate) {
	s.Established++
	switch f {
	case fateKept:
		s.Kept++
	case fateUnused:
		s.Unused++
	case fateReset:
		s.Reset++
	case fateTimedOut:
		s.TimedOut++
	case fateMisrouted:
		s.Misrouted++
	case fateOtherwise:
		s.Otherwise++
	}
}

// rows lists the classes of a fault in which there were connections.
func (t *faultTally) rows() (all []Survival) {
	for who, terminated := range terminations {
		for age, name := range ages {
			if s := t.survival[who][age]; s.Established > 0 {
				s.Fault, s.At, s.Terminated, s.Age = t.Fault, t.At, terminated, name
				all = append(all, s)
			}
		}
	}
	return all
}

// aged notes the age of a connection.
func (c *connections) aged(b event.ConnAged) {
	if conn, ok := c.ends[b.Client]; ok {
		c.conns[conn].segments = b.Segments
	}
}

// failedHow notes how a request on a connection failed since the last fault.
func (f *followed) failedHow(failure string) {
	if f.failed = true; f.how == "" {
		f.how = failure
	}
}

// lostHow returns the fate of a lost connection.
func (f *followed) lostHow() fate {
	if f.home != "" && f.server != f.home {
		return fateMisrouted
	}
	return fateOf(f.how)
}

var (
	survivalEstablished = &Column{"survival-established", "balanced established", "established", Count, Freely}
	survivalKept        = &Column{"survival-kept", "balanced kept", "kept", Count, Freely}
	survivalReset       = &Column{"survival-reset", "balanced reset", "reset", Count, Freely}
	survivalTimedOut    = &Column{"survival-timed-out", "balanced timed out", "timed out", Count, Freely}
	survivalMisrouted   = &Column{"survival-misrouted", "balanced misrouted", "misrouted", Count, Freely}
	survivalOtherwise   = &Column{"survival-otherwise", "balanced lost otherwise", "else", Count, Freely}
	survivalUnused      = &Column{"survival-unused", "balanced unused", "unused", Count, Freely}
)

func survivalTable(m *Measures) Table {
	t := Table{
		Title: "Self-balanced connections by who terminated them and their age in client segments",
		Names: []string{"by", "age"}, Notes: []string{"fault"},
		Columns: []*Column{
			survivalEstablished, survivalKept, survivalReset, survivalTimedOut, survivalMisrouted, survivalOtherwise, survivalUnused,
		},
	}
	for _, s := range m.Survival {
		r := Row{
			Of:    s.Fault + ", " + s.Terminated + ", " + s.Age,
			Names: []string{s.Terminated, strings.ReplaceAll(s.Age, "-", " ")}, Notes: []Note{{Text: s.Fault}},
		}
		r.count(survivalEstablished, s.Established)
		if kept := r.count(survivalKept, s.Kept); s.Kept > 0 && s.Lost() == 0 {
			kept.Tone = Good
		}
		r.count(survivalReset, s.Reset).bad()
		r.count(survivalTimedOut, s.TimedOut).bad()
		r.count(survivalMisrouted, s.Misrouted).bad()
		r.count(survivalOtherwise, s.Otherwise)
		r.count(survivalUnused, s.Unused)
		t.Rows = append(t.Rows, r)
	}
	return t
}
