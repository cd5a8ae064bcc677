package perfetto

import (
	"cmp"
	"io"
	"slices"
	"time"
)

// track is a row of the viewer. Its children can be folded away.
type track struct {
	uuid   uint64
	parent *track // nil: the whole run
	name   string
	rank   uint64 // among the children of its parent
	unit   uint64 // of a counter; 0: the track has slices and instants

	children uint64
}

// sheet is all tracks and points of a trace.
type sheet struct {
	tracks []*track
	points []*point
}

// track adds a track below the other ones of its parent.
func (s *sheet) track(parent *track, name string, unit uint64) *track {
	t := &track{uuid: uint64(len(s.tracks)) + 1, parent: parent, name: name, unit: unit}
	if parent != nil {
		t.rank = parent.children
		parent.children++
	}
	s.tracks = append(s.tracks, t)
	return t
}

// slice adds a time with a beginning and an end. One of no length is left out:
// nobody can see it.
func (s *sheet) slice(t *track, from, to time.Duration, name, category string, notes ...note) {
	s.nest(t, from, to, name, category, func() {}, notes...)
}

// nest adds a slice and those that inside adds to the same track.
func (s *sheet) nest(t *track, from, to time.Duration, name, category string, inside func(), notes ...note) {
	if to <= from {
		return
	}
	s.points = append(s.points, &point{at: from, kind: typeBegin, track: t, name: name, category: category, notes: notes})
	inside()
	s.points = append(s.points, &point{at: to, kind: typeEnd, track: t})
}

// instant adds something without length.
func (s *sheet) instant(t *track, at time.Duration, name, category string, notes ...note) *point {
	p := &point{at: at, kind: typeInstant, track: t, name: name, category: category, notes: notes}
	s.points = append(s.points, p)
	return p
}

// value adds a value of a counter.
func (s *sheet) value(t *track, at time.Duration, value int64) {
	s.points = append(s.points, &point{at: at, kind: typeCounter, track: t, value: value})
}

// writeTo writes the tracks, and then the points in order of their instants. At
// one instant, ends come before beginnings, so that slices that follow each
// other do not nest, and instants last, so that they are inside of what begins.
func (s *sheet) writeTo(w io.Writer) error {
	place := func(p *point) int {
		switch p.kind {
		case typeEnd:
			return 0
		case typeBegin:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(s.points, func(a, b *point) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(place(a), place(b)))
	})
	var out message
	for i, t := range s.tracks {
		out = out.inner(tracePacket, t.descriptor(i == 0))
	}
	for _, p := range s.points {
		out = out.inner(tracePacket, p.packet())
		if len(out) >= 1<<16 {
			if _, err := w.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
	_, err := w.Write(out)
	return err
}
