package track

import (
	"slices"
	"time"
)

// Machine is the objects of one member. It is a value: Step returns a new one,
// and an old copy never changes.
type Machine struct {
	objects []Object
	seen    []seen // of each
}

// seen is what the results of one object have shown so far. The zero value is
// an object that nobody has looked at: it counts as working.
type seen struct {
	failed bool
	good   bool          // the last result
	alike  int           // consecutive results like the last one
	since  time.Duration // instant of the first of them
}

// New returns a machine all of whose objects work.
func New(objects []Object) Machine {
	return Machine{slices.Clone(objects), make([]seen, len(objects))}
}

// Result is one look at an object.
type Result struct {
	Object int // its place in the list of New
	Good   bool
}

// Action is what the shell must do after a step, in order: Changed comes before
// Yield.
type Action interface{ isAction() }

// Changed reports that an object failed, or works again. The verdict is that of
// the machine.
type Changed struct {
	Object int
	Up     bool
	Since  time.Duration // instant of the first of the results that say so
}

// Yield makes an active member give up its role.
type Yield struct{}

func (Changed) isAction() {}
func (Yield) isAction()   {}

// Step takes a result at an instant. Instants must not decrease from step to
// step.
func (m Machine) Step(now time.Duration, r Result) (Machine, []Action) {
	o, s := m.objects[r.Object], m.seen[r.Object]
	if s.alike == 0 || s.good != r.Good {
		s.good, s.alike, s.since = r.Good, 0, now
	}
	enough := max(1, o.Fall)
	if r.Good {
		enough = max(1, o.Rise)
	}
	s.alike = min(s.alike+1, enough)
	var actions []Action
	if s.alike == enough && s.failed == r.Good {
		s.failed = !r.Good
		actions = append(actions, Changed{r.Object, r.Good, s.since})
		if s.failed && o.Effect.Yield {
			actions = append(actions, Yield{})
		}
	}
	m.seen = slices.Clone(m.seen)
	m.seen[r.Object] = s
	return m, actions
}

// Up reports whether an object works.
func (m Machine) Up(object int) bool { return !m.seen[object].failed }

// Verdict is what the objects that fail do to the member.
func (m Machine) Verdict() (v Verdict) {
	for i, o := range m.objects {
		if m.seen[i].failed {
			v.Weight += max(0, o.Effect.Weight)
			v.Fault = v.Fault || o.Effect.Fault
		}
	}
	return v
}
