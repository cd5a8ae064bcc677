package expect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Exchanged expects what becomes of business documents. All counts are of the
// documents that the senders have sent, wherever something happened to them.
type Exchanged struct {
	From []string `yaml:"from" doc:"the senders of the documents, such as [a, b] (default: all)"`

	Sent         form.Range[int] `yaml:"sent" doc:"documents"`
	Once         form.Range[int] `yaml:"once" doc:"documents that were processed exactly once"`
	Twice        form.Range[int] `yaml:"twice" doc:"documents that were processed more than once"`
	Lost         form.Range[int] `yaml:"lost" doc:"documents that the sender gave up and nobody processed"`
	Elsewhere    form.Range[int] `yaml:"elsewhere" doc:"copies accepted as new by another member than the one that had the document"`
	Again        form.Range[int] `yaml:"again" doc:"copies accepted as new by a machine that had forgotten the document"`
	Recognised   form.Range[int] `yaml:"recognised" doc:"copies that were recognised as duplicates"`
	Refused      form.Range[int] `yaml:"refused" doc:"arrivals that found a store full"`
	Unsent       form.Range[int] `yaml:"unsent" doc:"documents for which the sender's store had no room; they do not count as sent"`
	Resent       form.Range[int] `yaml:"retransmissions" doc:"transmissions after the first"`
	Needless     form.Range[int] `yaml:"needless" doc:"retransmissions of documents that had been processed"`
	Acknowledged form.Range[int] `yaml:"acknowledged" doc:"documents whose receipt came to their sender"`
	Failed       form.Range[int] `yaml:"failed" doc:"documents that the sender gave up"`
	Falsely      form.Range[int] `yaml:"falsely-failed" doc:"documents that the sender gave up although they were processed"`
	Open         form.Range[int] `yaml:"open" doc:"documents that wait for a receipt when the run ends"`
	Late         form.Range[int] `yaml:"late-receipts" doc:"receipts for documents that the sender is already done with"`
	Wrong        form.Range[int] `yaml:"wrong-receipts" doc:"receipts that came to a machine that had not sent the document"`
	Asked        form.Range[int] `yaml:"status-asked" doc:"status requests"`
	StatusWrong  form.Range[int] `yaml:"status-wrong" doc:"answers NotRecognized about documents that some member had processed"`
	StatusGone   form.Range[int] `yaml:"status-missing" doc:"status requests without an answer"`
	Split        form.Range[int] `yaml:"split" doc:"transactions of which no single store shows all"`
}

// exchangeCount is one of the counts.
type exchangeCount struct {
	name string
	want form.Range[int]
	got  int
}

func (x Exchanged) counts(m oracle.Exchange) []exchangeCount {
	return []exchangeCount{
		{"sent", x.Sent, m.Sent},
		{"once", x.Once, m.Once},
		{"twice", x.Twice, m.Twice},
		{"lost", x.Lost, m.Lost},
		{"elsewhere", x.Elsewhere, m.Elsewhere},
		{"again", x.Again, m.Again},
		{"recognised", x.Recognised, m.Recognised},
		{"refused", x.Refused, m.Refused},
		{"unsent", x.Unsent, m.Unsent},
		{"retransmissions", x.Resent, m.Retransmissions},
		{"needless", x.Needless, m.Needless},
		{"acknowledged", x.Acknowledged, m.Acknowledged},
		{"failed", x.Failed, m.Failed},
		{"falsely failed", x.Falsely, m.FalselyFailed},
		{"open", x.Open, m.Open},
		{"late receipts", x.Late, m.Late},
		{"wrong receipts", x.Wrong, m.Wrong},
		{"status asked", x.Asked, m.Asked},
		{"status wrong", x.StatusWrong, m.StatusWrong},
		{"status missing", x.StatusGone, m.StatusMissing},
		{"split", x.Split, m.Split},
	}
}

// Text implements Expectation.
func (x Exchanged) Text() string {
	s := "documents"
	if len(x.From) > 0 {
		s += " of " + strings.Join(x.From, " and ")
	}
	var figures []string
	for _, c := range x.counts(oracle.Exchange{}) {
		figures = append(figures, part(c.name, c.want))
	}
	return s + parts(figures...)
}

// Needs implements Expectation.
func (x Exchanged) Needs() []Need {
	return []Need{func(e Evidence) error {
		for _, name := range x.From {
			if !slices.ContainsFunc(e.Measures.Exchanges, func(m oracle.Exchange) bool { return m.From == name }) {
				return fmt.Errorf("%s sent no document", name)
			}
		}
		sum := x.sum(e)
		fate := anyGiven(x.Twice, x.Lost, x.Elsewhere, x.Again, x.Recognised, x.Needless, x.Falsely, x.Late, x.Wrong, x.Split)
		switch {
		case len(e.Measures.Exchanges) == 0:
			return errors.New("nobody sent a document")
		case fate && !x.Once.Given && !x.Open.Given && sum.Once+sum.Twice+sum.Failed == 0:
			return errors.New("no document was processed, and none was given up")
		case sum.Asked == 0 && !x.Asked.Given && anyGiven(x.StatusWrong, x.StatusGone):
			return errors.New("nobody asked for a status")
		}
		return nil
	}}
}

// sum adds the senders up.
func (x Exchanged) sum(e Evidence) (sum oracle.Exchange) {
	for _, m := range e.Measures.Exchanges {
		if len(x.From) == 0 || slices.Contains(x.From, m.From) {
			sum.Add(m)
		}
	}
	return sum
}

// Reads implements Expectation.
func (Exchanged) Reads() event.Set { return nothing }

// Check implements Expectation.
func (x Exchanged) Check(e Evidence) Result {
	passed, got := true, []string{}
	for _, c := range x.counts(x.sum(e)) {
		passed = passed && c.want.Contains(c.got)
		if c.want.Given || c.got != 0 {
			got = append(got, fmt.Sprintf("%s %d", c.name, c.got))
		}
	}
	return Result{Passed: passed, Got: strings.Join(got, ", ")}
}

// Problems implements Expectation.
func (x Exchanged) Problems(plan Plan) []topology.Problem {
	var problems []topology.Problem
	for _, name := range x.From {
		problems = append(problems, problemsOfRole(plan, "from", name, "exchanges no business documents", func(n Node) bool { return n.Exchanges })...)
	}
	if len(x.From) == 0 && !slices.ContainsFunc(topology.Names(plan.Nodes), func(name string) bool { return plan.Nodes[name].Exchanges }) {
		problems = append(problems, topology.Problem{Message: "no node exchanges business documents"})
	}
	if !slices.ContainsFunc(x.counts(oracle.Exchange{}), func(c exchangeCount) bool { return c.want.Given }) {
		problems = append(problems, topology.Problem{Message: "want a count, such as lost: 0"})
	}
	return problems
}
