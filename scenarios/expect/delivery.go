package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Delivery expects what becomes of the messages of a queue or a topic.
type Delivery struct {
	Queue       string          `yaml:"queue" doc:"the queue"`
	Topic       string          `yaml:"topic" doc:"the topic, in place of a queue"`
	Published   form.Range[int] `yaml:"published" doc:"messages that publishers have done with, confirmed or not"`
	Failed      form.Range[int] `yaml:"failed" doc:"attempts of publishers that failed"`
	Processed   form.Range[int] `yaml:"processed" doc:"different messages that consumers have done"`
	Redelivered form.Range[int] `yaml:"redelivered" doc:"messages done that the broker had delivered before"`
	Doubled     form.Range[int] `yaml:"doubled" doc:"messages done again"`
	Disordered  form.Range[int] `yaml:"out-of-order" doc:"messages done after a later one of their publisher"`
	Lost        form.Range[int] `yaml:"lost" doc:"confirmed messages that nobody has done, no broker has and none has dropped"`
	Dropped     form.Range[int] `yaml:"dropped" doc:"messages that brokers have dropped"`
	Waiting     form.Range[int] `yaml:"waiting" doc:"messages in brokers when the run ends"`
	Stale       form.Range[int] `yaml:"stale" doc:"decisions of throttling that grew too old before the next one came, or were too old when they came"`
}

// address is the queue or the topic as events name it.
func (x Delivery) address() string {
	if x.Topic != "" {
		return "topic " + x.Topic
	}
	return "queue " + x.Queue
}

// figures are the ranges with their words and what was measured.
func (x Delivery) figures(d oracle.Delivery) []deliveryFigure {
	return []deliveryFigure{
		{"published", x.Published, d.Published},
		{"failed", x.Failed, d.Failed},
		{"processed", x.Processed, d.Processed},
		{"redelivered", x.Redelivered, d.Redelivered},
		{"doubled", x.Doubled, d.Doubled},
		{"out of order", x.Disordered, d.Disordered},
		{"lost", x.Lost, d.Lost},
		{"dropped", x.Dropped, d.Dropped},
		{"waiting", x.Waiting, d.Waiting},
		{"stale", x.Stale, d.Stale},
	}
}

type deliveryFigure struct {
	name string
	want form.Range[int]
	got  int
}

// Text implements Expectation.
func (x Delivery) Text() string {
	var all []string
	for _, f := range x.figures(oracle.Delivery{}) {
		all = append(all, part(f.name, f.want))
	}
	return "messages of the " + x.address() + parts(all...)
}

// Needs implements Expectation: what was never published cannot be lost, and
// what nobody has done, nobody does again.
func (x Delivery) Needs() []Need {
	return []Need{func(e Evidence) error {
		d, found := x.found(e)
		switch {
		case !found:
			return fmt.Errorf("nobody used the %s", x.address())
		case d.Published+d.Processed+d.Dropped == 0 && !x.Published.Given && anyGiven(x.Lost, x.Dropped, x.Waiting, x.Stale):
			return fmt.Errorf("nothing was published to the %s", x.address())
		case d.Processed == 0 && !x.Processed.Given && anyGiven(x.Redelivered, x.Doubled, x.Disordered):
			return fmt.Errorf("no message of the %s was processed", x.address())
		}
		return nil
	}}
}

// Reads implements Expectation.
func (Delivery) Reads() event.Set { return nothing }

func (x Delivery) found(e Evidence) (d oracle.Delivery, found bool) {
	for _, d := range e.Measures.Deliveries {
		if d.Address == x.address() {
			return d, true
		}
	}
	return d, false
}

// Check implements Expectation.
func (x Delivery) Check(e Evidence) Result {
	d, _ := x.found(e)
	r := Result{Passed: true}
	for i, f := range x.figures(d) {
		if i > 0 {
			r.Got += ", "
		}
		r.Got += fmt.Sprintf("%d %s", f.got, f.name)
		r.Passed = r.Passed && f.want.Contains(f.got)
	}
	return r
}

// Problems implements Expectation.
func (x Delivery) Problems(plan Plan) []topology.Problem {
	var problems []topology.Problem
	switch {
	case (x.Queue == "") == (x.Topic == ""):
		problems = append(problems, topology.Problem{Message: fmt.Sprintf("got queue %q and topic %q, want one of both", x.Queue, x.Topic)})
	case x.Queue != "":
		problems = problemsOfAddress("queue", x.Queue, plan.addresses(func(n Node) []string { return n.Queues }))
		if x.Stale.Given {
			problems = append(problems, topology.Problem{Path: []string{"stale"}, Message: "got a queue, want a topic: decisions of throttling come over topics"})
		}
	default:
		problems = problemsOfAddress("topic", x.Topic, plan.addresses(func(n Node) []string { return n.Topics }))
		if anyGiven(x.Processed, x.Redelivered, x.Doubled, x.Disordered, x.Lost, x.Waiting) {
			problems = append(problems, topology.Problem{Path: []string{"topic"}, Message: "want a queue for these figures: of a topic only published, failed, dropped and stale are known"})
		}
	}
	for _, f := range x.figures(oracle.Delivery{}) {
		if f.want.Given {
			return problems
		}
	}
	return append(problems, topology.Problem{Message: "want at least one figure, such as lost: 0"})
}

// problemsOfAddress checks that some program uses a queue or a topic. What a
// broker cannot deliver it puts into a queue of its own, NAME.dead.
func problemsOfAddress(key, name string, known []string) []topology.Problem {
	if slices.Contains(known, name) || key == "queue" && slices.Contains(known, strings.TrimSuffix(name, ".dead")) {
		return nil
	}
	if len(known) == 0 {
		return []topology.Problem{{Path: []string{key}, Message: fmt.Sprintf("no node uses a %s", key)}}
	}
	return []topology.Problem{{Path: []string{key}, Message: fmt.Sprintf("no node uses the %s %q, want %s", key, name, topology.AnyOf(name, known))}}
}
