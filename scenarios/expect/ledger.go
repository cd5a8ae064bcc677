package expect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Ledger expects what became of the writes of tellers.
type Ledger struct {
	Book      string          `yaml:"book" doc:"the book of the tellers (default: all books together)"`
	OK        form.Range[int] `yaml:"ok" doc:"how many operations were acknowledged"`
	Failed    form.Range[int] `yaml:"failed" doc:"how many certainly had no effect"`
	Unknown   form.Range[int] `yaml:"unknown" doc:"of how many nobody told the clerk"`
	Lost      form.Range[int] `yaml:"lost" doc:"how many acknowledged writes are gone"`
	Doubled   form.Range[int] `yaml:"doubled" doc:"how many were done twice"`
	Reordered form.Range[int] `yaml:"reordered" doc:"how many stand in a wrong order"`
	Stale     form.Range[int] `yaml:"stale" doc:"how many reads lacked a write that a later one shows"`
	Phantom   form.Range[int] `yaml:"phantom" doc:"how many values were read that nobody wrote, or whose write had failed"`
}

// Text implements Expectation.
func (x Ledger) Text() string {
	book := x.Book
	if book == "" {
		book = "all books"
	}
	return "writes in " + book + parts(part("ok", x.OK), part("failed", x.Failed), part("unknown", x.Unknown), part("lost", x.Lost),
		part("doubled", x.Doubled), part("reordered", x.Reordered), part("stale", x.Stale), part("phantom", x.Phantom))
}

// Needs implements Expectation: nothing can be lost where nothing was
// acknowledged.
func (x Ledger) Needs() []Need {
	return []Need{func(e Evidence) error {
		if x.sum(e).OK == 0 {
			return errors.New("no operation of a teller was acknowledged")
		}
		if anyGiven(x.Lost, x.Doubled, x.Reordered, x.Stale, x.Phantom) {
			return x.needReads(e)
		}
		return nil
	}}
}

// needReads returns an error if nobody has read a book since the last fault:
// then nobody saw what the fault did to it.
func (x Ledger) needReads(e Evidence) error {
	var last event.Event
	for ev := range event.From[event.FaultApplied](e.Events) {
		last = ev
	}
	for _, l := range e.Measures.Ledgers {
		switch fault, is := last.What.(event.FaultApplied); {
		case x.Book != "" && l.Book != x.Book:
		case l.LastRead == 0:
			return fmt.Errorf("no read of %s was answered", l.Book)
		case is && l.LastRead < last.At:
			return fmt.Errorf("no read of %s was answered after %s, at %s", l.Book, fault.Fault, form.Text(last.At))
		}
	}
	return nil
}

// Reads implements Expectation.
func (Ledger) Reads() event.Set { return nothing }

// sum adds the books up.
func (x Ledger) sum(e Evidence) (sum oracle.Ledger) {
	for _, l := range e.Measures.Ledgers {
		if x.Book != "" && l.Book != x.Book {
			continue
		}
		sum.Operations, sum.OK, sum.Failed, sum.Unknown = sum.Operations+l.Operations, sum.OK+l.OK, sum.Failed+l.Failed, sum.Unknown+l.Unknown
		sum.Lost, sum.Doubled, sum.Reordered = sum.Lost+l.Lost, sum.Doubled+l.Doubled, sum.Reordered+l.Reordered
		sum.Stale, sum.Phantom = sum.Stale+l.Stale, sum.Phantom+l.Phantom
	}
	return sum
}

// Check implements Expectation.
func (x Ledger) Check(e Evidence) Result {
	sum := x.sum(e)
	got := fmt.Sprintf("%d ok, %d failed, %d unknown; %d lost, %d doubled, %d reordered, %d stale, %d phantom",
		sum.OK, sum.Failed, sum.Unknown, sum.Lost, sum.Doubled, sum.Reordered, sum.Stale, sum.Phantom)
	return Result{Got: got, Passed: x.OK.Contains(sum.OK) && x.Failed.Contains(sum.Failed) && x.Unknown.Contains(sum.Unknown) &&
		x.Lost.Contains(sum.Lost) && x.Doubled.Contains(sum.Doubled) && x.Reordered.Contains(sum.Reordered) &&
		x.Stale.Contains(sum.Stale) && x.Phantom.Contains(sum.Phantom)}
}

// Problems implements Expectation.
func (x Ledger) Problems(plan Plan) []topology.Problem {
	var problems []topology.Problem
	books := map[string]bool{}
	for _, name := range topology.Names(plan.Nodes) {
		if book := plan.Nodes[name].Book; book != "" {
			books[book] = true
		}
	}
	if x.Book != "" && !books[x.Book] {
		problems = append(problems, topology.Problem{Path: []string{"book"}, Message: fmt.Sprintf("no teller has the book %s, want %s", x.Book, topology.AnyOf(x.Book, topology.Names(books)))})
	}
	if len(books) == 0 {
		problems = append(problems, topology.Problem{Message: "no node has a teller"})
	}
	asks := slices.Contains([]bool{x.OK.Given, x.Failed.Given, x.Unknown.Given, x.Lost.Given, x.Doubled.Given, x.Reordered.Given, x.Stale.Given, x.Phantom.Given}, true)
	if !asks {
		problems = append(problems, topology.Problem{Message: "want at least one figure, such as lost: 0"})
	}
	return problems
}
