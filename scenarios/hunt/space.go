package hunt

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// The bounds of a schedule. More lines break no more, and take longer to
// shrink.
const (
	drawnMax = 8  // lines that are drawn
	linesMax = 12 // lines after changes
)

// permanent reports whether what a fault does outlives the schedule, so that
// the cluster need not be afterwards what it was before: an artifact is gone,
// or a reboot finds what a set has changed. Of a save that only keeps what the
// file says, there is something to see where that was never saved.
func permanent(t topology.Topology, l Line, all []Line) bool {
	switch f := fault.Plain(l.Fault).(type) {
	case fault.Undeploy:
		return true
	case fault.Save:
		return len(t.Nodes[f.Node].Unsaved) == 0 || slices.ContainsFunc(all, func(o Line) bool {
			set, is := fault.Plain(o.Fault).(fault.Set)
			return is && set.Node == f.Node && o.At <= l.At && l.At <= o.end()
		})
	}
	return false
}

// space is all schedules that a hunt can draw.
type space struct {
	topology topology.Topology // completed
	rows     []*fault.Row
	window   time.Duration   // all faults begin and end in it
	near     []time.Duration // instants of the run without faults, sorted
	shifts   []time.Duration // how far beside such an instant a fault is tried
}

// newSpace returns the space of a topology, which must be completed.
func newSpace(t topology.Topology, window time.Duration) *space {
	s := &space{topology: t, window: window, shifts: []time.Duration{0, 1, -1, time.Millisecond, -time.Millisecond}}
	for _, row := range fault.Standard().Rows() {
		if row.Verb() == topology.UndeployVerb || row.Verb() == "save" && !unsaved(t) {
			continue
		}
		s.rows = append(s.rows, row)
	}
	for _, name := range topology.Names(t.Segments) {
		if delay := t.Segments[name].Latency; delay > 0 && !slices.Contains(s.shifts, delay) {
			s.shifts = append(s.shifts, delay, -delay)
		}
	}
	return s
}

// unsaved reports whether a save can do anything that lasts and is well.
func unsaved(t topology.Topology) bool {
	for _, n := range t.Nodes { // order: any will do
		if len(n.Unsaved) > 0 {
			return true
		}
	}
	return false
}

// swarm returns each kind of fault with a probability of one half: a schedule
// in which every kind can occur has no room for any.
func (s *space) swarm(r *rand.Rand) []*fault.Row {
	var some []*fault.Row
	for _, row := range s.rows {
		if r.IntN(2) == 0 {
			some = append(some, row)
		}
	}
	return some
}

// draw returns a schedule of the kinds of faults that are switched on.
func (s *space) draw(r *rand.Rand) Schedule {
	rows := s.swarm(r)
	count := 1 + r.IntN(drawnMax)
	var lines []Line
	for range count {
		if l, ok := s.line(r, rows); ok {
			lines = append(lines, l)
		}
	}
	return s.possible(lines)
}

// line draws a line of one of the kinds.
func (s *space) line(r *rand.Rand, rows []*fault.Row) (Line, bool) {
	if len(rows) == 0 {
		return Line{}, false
	}
	d := &fault.Draw{Rand: r, Topology: s.topology}
	for range 4 {
		f, ok := rows[r.IntN(len(rows))].Draw(d)
		if !ok || !s.ends(f) {
			continue
		}
		l := Line{s.instant(r), f}
		if fault.Undoable(f) {
			l.Fault = fault.For{Fault: f, Span: s.span(r, l.At)}
		}
		return l, true
	}
	return Line{}, false
}

// ends reports whether a fault ends, be it with a span.
func (s *space) ends(f fault.Fault) bool { return fault.Undoable(f) || fault.Opposite(f) == nil }

// instant draws when a fault begins: anywhere, or where something happens when
// all is well. Protocols go wrong where two things happen at once.
func (s *space) instant(r *rand.Rand) time.Duration {
	if len(s.near) == 0 || r.IntN(2) == 0 {
		return time.Duration(r.Int64N(int64(s.window)))
	}
	at := s.near[r.IntN(len(s.near))] + s.shifts[r.IntN(len(s.shifts))]
	return min(max(at, 0), s.window-1)
}

// span draws how long a fault lasts that begins at an instant: any order of
// magnitude from a millisecond on, or until something happens.
func (s *space) span(r *rand.Rand, at time.Duration) time.Duration {
	most := s.window - at
	if r.IntN(4) == 0 {
		if end := s.instant(r); end > at {
			return end - at
		}
	}
	high := time.Minute
	for range r.IntN(16) {
		high /= 2
	}
	return max(1, min(most, high/2+time.Duration(r.Int64N(int64(high/2)+1))))
}

// possible returns the lines that make a schedule of the space, by instant,
// without those that can never be done or need a machine that is certainly
// down.
func (s *space) possible(lines []Line) Schedule {
	all := sorted(lines)
	all = slices.DeleteFunc(all, func(l Line) bool {
		return l.At < 0 || l.At >= s.window || !s.ends(fault.Plain(l.Fault)) || len(world.Problems(s.topology, l.Fault)) > 0
	})
	for i, l := range all {
		f, spanned := l.Fault.(fault.For)
		switch {
		case fault.Undoable(l.Fault):
			all[i].Fault = fault.For{Fault: l.Fault, Span: max(1, min(s.window-l.At, time.Second))}
		case spanned && l.At+f.Span > s.window:
			all[i].Fault = fault.For{Fault: f.Fault, Span: s.window - l.At}
		}
	}
	all = all[:min(len(all), linesMax)]
	all = slices.DeleteFunc(slices.Clone(all), func(l Line) bool { return permanent(s.topology, l, all) })
	for {
		timed := make([]fault.Timed, len(all))
		for i, l := range all {
			timed[i] = fault.Timed{At: l.At, Fault: l.Fault}
		}
		down := fault.DownAt(s.topology, timed)
		at := slices.IndexFunc(down, func(err error) bool { return err != nil })
		if at < 0 {
			return all
		}
		all = slices.Delete(all, at, at+1)
	}
}
