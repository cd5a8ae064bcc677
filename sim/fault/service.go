package fault

import (
	"slices"

	"github.com/cablepull/cablepull/sim/topology"
)

// StopService stops one of the services in topology.Node.ServiceNames: `stop
// service web on b`.
type StopService struct{ Name, Node string }

var stopServiceRow = Kind[StopService]{
	Verb: "stop", Usage: "stop service NAME on NODE",
	About:   "stops a service of a gateway, or a program of a real host",
	Example: "stop service web on b",
	Pattern: literal("service") + aName + literal("on") + aName + forSpan,
	Parse:   func(l *Line) StopService { return StopService(parseService(l)) },
	Power:   MustBeUp, Stack: AnyStack,
	Draw: func(d *Draw) (f StopService, ok bool) {
		s, ok := drawService(d)
		return StopService(s), ok
	},
	Targets:     func(f StopService) Targets { return nodes(f.Node) },
	Needs:       func(f StopService, n topology.Node) error { return service(f).exists(n) },
	InRealTime:  anyTime[StopService],
	Undoable:    always[StopService],
	Opposite:    func(f StopService) Fault { return StartService(f) },
	Lifts:       noEarlier[StopService],
	Replaces:    func(f StopService, old Fault) bool { return service(f).switched(old) },
	LosesFrames: never[StopService],
	Silences:    silencesNobody[StopService],
	Stops:       stopsNothing[StopService],
	Influence:   serves[StopService],
}.Row()

// Row implements Fault.
func (StopService) Row() *Row { return stopServiceRow }

// String implements Fault.
func (f StopService) String() string { return "stop service " + f.Name + " on " + f.Node }

// StartService starts a service that was stopped: `start service web on b`.
type StartService struct{ Name, Node string }

var startServiceRow = Kind[StartService]{
	Verb: "start", Usage: "start service NAME on NODE",
	About:   "starts a stopped service again",
	Example: "start service web on b",
	Pattern: literal("service") + aName + literal("on") + aName,
	Parse:   func(l *Line) StartService { return StartService(parseService(l)) },
	Power:   MustBeUp, Stack: AnyStack,
	Draw: func(d *Draw) (f StartService, ok bool) {
		s, ok := drawService(d)
		return StartService(s), ok
	},
	Targets:     func(f StartService) Targets { return nodes(f.Node) },
	Needs:       func(f StartService, n topology.Node) error { return service(f).exists(n) },
	InRealTime:  anyTime[StartService],
	Undoable:    never[StartService],
	Opposite:    noOpposite[StartService],
	Lifts:       func(f StartService, old Fault) bool { return service(f).switched(old) },
	Replaces:    func(f StartService, old Fault) bool { return service(f).switched(old) },
	LosesFrames: never[StartService],
	Silences:    silencesNobody[StartService],
	Stops:       stopsNothing[StartService],
	Influence:   serves[StartService],
}.Row()

// Row implements Fault.
func (StartService) Row() *Row { return startServiceRow }

// String implements Fault.
func (f StartService) String() string { return "start service " + f.Name + " on " + f.Node }

// service is what StopService and StartService have in common.
type service struct{ Name, Node string }

func parseService(l *Line) (s service) {
	l.Expect("service")
	s.Name = l.Name("service")
	l.Expect("on")
	s.Node = l.Name("node")
	return s
}

func drawService(d *Draw) (s service, ok bool) {
	s.Node, ok = d.Node(func(n topology.Node) bool { return len(n.ServiceNames()) > 0 })
	s.Name, _ = d.Name(d.Topology.Nodes[s.Node].ServiceNames())
	return s, ok
}

// exists returns an error if the node does not have the service.
func (s service) exists(n topology.Node) error {
	switch names := n.ServiceNames(); {
	case len(names) == 0:
		return lacks("node %s has no services", s.Node)
	case !slices.Contains(names, s.Name):
		return lacks("node %s has no service %q, want %s", s.Node, s.Name, topology.AnyOf(s.Name, names))
	}
	return nil
}

// switched reports whether an earlier fault stopped or started the service.
func (s service) switched(old Fault) bool {
	switch o := old.(type) {
	case StopService:
		return service(o) == s
	case StartService:
		return service(o) == s
	}
	return false
}
