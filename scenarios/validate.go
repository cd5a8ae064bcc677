package scenarios

import (
	"slices"
	"strconv"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// problems returns all that is wrong with the meaning of the scenario.
func (s *Scenario) problems() []topology.Problem {
	j := judge{Scenario: s, whole: s.Topology.WithDefaults()}
	j.list = s.Topology.Validate()
	j.standby()
	if err := topology.CheckName(s.Name); err != nil {
		j.fail([]string{"name"}, err.Error())
	}
	if s.Duration <= 0 {
		j.fail([]string{"duration"}, "it is missing, want how long the world runs, such as 90s")
	}
	if s.Tolerance < 0 || s.Tolerance > RealTime {
		j.fail([]string{"tolerance"}, "got "+s.Tolerance.String()+", want more than 0s and at most "+RealTime.String())
	}
	for i, step := range s.Timeline {
		j.step([]string{"timeline", strconv.Itoa(i)}, step)
	}
	plan := s.Plan()
	for i, e := range s.Expect {
		if e == nil {
			continue // it could not be read, which is told
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
	if j.Duration > 0 && step.At > j.Duration {
		j.fail(path, "got instant "+step.At.String()+", want one before the end at "+j.Duration.String())
	}
	for k, f := range step.Faults {
		j.fault(topology.At(path, strconv.Itoa(k)), f)
	}
}

// fault checks that what a fault is aimed at exists.
func (j *judge) fault(path []string, f fault.Fault) {
	if err := fault.Check(f); err != nil {
		j.fail(path, err.Error())
		return
	}
	targets, failed := f.Targets(), len(j.list)
	for _, name := range targets.Nodes {
		j.node(path, name)
	}
	for _, name := range targets.Segments {
		if _, exists := j.Segments[name]; !exists {
			j.fail(path, "there is no segment "+strconv.Quote(name)+", want "+topology.AnyOf(name, topology.Names(j.Segments)))
		}
	}
	for _, port := range targets.Interfaces {
		if !j.node(path, port.Node) {
			continue
		}
		nics := j.Nodes[port.Node].NICs
		if _, exists := nics[port.Interface]; !exists {
			j.fail(path, "node "+port.Node+" has no interface "+strconv.Quote(port.Interface)+", want "+topology.AnyOf(port.Interface, topology.Names(nics)))
		}
	}
	if len(j.list) == failed {
		j.meaning(path, f)
	}
}

func (j *judge) node(path []string, name string) bool {
	_, exists := j.Nodes[name]
	if !exists {
		j.fail(path, "there is no node "+strconv.Quote(name)+", want "+topology.AnyOf(name, topology.Names(j.Nodes)))
	}
	return exists
}

// meaning checks that an existing target is of the kind that the fault needs.
func (j *judge) meaning(path []string, f fault.Fault) {
	switch f := f.(type) {
	case fault.For:
		j.meaning(path, f.Fault)
	case fault.Set:
		if err := j.whole.Nodes[f.Node].CheckSet(f.Property, f.Value); err != nil {
			j.fail(path, err.Error())
			return
		}
		j.set(path, f)
	case fault.Yield:
		j.yield(path, f)
	case fault.Fill:
		if j.Nodes[f.Node].Memory.Limit == 0 {
			j.fail(path, "node "+f.Node+" has no memory limit to fill: give it one, such as memory: {limit: 64MiB}")
		}
	case fault.Backend:
		if j.Nodes[f.Node].Backend == nil {
			j.fail(path, "node "+f.Node+" is no backend")
		}
	case fault.Service:
		services := j.whole.Nodes[f.Node].ServiceNames()
		if !slices.Contains(services, f.Name) {
			j.fail(path, "node "+f.Node+" has no service "+strconv.Quote(f.Name)+", want "+topology.AnyOf(f.Name, services))
		}
	}
}

func (j *judge) yield(path []string, f fault.Yield) {
	standby := j.Nodes[f.Port.Node].Standby
	_, exists := standby[f.Port.Interface]
	if len(standby) == 0 || f.Port.Interface != "" && !exists {
		j.fail(path, f.Port.String()+" has no standby control that could yield")
	}
}
