package hunt

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
)

// change is one way to make a schedule from another one. Mate is a third one,
// which only splice reads.
type change struct {
	name string
	do   func(s *space, r *rand.Rand, lines, mate Schedule) []Line
}

// changes are all of them. What they return is made possible afterwards, so
// none of them need look at more than its own line.
var changes = []change{
	{"shift", (*space).shift},
	{"retarget", (*space).retarget},
	{"duplicate", (*space).duplicate},
	{"drop", (*space).drop},
	{"splice", (*space).splice},
	{"extend", (*space).extend},
	{"add", (*space).add},
	{"join", (*space).join},
	{"crowd", (*space).crowd},
	{"renew", (*space).renew},
}

// crowdTime is the time into which crowd moves lines.
const crowdTime = 10 * time.Second

// mutate changes a schedule in one way, one to three times: one way, so that
// what comes of it can be put down to it. Instants are drawn near those at
// which the run of that schedule changed state.
func (s *space) mutate(r *rand.Rand, by change, from, mate *parent) Schedule {
	own := *s
	if len(from.near) > 0 {
		own.near = from.near
	}
	lines := from.Schedule
	for range 1 + r.IntN(3) {
		lines = own.possible(by.do(&own, r, lines, mate.Schedule))
	}
	if len(lines) == 0 {
		return s.draw(r)
	}
	return lines
}

// shift moves a line: to another instant, or by a little.
func (s *space) shift(r *rand.Rand, lines, _ Schedule) []Line {
	return s.replace(r, lines, func(l Line) Line {
		if r.IntN(2) == 0 {
			l.At = s.instant(r)
		} else {
			l.At += s.shifts[r.IntN(len(s.shifts))] + time.Duration(r.Int64N(int64(2*time.Second))) - time.Second
		}
		return l
	})
}

// retarget draws a line's fault anew, of the same kind and as long.
func (s *space) retarget(r *rand.Rand, lines, _ Schedule) []Line {
	return s.replace(r, lines, func(l Line) Line {
		f, ok := l.Fault.Row().Draw(&fault.Draw{Rand: r, Topology: s.topology})
		if !ok || !s.ends(f) {
			return l
		}
		if spanned, is := l.Fault.(fault.For); is && fault.Undoable(f) {
			f = fault.For{Fault: f, Span: spanned.Span}
		}
		return Line{l.At, f}
	})
}

// duplicate repeats a line at another instant.
func (s *space) duplicate(r *rand.Rand, lines, _ Schedule) []Line {
	if len(lines) == 0 {
		return lines
	}
	l := lines[r.IntN(len(lines))]
	l.At = s.instant(r)
	return append(slices.Clone(lines), l)
}

// drop leaves a line out.
func (s *space) drop(r *rand.Rand, lines, _ Schedule) []Line {
	if len(lines) < 2 {
		return lines
	}
	at := r.IntN(len(lines))
	return slices.Delete(slices.Clone(lines), at, at+1)
}

// splice takes the lines of one schedule up to an instant, and those of another
// one from there on.
func (s *space) splice(r *rand.Rand, lines, mate Schedule) []Line {
	at := s.instant(r)
	before := slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return l.At >= at })
	after := slices.DeleteFunc(slices.Clone(mate), func(l Line) bool { return l.At < at })
	return append(before, after...)
}

// extend makes a fault last another time.
func (s *space) extend(r *rand.Rand, lines, _ Schedule) []Line {
	return s.replace(r, lines, func(l Line) Line {
		if spanned, is := l.Fault.(fault.For); is {
			l.Fault = fault.For{Fault: spanned.Fault, Span: s.span(r, l.At)}
		}
		return l
	})
}

// replace replaces one line.
func (s *space) replace(r *rand.Rand, lines Schedule, by func(Line) Line) []Line {
	if len(lines) == 0 {
		return lines
	}
	lines = slices.Clone(lines)
	at := r.IntN(len(lines))
	lines[at] = by(lines[at])
	return lines
}

// add adds drawn lines.
func (s *space) add(r *rand.Rand, lines, _ Schedule) []Line {
	return append(slices.Clone(lines), s.draw(r)...)
}

// join adds the lines of another schedule.
func (s *space) join(r *rand.Rand, lines, mate Schedule) []Line {
	return append(slices.Clone(lines), mate...)
}

// crowd moves all lines into the seconds after one instant, so that their
// faults overlap.
func (s *space) crowd(r *rand.Rand, lines, _ Schedule) []Line {
	lines = slices.Clone(lines)
	at := s.instant(r)
	for i := range lines {
		lines[i].At = at + time.Duration(r.Int64N(int64(crowdTime)))
	}
	return lines
}

// renew moves every line to another instant.
func (s *space) renew(r *rand.Rand, lines, _ Schedule) []Line {
	lines = slices.Clone(lines)
	for i := range lines {
		lines[i].At = s.instant(r)
	}
	return lines
}
