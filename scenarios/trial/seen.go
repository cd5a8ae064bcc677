package trial

import (
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/world"
)

// seen is what is kept of the events of a trial while it is played.
type seen struct {
	// drawn and printed are for the timelines of a trial: of those drawn in files,
	// which show all of it, and of the printed one, which may show a window. Both
	// are nil if none is drawn.
	drawn, printed *reports.Highlights
	record         *picture.Record // nil: nobody draws pictures
}

// seen returns what has to be kept.
func (p InProcess) seen(t Trial, ready *scenarios.Ready) seen {
	var s seen
	facts := ready.Facts()
	if p.Timeline || p.Record || t.Page || t.Report || t.Dir != "" {
		s.drawn = reports.NewHighlights(facts)
		s.printed = s.drawn
		if p.Window != (reports.Window{}) {
			s.printed = reports.NewHighlightsWithin(facts, p.Window)
		}
	}
	if p.Record || t.Report || t.Dir != "" {
		s.record = picture.NewRecord(facts)
	}
	return s
}

// observe returns the function that gets every event in order; nil if none is
// needed.
func (s seen) observe() func(event.Event) {
	if s.drawn == nil {
		return nil
	}
	return func(e event.Event) {
		s.drawn.Observe(e)
		if s.printed != s.drawn {
			s.printed.Observe(e)
		}
		if s.record != nil {
			s.record.Observe(e)
		}
	}
}

// sample returns the function that gets what machines use; nil if none is
// needed.
func (s seen) sample() func(time.Duration, string, world.Usage) {
	if s.record == nil {
		return nil
	}
	return func(at time.Duration, node string, u world.Usage) { s.record.Sample(at, node, picture.Usage(u)) }
}

// fill gives a result what its files draw.
func (s seen) fill(r *Result) {
	r.Record = s.record
	if s.drawn != nil {
		r.Report.Events = s.drawn.Events()
		r.Drawn = r.Report.Events
	}
}

// leave leaves in a result what is drawn later. There may be many results, so
// it forgets the rest.
func (s seen) leave(r *Result, p InProcess) {
	if !p.Record {
		r.Record, r.Drawn = nil, nil
	}
	switch {
	case !p.Timeline:
		r.Report.Events = nil
	case s.printed != s.drawn:
		r.Report.Events = s.printed.Events()
	}
}
