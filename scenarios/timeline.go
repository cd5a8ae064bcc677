package scenarios

import (
	"cmp"
	"errors"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

const wantStep = "an instant and a fault, such as 40s: pull a.lan"

// decodeTimeline reads the steps: `- 40s: pull a.lan` or `- 40s: [pull a.lan,
// freeze b]`.
func decodeTimeline(d *form.Decoder, n form.Node, into any, path []string) {
	list, isList := d.Items(n)
	if !isList {
		d.FailNode(n, path, "got %s, want a list with items such as 40s: pull a.lan", form.Describe(n))
		return
	}
	// A step that cannot be read keeps its position, because paths rely on it.
	steps := make([]Step, len(list))
	for i, item := range list {
		steps[i] = decodeStep(d, item, topology.At(path, strconv.Itoa(i)))
	}
	*into.(*[]Step) = steps
}

func decodeStep(d *form.Decoder, n form.Node, path []string) Step {
	if n = d.Enter(n, path); n == nil {
		return Step{}
	}
	entries, isMap := d.Entries(n, path)
	if !isMap || len(entries) != 1 {
		got := form.Describe(n)
		if isMap {
			got = strconv.Itoa(len(entries)) + " keys"
		}
		d.FailNode(n, path, "got %s, want %s", got, wantStep)
		return Step{}
	}
	e := entries[0]
	d.SetPlace(path, e.At)
	at, err := time.ParseDuration(e.Name)
	if err != nil || at < 0 {
		d.Fail(e.At, path, "got instant %q, want %s", e.Name, wantStep)
	}
	return Step{At: at, Faults: decodeFaults(d, e.Value, path), Line: e.At.Line}
}

// decodeFaults reads one line or a list of lines.
func decodeFaults(d *form.Decoder, n form.Node, path []string) []fault.Fault {
	if n = d.Enter(n, path); n == nil {
		return nil
	}
	lines := []form.Node{n}
	if list, isList := d.Items(n); isList {
		lines = list
	}
	if len(lines) == 0 {
		d.FailNode(n, path, "got an empty list, want at least one fault")
	}
	var faults []fault.Fault
	for i, line := range lines {
		if line = d.Enter(line, path); line == nil {
			return faults
		}
		text, isScalar := form.ScalarText(line)
		if !isScalar {
			d.FailNode(line, path, "got %s, want a fault such as pull a.lan", form.Describe(line))
			continue
		}
		f, err := fault.Parse(text)
		if err != nil {
			d.Fail(faultPlace(d, line, err), path, "%v", err)
			continue
		}
		d.SetPlace(topology.At(path, strconv.Itoa(i)), d.PlaceOf(line))
		faults = append(faults, f)
	}
	return faults
}

// faultPlace is the place of an error in a fault's line: inside the line if the
// error has a column.
func faultPlace(d *form.Decoder, n form.Node, err error) form.Place {
	var syntax *fault.SyntaxError
	if errors.As(err, &syntax) {
		return d.PlaceInText(n, syntax.Column)
	}
	return d.PlaceOf(n)
}

// findFaults remembers where the faults are in the file, for problems that only
// a run can find.
func (s *Scenario) findFaults(d *form.Decoder) {
	s.faultPlaces = nil
	for i, step := range s.Timeline {
		places := make([]form.Problem, len(step.Faults))
		for k := range step.Faults {
			places[k] = d.ProblemAt([]string{"timeline", strconv.Itoa(i), strconv.Itoa(k)}, "")
		}
		s.faultPlaces = append(s.faultPlaces, places)
	}
}

// findExpectations remembers where the expectations are in the file, without
// those that do not apply.
func (s *Scenario) findExpectations(d *form.Decoder) {
	s.expectPlaces = nil
	for i, x := range s.Expect {
		if x != nil {
			s.expectPlaces = append(s.expectPlaces, d.PlaceOfPath([]string{"expect", strconv.Itoa(i)}))
		}
	}
}

// located turns the error of a run whose timeline is wrong into *Invalid, with
// the place of the fault. It returns other errors unchanged.
func (s *Scenario) located(err error) error {
	var failed *world.FaultError
	if !errors.As(err, &failed) || fault.Mistake(err) == nil {
		return err
	}
	p := form.Problem{Path: "timeline"}
	for i, step := range s.Timeline {
		for k, f := range step.Faults {
			// In real time a node says when it was asked, which is a bit later.
			// A timeline that was changed in Go has fewer places than faults.
			if step.At <= failed.At && f.String() == failed.Fault.String() && i < len(s.faultPlaces) && k < len(s.faultPlaces[i]) {
				p = s.faultPlaces[i][k]
			}
		}
	}
	p.Message = failed.Error()
	return &Invalid{File: cmp.Or(s.file, s.Name), Problems: []form.Problem{p}, Err: err}
}
