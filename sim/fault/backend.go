package fault

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Backend changes how a back end answers: `backend web status 500`, `backend
// web latency 2s`, `backend web hang`, `backend web ok`. The other modes are
// those of topology.BackendModes.
type Backend struct {
	Node    string
	Mode    string
	Status  int           // of mode status
	Latency time.Duration // of mode latency
}

// drawnModes are the modes that random faults use. What the others damage is
// seen by who looks at the answer, and random faults are about who answers.
var drawnModes = []string{"status", "latency", "hang", "reset", "ok"}

// The statuses that end an exchange; an interim one, such as 100, does not.
const (
	statusMin = 200
	statusMax = 599
)

// plainModes are the modes that are one word.
var plainModes = slices.DeleteFunc(topology.BackendModes(), func(mode string) bool {
	return mode == topology.BackendStatus || mode == topology.BackendLatency
})

// badModes are those of them that a fault's span can end.
var badModes = slices.DeleteFunc(slices.Clone(plainModes), func(mode string) bool { return mode == topology.BackendOK })

// hasModes reports whether the back end of a node has modes. What a program of
// a Go team has is its own business.
func hasModes(n topology.Node, modes ...string) bool {
	return n.Backend == nil || !slices.ContainsFunc(modes, func(m string) bool { return !slices.Contains(n.Backend.Modes(), m) })
}

var backendRow = Kind[Backend]{
	Verb: "backend", Usage: "backend NODE status 500 | latency TIME | " + strings.Join(plainModes, " | "),
	About:   "changes how a back end answers; `ok` is as configured",
	Example: "backend web status 500",
	Pattern: aName + either(literal(topology.BackendOK), either(literal(topology.BackendStatus)+aCount, literal(topology.BackendLatency)+aSpan, oneWord(badModes...))+forSpan),
	Parse: func(l *Line) Backend {
		f := Backend{Node: l.Name("node"), Mode: l.OneOf("mode", topology.BackendModes()...)}
		switch f.Mode {
		case "status":
			f.Status = l.Count("status", statusMin, statusMax)
		case "latency":
			f.Latency = l.Span("latency", 0)
		}
		return f
	},
	Power: MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Backend, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return n.Takes("backend") && hasModes(n, drawnModes...) })
		f.Mode = d.Word(drawnModes...)
		switch f.Mode {
		case "status":
			f.Status = statusMin + d.IntN(statusMax-statusMin+1)
		case "latency":
			f.Latency = d.Span(10*time.Millisecond, 10*time.Second)
		}
		return f, ok
	},
	Targets: func(f Backend) Targets { return nodes(f.Node) },
	Needs: func(f Backend, n topology.Node) error {
		switch {
		case !n.Takes("backend"):
			return lacks("node %s is not a backend", f.Node)
		case !hasModes(n, f.Mode):
			return lacks("node %s answers %s, want %s", f.Node, n.Backend.Protocol, strings.Join(n.Backend.Modes(), ", "))
		}
		return nil
	},
	InRealTime:  anyTime[Backend],
	Undoable:    func(f Backend) bool { return f.Mode != "ok" },
	Opposite:    func(f Backend) Fault { return Backend{Node: f.Node, Mode: "ok"} },
	Lifts:       func(f Backend, old Fault) bool { return f.Mode == "ok" && f.sameBackend(old) },
	Replaces:    Backend.sameBackend,
	LosesFrames: never[Backend],
	Silences:    silencesNobody[Backend],
	Stops:       stopsNothing[Backend],
	Influence:   noInfluence[Backend],
}.Row()

// Row implements Fault.
func (Backend) Row() *Row { return backendRow }

// String implements Fault.
func (f Backend) String() string {
	s := "backend " + f.Node + " " + f.Mode
	switch f.Mode {
	case "status":
		s += " " + strconv.Itoa(f.Status)
	case "latency":
		s += " " + formatSpan(f.Latency)
	}
	return s
}

func (f Backend) sameBackend(old Fault) bool {
	o, ok := old.(Backend)
	return ok && o.Node == f.Node
}
