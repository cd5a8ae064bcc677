package picture

import (
	"github.com/cablepull/cablepull/reports/sequence"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Record is what pictures need of a run. It takes in all events in order, and
// its size does not grow with their number.
type Record struct {
	Facts    oracle.Facts
	Frames   *sequence.Frames // those around faults; nil: nobody has watched them
	requests *requests
	gauges   gauges
}

// NewRecord returns the record of a run that has not begun.
func NewRecord(f oracle.Facts) *Record {
	return &Record{Facts: f, requests: newRequests(f.Duration)}
}

// Observe takes in the next event.
func (rec *Record) Observe(e event.Event) {
	rec.requests.observe(e)
	rec.gauges.observe(e)
}
