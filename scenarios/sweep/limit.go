package sweep

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/statistic"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Limit searches the end of the values up to which a condition holds: the
// highest value, or the lowest one. It takes the condition to hold on one side
// of that end, and not on the other.
//
// Next and Tell take turns: a value to try, and whether the condition held.
type Limit struct {
	Path   string
	Lowest bool

	begin   Quantity // where to begin: there it should hold
	end     int64    // the last value to try, if it is bounded
	bounded bool
	holds   *int64 // the best value at which it held
	fails   *int64 // the nearest value at which it did not
	moves   int    // doublings or halvings so far
}

// movesMax bounds how often a search without an end doubles or halves a value.
const movesMax = 24

// precision is the part of a value to which it is found: a fiftieth.
const precision = 50

// ParseLimit reads PATH or PATH=FROM..TO. Without a range, the search begins at
// the value that the scenario has now.
func ParseLimit(text string, lowest bool, now func(path string) (string, error)) (*Limit, error) {
	path, rest, ranged := strings.Cut(text, "=")
	l := &Limit{Path: strings.TrimSpace(path), Lowest: lowest}
	if l.Path == "" {
		return nil, fmt.Errorf("got %q, want a path, such as nodes.c1.client.rate, or PATH=FROM..TO", text)
	}
	if !ranged {
		value, err := now(l.Path)
		if err != nil {
			return nil, err
		}
		q, isQuantity := parseQuantity(value)
		if !isQuantity || q.amount <= 0 {
			return nil, fmt.Errorf("%s is %s, which cannot be searched: give a range, PATH=FROM..TO", l.Path, value)
		}
		l.begin = q
		return l, nil
	}
	k, err := ParseKnob(text)
	if err != nil {
		return nil, err
	}
	if !k.ranged {
		return nil, fmt.Errorf("%s: got %s, want a range without a step, FROM..TO", l.Path, strings.TrimSpace(rest))
	}
	l.begin, l.end, l.bounded = k.low, k.high.amount, true
	if lowest {
		l.begin, l.end = k.high, k.low.amount
	}
	return l, nil
}

// at is the value of an amount.
func (l *Limit) at(amount int64) Quantity {
	q := l.begin
	q.amount = amount
	return q
}

// step is how far two values must be apart to be worth a difference.
func (l *Limit) step(near int64) int64 {
	return max(l.begin.grain(l.at(l.end)), near/precision)
}

// ErrNowhere says that no value was found at which the condition holds.
var ErrNowhere = errors.New("the condition holds nowhere")

// Next returns the value to try next, and false if the search is over.
func (l *Limit) Next() (Quantity, bool) {
	switch {
	case l.holds == nil && l.fails == nil:
		return l.begin, true
	case l.holds == nil:
		return l.towards(*l.fails, !l.Lowest)
	case l.fails == nil && l.bounded:
		if *l.holds == l.end {
			return Quantity{}, false
		}
		return l.at(l.end), true
	case l.fails == nil:
		return l.towards(*l.holds, l.Lowest)
	}
	low, high := min(*l.holds, *l.fails), max(*l.holds, *l.fails)
	step := l.step(low)
	if high-low <= step {
		return Quantity{}, false
	}
	middle := low + (high-low)/2
	if finest := l.step(0); middle-middle%finest > low {
		middle -= middle % finest
	}
	return l.at(middle), true
}

// towards is the half or the double of a value, unless the search has gone too
// far, or is bounded.
func (l *Limit) towards(from int64, down bool) (Quantity, bool) {
	if l.bounded || l.moves >= movesMax {
		return Quantity{}, false
	}
	if down {
		if from/2 < l.step(0) {
			return Quantity{}, false
		}
		return l.at(from / 2), true
	}
	return l.at(from * 2), true
}

// Tell says whether the condition held at a value.
func (l *Limit) Tell(q Quantity, held bool) {
	amount := q.amount
	if l.holds == nil || l.fails == nil {
		l.moves++
	}
	if held {
		l.holds = &amount
		return
	}
	l.fails = &amount
}

// Found returns the best value at which the condition held, and the nearest one
// at which it did not; nil if it held at all that were tried.
func (l *Limit) Found() (holds Quantity, fails *Quantity, err error) {
	if l.fails != nil {
		q := l.at(*l.fails)
		fails = &q
	}
	if l.holds == nil {
		return Quantity{}, fails, ErrNowhere
	}
	return l.at(*l.holds), fails, nil
}

// SeedsFor is how many seeds it takes until a condition can hold at all: an
// upper bound of p99 exists from 299 on.
func SeedsFor(c figure.Condition) int {
	const usual = 100
	digits, isQuantile := strings.CutPrefix(string(c.Word.Statistic), "p")
	q, err := strconv.ParseFloat(digits, 64)
	if !isQuantile || err != nil || q <= 0 || q >= 100 {
		return usual
	}
	return max(usual, statistic.CountForQuantile(q/100, statistic.Level95Upper))
}

// Tried is a value that a search has tried.
type Tried struct {
	Runs      *Runs
	Judgement figure.Judgement
}

// Search plays the search for a limit under a condition: a value counts as one
// at which the condition holds if the runs prove it, with 95 % confidence.
func (p *Plan) Search(ctx context.Context, player Player, l *Limit, c figure.Condition) ([]Tried, error) {
	var all []Tried
	for {
		q, more := l.Next()
		if !more {
			return all, nil
		}
		point, err := p.Point(Setting{{Path: l.Path, Value: q.String()}})
		if err != nil {
			return nil, err
		}
		runs, err := p.Play(ctx, player, []*Point{point}, p.Seeds, 0, len(p.Seeds))
		if err != nil {
			return nil, err
		}
		j := figure.Judge(runs[0].values(), c)
		if n, why := runs[0].broken(); n > 0 {
			return nil, fmt.Errorf("%s: %d of %d runs have no verdict: %s", trial.Setting{Path: l.Path, Value: q.String()}, n, len(p.Seeds), why)
		}
		all = append(all, Tried{runs[0], j})
		l.Tell(q, j.Passed())
	}
}

// Knob is what the search varied, for tables.
func (l *Limit) Knob() Knob { return Knob{Path: l.Path} }
