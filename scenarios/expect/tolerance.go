package expect

import (
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
)

// span is the interval for a measured instant or span.
func (e Evidence) span(want form.Range[time.Duration]) form.Range[time.Duration] {
	return want.Widen(e.Tolerance)
}

// overlap is the interval for a span in which something is true of two members
// at once, or of none. Zero is not widened: such a span begins and ends with a
// change of state, and real time does not change the order of those.
func (e Evidence) overlap(want form.Range[time.Duration]) form.Range[time.Duration] {
	if want == form.Exactly[time.Duration](0) {
		return want
	}
	return e.span(want)
}

// about is the interval for a count that may be off by some. Zero is not
// widened.
func about(want form.Range[int], some int) form.Range[int] {
	if want == form.Exactly(0) {
		return want
	}
	return want.Widen(some)
}

// aboutShare is the interval for a share of a number of things, of which some
// may be off.
func aboutShare(want form.Range[form.Share], some, of int) form.Range[form.Share] {
	if of == 0 {
		return want
	}
	return want.Widen(form.Share(float64(some) / float64(of)))
}

// due returns how many requests of a client, or of all, come due within the
// tolerance. That many may be sent or end differently than in virtual time.
func (e Evidence) due(client string) int { return e.Clients.Due(client, e.Tolerance) }

// passing returns how many connections may be open or closed at an instant only
// because of the tolerance.
func (e Evidence) passing() int { return e.Clients.Passing(e.Tolerance) }

// tolerantly checks an expectation exactly and, if it fails, again with the
// tolerance of real time. The result says if only that made it pass.
func tolerantly(x Expectation, e Evidence) Result {
	tolerance := e.Tolerance
	e.Tolerance = 0
	exact := x.Check(e)
	if exact.Passed || tolerance == 0 {
		return exact
	}
	e.Tolerance = tolerance
	result := x.Check(e)
	if result.Passed {
		result.Got += "; within the " + form.Text(tolerance) + " of real time"
	}
	return result
}
