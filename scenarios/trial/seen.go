package trial

import (
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/sim/event"
)

// seen is what is kept of the events of a trial while it is played.
type seen struct {
	highlights *reports.Highlights // nil: nothing
	record     *picture.Record     // nil: nothing
}

// seen returns what has to be kept.
func (p InProcess) seen(t Trial) seen {
	var s seen
	facts := t.Scenario.Facts()
	if p.Timeline || p.Record || t.Page || t.Report || t.Dir != "" {
		s.highlights = reports.NewHighlights(facts)
	}
	if p.Record || t.Report || t.Dir != "" {
		s.record = picture.NewRecord(facts)
	}
	return s
}

// observe returns the function that gets every event in order; nil if none is
// needed.
func (s seen) observe() func(event.Event) {
	switch {
	case s.highlights == nil:
		return nil
	case s.record == nil:
		return s.highlights.Observe
	}
	return func(e event.Event) {
		s.highlights.Observe(e)
		s.record.Observe(e)
	}
}

// fill gives a result what was kept.
func (s seen) fill(r *Result) {
	r.Record = s.record
	if s.highlights != nil {
		r.Report.Events = s.highlights.Events()
	}
}
