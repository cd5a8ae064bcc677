package expect

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// counter is an expectation about events that happen often. In virtual time it
// counts them while the run goes on, so that none need be kept. In real time
// the ends of its window are uncertain, and it reads the record.
type counter interface {
	Expectation
	// counts returns the window and the kinds of the events that are counted.
	counts() (Window, event.Set)
	newTally() tally
}

// tally is what a counter has counted so far.
type tally interface {
	add(event.Event) // one in the window
}

// Counts are the counts of a run in virtual time.
type Counts struct {
	all  []*count // by expectation; nil: it reads the record
	keep event.Set
}

// count counts for one expectation.
type count struct {
	tally
	window   Window
	kinds    event.Set
	duration time.Duration // of the run
	known    bool          // where the window is
	period   Period
	early    []event.Event // of the present instant, while it is not known
}

// NewCounts prepares to count for expectations in a run.
func NewCounts(all []Expectation, duration time.Duration) *Counts {
	c := &Counts{keep: readByNeeds}
	for _, x := range all {
		counter, is := x.(counter)
		if !is {
			c.all, c.keep = append(c.all, nil), c.keep.Or(x.Reads())
			continue
		}
		one := &count{tally: counter.newTally(), duration: duration}
		one.window, one.kinds = counter.counts()
		if !one.window.After.given() {
			one.locate(0)
		}
		c.all = append(c.all, one)
	}
	return c
}

// Keep returns the kinds of events that the record must have nevertheless.
func (c *Counts) Keep() event.Set { return c.keep }

// Observe takes in the next event.
func (c *Counts) Observe(e event.Event) {
	for _, one := range c.all {
		if one != nil {
			one.observe(e)
		}
	}
}

func (c *count) observe(e event.Event) {
	if fault, is := e.What.(event.FaultApplied); is && !c.known && c.window.After.is(fault.Fault) {
		c.locate(e.At)
	}
	switch {
	case !c.kinds.Has(e.What):
	case c.known:
		c.take(e)
	default: // it counts if the fault is applied in the same instant
		if len(c.early) > 0 && c.early[0].At < e.At {
			c.early = c.early[:0]
		}
		c.early = append(c.early, e)
	}
}

// locate sets the window, which counts from an instant.
func (c *count) locate(zero time.Duration) {
	c.known, c.period = true, c.window.period(zero, c.duration, 0)
	for _, e := range c.early {
		c.take(e)
	}
	c.early = nil
}

func (c *count) take(e event.Event) {
	if c.period.Holds(e.At) {
		c.add(e)
	}
}
