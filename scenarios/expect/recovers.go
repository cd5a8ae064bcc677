package expect

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Recovers expects that a cluster settles after faults: a time after the last
// one was applied or ended, members that hear each other have one owner, and
// if no fault is in force any more, whoever asks is answered. See
// [oracle.Settling].
type Recovers struct {
	Within time.Duration `yaml:"within,short" doc:"how long it may take, from the last change that a fault made, such as 45s" jsonschema:"required,minimum=1ns"`
}

// Text implements Expectation.
func (x Recovers) Text() string {
	return "the cluster recovers within " + form.Text(x.Within) + " of the last fault and its end"
}

// Needs implements Expectation.
func (Recovers) Needs() []Need {
	return []Need{func(e Evidence) error {
		if len(e.Facts.Members) > 0 || len(e.Clients) > 0 {
			return nil
		}
		for range e.Events.Of(oracle.ProgressReads) {
			return nil
		}
		return errNobody
	}}
}

// errNobody is the error for a run in which nothing can recover.
var errNobody = errors.New("nobody asked for anything, and there was no group")

// Reads implements Expectation.
func (Recovers) Reads() event.Set { return oracle.SettlingReads }

// Check implements Expectation.
func (x Recovers) Check(e Evidence) Result {
	settling := oracle.NewSettling(e.Facts, x.Within+e.Tolerance)
	for ev := range e.Events.Of(oracle.SettlingReads) {
		settling.Observe(ev)
	}
	settling.Finish(e.Duration)
	troubles := settling.Troubles()
	if len(troubles) == 0 {
		if settling.Last()+x.Within >= e.Duration {
			return Result{Got: fmt.Sprintf("the run ends at %s, less than that after the last change, at %s", form.Text(e.Duration), form.Text(settling.Last()))}
		}
		return Result{Passed: true, Got: "it does"}
	}
	got := ""
	for i, t := range troubles {
		if i > 0 {
			got += "; "
		}
		got += fmt.Sprintf("%s at %s", t.Detail, form.Text(t.At))
	}
	return Result{Got: got}
}

// Problems implements Expectation.
func (x Recovers) Problems(plan Plan) []topology.Problem {
	if x.Within < plan.Duration || plan.Duration == 0 {
		return nil
	}
	return []topology.Problem{{Path: []string{"within"}, Message: fmt.Sprintf("got %s, want less than the run lasts, %s", x.Within, plan.Duration)}}
}
