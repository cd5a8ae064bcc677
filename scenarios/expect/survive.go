package expect

import (
	"cmp"
	"fmt"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Survive expects what becomes of the connections to self-balanced virtual IPs
// that a fault finds, by who terminates them and by their age.
type Survive struct {
	Terminated string                 `yaml:"terminated" doc:"who terminates them: failed (nodes that the fault names) or others (default: either)" jsonschema:"enum=failed,enum=others"`
	Age        string                 `yaml:"age" doc:"their age at the fault in segments of the client: under-3, under-50, older, or idle (nothing asked or answered for 10 s); default: any" jsonschema:"enum=under-3,enum=under-50,enum=older,enum=idle"`
	Kept       form.Range[form.Share] `yaml:"kept" doc:"kept / (kept + lost), such as 100%"`
	Lost       form.Range[int]        `yaml:"lost" doc:"how many are lost, in whatever way"`
	Reset      form.Range[int]        `yaml:"reset" doc:"how many of the lost ones are reset"`
	TimedOut   form.Range[int]        `yaml:"timed-out" doc:"how many of the lost ones get no answer"`
	Misrouted  form.Range[int]        `yaml:"misrouted" doc:"how many of the lost ones come to another member, or get mixed up"`
	After      Cause                  `yaml:"after" doc:"the fault, such as crash a (default: the first one)"`
}

// Text implements Expectation.
func (x Survive) Text() string {
	return x.whose() + x.After.afterOrFirst() + parts(
		part("kept", x.Kept), part("lost", x.Lost), part("reset", x.Reset), part("timed out", x.TimedOut), part("misrouted", x.Misrouted),
	)
}

func (x Survive) whose() string {
	s := "balanced connections"
	if x.Age != "" {
		s += " " + x.Age
	}
	if x.Terminated != "" {
		s += " of " + map[string]string{oracle.TerminatedByFailed: "who failed", oracle.TerminatedByOthers: "others"}[x.Terminated]
	}
	return s
}

// Needs implements Expectation.
func (x Survive) Needs() []Need {
	return []Need{func(e Evidence) error {
		c, err := connectionsAfter(e, x.After)
		if err != nil {
			return err
		}
		if s := x.sum(e, c); s.Kept+s.Lost()+s.Otherwise == 0 {
			return fmt.Errorf("nothing was due on the %d %s that %s found", s.Established, x.whose(), c.Fault)
		}
		return nil
	}}
}

// Reads implements Expectation.
func (Survive) Reads() event.Set { return nothing }

// sum adds up the classes that the expectation is about.
func (x Survive) sum(e Evidence, c oracle.Connections) (sum oracle.Survival) {
	for _, s := range e.Measures.Survival {
		if s.Fault != c.Fault || s.At != c.At || cmp.Or(x.Terminated, s.Terminated) != s.Terminated || cmp.Or(x.Age, s.Age) != s.Age {
			continue
		}
		sum.Established += s.Established
		sum.Kept += s.Kept
		sum.Reset += s.Reset
		sum.TimedOut += s.TimedOut
		sum.Misrouted += s.Misrouted
		sum.Otherwise += s.Otherwise
		sum.Unused += s.Unused
	}
	return sum
}

// Check implements Expectation.
func (x Survive) Check(e Evidence) Result {
	c, err := connectionsAfter(e, x.After)
	if err != nil {
		return Result{Got: err.Error()}
	}
	s, some := x.sum(e, c), e.passing()
	got := fmt.Sprintf("%d of %d kept, %d lost (reset %d, timed out %d, misrouted %d)", s.Kept, s.Established, s.Lost(), s.Reset, s.TimedOut, s.Misrouted)
	if s.Otherwise > 0 {
		got += fmt.Sprintf(", %d lost otherwise", s.Otherwise)
	}
	kept := true
	if used := s.Kept + s.Lost(); x.Kept.Given {
		kept = used > 0 && aboutShare(x.Kept, some, used).Contains(form.Share(float64(s.Kept)/float64(used)))
	}
	return Result{
		Passed: kept && about(x.Lost, some).Contains(s.Lost()) && about(x.Reset, some).Contains(s.Reset) &&
			about(x.TimedOut, some).Contains(s.TimedOut) && about(x.Misrouted, some).Contains(s.Misrouted),
		Got: got,
	}
}

// Problems implements Expectation.
func (x Survive) Problems(plan Plan) []topology.Problem {
	problems := append(x.After.problems(plan), problemsOfBalancing(plan)...)
	if !x.Kept.Given && !x.Lost.Given && !x.Reset.Given && !x.TimedOut.Given && !x.Misrouted.Given {
		problems = append(problems, topology.Problem{Message: "want kept, lost, reset, timed-out or misrouted, such as lost: 0"})
	}
	return problems
}
