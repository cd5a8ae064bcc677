package picture

import "strings"

// outcome is what became of a request, or of an attempt.
type outcome uint8

// The outcomes, from the best to the worst.
const (
	answered outcome = iota
	retried          // the attempt failed, and another one follows
	errorStatus
	refused
	reset
	unreachable
	timedOut
	otherwise // names that nobody knows, TLS, answers to something else
	outcomes  // how many there are
)

// mark is how an outcome is drawn: a shape of 2r by 2r around a point, and a
// class of the style sheet. Both differ, so colour is not needed.
type mark struct {
	name  string
	class string
	shape func(x, y, r float64) string // a path
}

// marks has a row for each outcome.
var marks = [outcomes]mark{
	answered:    {"answered", "o-answered", disc},
	retried:     {"failed, tried again", "o-retried", ring},
	errorStatus: {"answered with an error", "o-status", diamond},
	refused:     {"refused", "o-refused", square},
	reset:       {"reset", "o-reset", triangle},
	unreachable: {"unreachable", "o-unreachable", plus},
	timedOut:    {"timed out", "o-timeout", cross},
	otherwise:   {"failed otherwise", "o-otherwise", wedge},
}

// ofFailure is the outcome of a failed request by the name of its failure.
func ofFailure(failure string) outcome {
	switch {
	case strings.HasPrefix(failure, "status-"):
		return errorStatus
	case failure == "refused":
		return refused
	case failure == "reset":
		return reset
	case failure == "timeout":
		return timedOut
	case failure == "unreachable":
		return unreachable
	}
	return otherwise
}

// disc is a line of no length, which round ends make a dot.
func disc(x, y, _ float64) string { return "M" + num(x) + " " + num(y) + "h0" }

func ring(x, y, r float64) string {
	return "M" + num(x-r) + " " + num(y) + "a" + num(r) + " " + num(r) + " 0 1 0 " + num(2*r) + " 0a" + num(r) + " " + num(r) + " 0 1 0 " + num(-2*r) + " 0"
}

func diamond(x, y, r float64) string {
	return polygon(x, y-r, x+r, y, x, y+r, x-r, y)
}

func square(x, y, r float64) string {
	return polygon(x-r, y-r, x+r, y-r, x+r, y+r, x-r, y+r)
}

func triangle(x, y, r float64) string { return polygon(x, y-r, x+r, y+r, x-r, y+r) }

func wedge(x, y, r float64) string { return polygon(x-r, y-r, x+r, y-r, x, y+r) }

func plus(x, y, r float64) string {
	return "M" + num(x-r) + " " + num(y) + "h" + num(2*r) + "M" + num(x) + " " + num(y-r) + "v" + num(2*r)
}

func cross(x, y, r float64) string {
	return "M" + num(x-r) + " " + num(y-r) + "l" + num(2*r) + " " + num(2*r) + "m" + num(-2*r) + " 0l" + num(2*r) + " " + num(-2*r)
}

// polygon is a closed path through points.
func polygon(xy ...float64) string {
	var b strings.Builder
	for i := 0; i < len(xy); i += 2 {
		b.WriteString([]string{"M", "L"}[min(i, 1)] + num(xy[i]) + " " + num(xy[i+1]))
	}
	return b.String() + "Z"
}
