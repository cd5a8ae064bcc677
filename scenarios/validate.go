package scenarios

import (
	"reflect"
	"strconv"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// durationRule bounds the length of a run.
var durationRule = func() topology.Rule {
	field, _ := reflect.TypeFor[Scenario]().FieldByName("Duration")
	return topology.RuleOf(field)
}()

// problems checks the values of the scenario together. If a step of the
// timeline could not be read, nobody knows which machines are down.
func (s *Scenario) problems(timelineRead bool) []topology.Problem {
	j := judge{Scenario: s, whole: s.Topology.WithDefaults()}
	j.list = s.Topology.Validate()
	j.standby()
	if err := topology.CheckName(s.Name); err != nil {
		j.fail([]string{"name"}, err.Error())
	}
	if s.Duration == 0 {
		j.fail([]string{"duration"}, "it is missing, want the length of the run, such as 90s")
	} else if message := durationRule.Check(reflect.ValueOf(s.Duration)); message != "" {
		j.fail([]string{"duration"}, message+", such as 90s")
	}
	if s.Tolerance < 0 || s.Tolerance > RealTime {
		j.fail([]string{"tolerance"}, "got "+s.Tolerance.String()+", want more than 0s and at most "+RealTime.String())
	}
	for i, step := range s.Timeline {
		j.step([]string{"timeline", strconv.Itoa(i)}, step)
	}
	if timelineRead {
		j.downtimes()
	}
	j.twin()
	j.overSeeds()
	plan := s.planOf(j.whole)
	for i, e := range s.Expect {
		if e == nil {
			continue // it could not be read, which has been reported
		}
		at := []string{"expect", strconv.Itoa(i), s.kinds.NameOf(e)}
		for _, p := range append(topology.CheckFields(e), e.Problems(plan)...) {
			p.Path = topology.At(at, p.Path...)
			j.list = append(j.list, p)
		}
	}
	return j.list
}

// judge collects problems. whole is the topology with defaults.
type judge struct {
	*Scenario
	whole topology.Topology
	list  []topology.Problem
}

func (j *judge) fail(path []string, message string) {
	j.list = append(j.list, topology.Problem{Path: path, Message: message})
}

func (j *judge) step(path []string, step Step) {
	if j.Duration > 0 && step.At >= j.Duration {
		j.fail(path, "got instant "+step.At.String()+", want one before the end at "+j.Duration.String())
	}
	for k, f := range step.Faults {
		j.fault(topology.At(path, strconv.Itoa(k)), f)
	}
}

// downtimes checks that machines are not certainly down when faults need them.
func (j *judge) downtimes() {
	var timeline []fault.Timed
	var paths [][]string
	for i, step := range j.Timeline {
		for k, f := range step.Faults {
			timeline = append(timeline, fault.Timed{At: step.At, Fault: f})
			paths = append(paths, []string{"timeline", strconv.Itoa(i), strconv.Itoa(k)})
		}
	}
	for i, err := range fault.DownAt(j.whole, timeline) {
		if err != nil {
			j.fail(paths[i], err.Error())
		}
	}
}

// fault checks that a fault is possible in the topology.
func (j *judge) fault(path []string, f fault.Fault) {
	for _, err := range world.Problems(j.whole, f) {
		j.fail(path, err.Error())
	}
}
