package oracle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
)

// reason is why a member took a virtual IP or gave it up, by its own account.
type reason int

const (
	unknown   reason = iota
	silence          // it heard no owner for too long
	resigned         // the owner gave up the role
	preempted        // it heard a lower owner
	gaveWay          // it heard a higher owner
	told             // it was stopped, or ordered to
)

// activeTimerExpired is the cause of a change by which a member notices that it
// hears no owner.
const activeTimerExpired = "active timer expired"

// reasons are those of state changes, by the cause that a member logs. Others
// are unknown, as are those of real programs.
var reasons = map[string]reason{
	activeTimerExpired:                   silence,
	"standby timer expired":              silence,
	"standby without an active":          silence,
	"active resigned":                    resigned,
	"lower member is active, preempting": preempted,
	"lower member is active":             gaveWay,
	"higher member is active":            gaveWay,
	"coup by a higher member":            gaveWay,
	"disabled":                           told,
	"yielded by the operator":            told,
	"group reconfigured":                 told,
}

// blame finds the faults that can have caused a takeover. The candidates are
// the faults that touch one of the two members or what is between them; the
// reason and the instants decide between them.
type blame struct {
	edges    []*edge // those until the takeover
	from, to *Entry  // from nil: nobody had the virtual IP before
	at       time.Duration
	reason   reason        // of the taker for a gain, of the one that gave up otherwise
	noticed  time.Duration // when the taker's timer expired
	resigner *Entry        // whose Resign the taker heard

	waits    bool          // the taker listened and could not hear the old owner
	waiting  time.Duration // since then
	because  string        // why it could not
	hears    bool          // the one that gave up surely heard the other one as an owner
	hearing  time.Duration // since then
	listened time.Duration // since when the taker has taken part

	noisy    bool   // noise disturbs the run
	standing *pause // of the old owner, since it cannot be heard; nil: none
}

// finding is what blame finds.
type finding struct {
	causes   []Cause // several if they came at one instant
	possible []Cause // others that can have done it as well
	why      string
}

// together is how close to each other two faults count as at one instant: in
// real time, those of one instant come one after the other.
const together = 10 * time.Millisecond

// gained explains a takeover by a member that took the virtual IP.
func (b *blame) gained() finding {
	switch {
	case b.from == nil:
		return b.latest(b.listened, b.moves, fmt.Sprintf("nobody had it, and %s has taken part since %v", b.to.Node, b.listened))
	case b.reason == preempted:
		return b.latest(b.at, b.moves, b.to.Node+" preempted a lower owner")
	case b.reason == resigned && b.resigner != nil && b.resigner != b.from:
		return b.latest(b.at, func(e *edge) bool { return stopsOrMoves(e, b.resigner) }, b.resigner.Node+" resigned, whose hellos had kept "+b.to.Node+" waiting")
	}
	if b.waits && b.standing != nil {
		return finding{why: fmt.Sprintf("%s stood still from %v on: that was noise, and no fault", b.from.Node, b.standing.from)}
	}
	unsure := b.unsure()
	if b.waits {
		f := b.latest(b.waiting, b.separates, fmt.Sprintf("%s could not hear %s as the owner from %v on: %s", b.to.Node, b.from.Node, b.waiting, b.because))
		if len(unsure.causes) == 0 || b.waiting <= b.latestStart() {
			f.possible = append(f.possible, unsure.causes...)
			return f
		}
		unsure.possible = append(unsure.possible, f.causes...)
		return unsure
	}
	if len(unsure.causes) > 0 {
		return unsure
	}
	why := b.to.Node + " took it, and nothing in the log kept it from hearing " + b.from.Node
	if b.reason != silence {
		if f := b.latest(b.at, b.moves, why); len(f.causes) > 0 {
			return f
		}
	}
	return b.latest(b.latestStart(), b.separates, why)
}

// latestStart is the last instant at which a fault can have begun to make the
// taker's timer expire: the first hello that is missing was due a hello time
// and its jitter after the last one.
func (b *blame) latestStart() time.Duration {
	if b.reason != silence {
		return b.at
	}
	hold, hello := min(b.from.Hold, b.to.Hold), max(b.from.Hello, b.to.Hello)
	return cmp.Or(b.noticed, b.at) - hold + hello + hello/4
}

// unsure explains a silence by a fault that makes hellos late or rare. It stays
// a candidate as long as it lasts.
func (b *blame) unsure() finding {
	can := func(e *edge) bool {
		return !e.Ended && !e.over && (e.silences(b.to, b.from) == fault.HellosUnsure ||
			e.affects(b.from) == fault.Slows || e.affects(b.to) == fault.Slows)
	}
	why := "hellos of " + b.from.Node + " may have been lost or late for " + b.to.Node
	if f := b.latest(b.latestStart(), can, why); len(f.causes) > 0 {
		return f
	}
	return b.latest(b.at, can, why)
}

// left explains a takeover by a member that had the virtual IP all along, when
// the other one gave it up.
func (b *blame) left() finding {
	own := func(e *edge) bool { return stopsOrMoves(e, b.from) }
	if b.reason == told {
		return b.latest(b.at, own, b.from.Node+" gave it up by order, or stopped")
	}
	met := b.latest(b.at, b.moves, b.from.Node+" gave it up")
	if b.hears {
		met = b.latest(b.hearing, b.touches, fmt.Sprintf("%s could hear %s as an owner from %v on, and gave it up", b.from.Node, b.to.Node, b.hearing))
	} else if b.reason == gaveWay {
		met = b.latest(b.at, b.touches, fmt.Sprintf("%s heard %s as an owner, and gave it up", b.from.Node, b.to.Node))
	}
	if b.reason == gaveWay {
		return met
	}
	// Nobody says why: what stopped or moved one of the two, if that is later.
	if f := b.latest(b.at, func(e *edge) bool { return own(e) || b.moves(e) }, b.from.Node+" gave it up"); len(f.causes) > 0 && (len(met.causes) == 0 || f.causes[0].When() > met.causes[0].When()) {
		return f
	}
	return met
}

// latest returns the last candidate until an instant, and all that came with
// it.
func (b *blame) latest(until time.Duration, can func(*edge) bool, why string) finding {
	var found *edge
	for _, e := range b.edges {
		if e.acts() <= until && can(e) && (found == nil || e.acts() >= found.acts()) {
			found = e
		}
	}
	if found == nil {
		return finding{why: why + ". No fault until then can have caused that."}
	}
	var f finding
	var lines []string
	for _, begun := range []bool{true, false} { // detection counts from the first
		for _, e := range b.edges {
			if e.Ended != begun && (e.acts()-found.acts()).Abs() <= together && (e == found || b.named(e)) && !slices.Contains(f.causes, e.Cause) {
				f.causes = append(f.causes, e.Cause)
				lines = append(lines, cmp.Or(e.why, e.String()))
			}
		}
	}
	f.why = fmt.Sprintf("%s. The last that can have caused that, at %v: %s.", why, found.acts(), strings.Join(lines, " and "))
	return f
}

// named reports whether a fault at the same instant as a cause may have had a
// part in it: it names a member and is not without any effect on its group.
func (b *blame) named(e *edge) bool {
	if len(e.lifted) > 0 || e.Ended {
		return b.touches(e)
	}
	frames := e.fault != nil && e.member == nil && fault.LosesFrames(e.fault)
	for _, m := range []*Entry{b.from, b.to} {
		if m != nil && (e.affects(m) != fault.NoInfluence || frames && e.names(m)) {
			return true
		}
	}
	return false
}

// separates reports whether a beginning can keep the old owner from the taker,
// or whether an end can bring the taker back.
//
// In a run with noise, what was over before the taker's timer began to run is
// none of these.
func (b *blame) separates(e *edge) bool {
	if b.noisy && (e.Ended && e.acts() <= b.timerStart() || e.over && e.until <= b.timerStart()) {
		return false
	}
	if e.Ended {
		return e.affects(b.to) != fault.NoInfluence
	}
	for _, old := range e.lifted {
		if old.affects(b.to) != fault.NoInfluence {
			return true
		}
	}
	if stopsOrMoves(e, b.from) || e.affects(b.to) == fault.Moves {
		return true
	}
	late := e.silences(b.to, b.from) != fault.HellosPass || e.affects(b.from) == fault.Slows || e.affects(b.to) == fault.Slows
	return late && (!e.over || e.until > b.timerStart())
}

// timerStart is the earliest instant at which the timer of the taker can have
// begun to run.
func (b *blame) timerStart() time.Duration {
	return cmp.Or(b.noticed, b.at) - max(b.from.Hold, b.to.Hold)
}

// moves reports whether it can move the virtual IP between members that hear
// each other, or makes them hear each other.
func (b *blame) moves(e *edge) bool {
	if e.Ended || len(e.lifted) > 0 {
		return b.touches(e)
	}
	return e.affects(b.from) == fault.Moves || e.affects(b.to) == fault.Moves
}

// touches reports whether a beginning, or the beginning that ended, has an
// effect on one of the members or on the hellos between them.
func (b *blame) touches(e *edge) bool {
	for _, old := range e.lifted {
		if b.touches(old) {
			return true
		}
	}
	return e.silences(b.to, b.from) != fault.HellosPass || e.silences(b.from, b.to) != fault.HellosPass ||
		e.affects(b.from) != fault.NoInfluence || e.affects(b.to) != fault.NoInfluence
}

// stopsOrMoves reports whether a fault can make a member stop, or give up what
// it has.
func stopsOrMoves(e *edge, m *Entry) bool {
	influence := e.affects(m)
	return influence == fault.Halts || influence == fault.Moves
}
