package fault

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/cablepull/cablepull/sim/topology"
)

// May a fault be done? Problems answers as far as the paper goes, and Now with
// what a running world knows. Everything that takes faults asks these two.

// Errors of faults that cannot be done, to be matched with errors.Is.
var (
	// ErrTarget is a fault that names a node, segment, interface or service that
	// does not exist, or one that has nothing that the fault could change.
	ErrTarget = errors.New("no such target")
	// ErrDown is a fault that needs a running machine.
	ErrDown = errors.New("the machine is not up")
	// ErrRealStack is a fault for our own stack on a node that has the kernel's.
	ErrRealStack = errors.New("a node with real programs uses the kernel's stack, clock and configuration, which no fault changes")
)

// targetError is an ErrTarget that says more.
type targetError string

func (e targetError) Error() string { return string(e) }

// Is makes errors.Is(err, ErrTarget) true.
func (e targetError) Is(target error) bool { return target == ErrTarget }

// lacks says what a fault does not find.
func lacks(format string, args ...any) error { return targetError(fmt.Sprintf(format, args...)) }

// Problems says everything that keeps a fault from ever being done to a
// topology, which must be completed.
func Problems(t topology.Topology, f Fault) []error {
	if err := Check(f); err != nil {
		return []error{err}
	}
	if missing := missingTargets(t, TargetsOf(f)); len(missing) > 0 {
		return missing
	}
	if err := allows(f, t.Nodes[Node(f)]); err != nil {
		return []error{err}
	}
	return nil
}

// missingTargets says which targets do not exist.
func missingTargets(t topology.Topology, targets Targets) (missing []error) {
	node := func(name string) bool {
		_, exists := t.Nodes[name]
		if !exists {
			missing = append(missing, NoNode(t, name))
		}
		return exists
	}
	for _, name := range targets.Nodes {
		node(name)
	}
	for _, name := range targets.Segments {
		if _, exists := t.Segments[name]; !exists {
			missing = append(missing, lacks("there is no segment %q, want %s", name, topology.AnyOf(name, topology.Names(t.Segments))))
		}
	}
	for _, p := range targets.Interfaces {
		if !node(p.Node) {
			continue
		}
		nics := t.Nodes[p.Node].NICs
		if _, exists := nics[p.Interface]; !exists {
			missing = append(missing, lacks("node %s has no interface %q, want %s", p.Node, p.Interface, topology.AnyOf(p.Interface, topology.Names(nics))))
		}
	}
	return missing
}

// NoNode says that a node does not exist, and which do.
func NoNode(t topology.Topology, name string) error {
	return lacks("there is no node %s, want %s", strconv.Quote(name), topology.AnyOf(name, topology.Names(t.Nodes)))
}

// allows says why the node that a fault is about does not take it.
func allows(f Fault, n topology.Node) error {
	row := f.Row()
	if row.stack == OwnStack && n.Exec != nil {
		return ErrRealStack
	}
	return row.needs(Plain(f), n)
}

// InRealTime says why a fault cannot be done in real time, whatever the
// topology.
func InRealTime(f Fault) error { return f.Row().inRealTime(Plain(f)) }

// Present is what a fault finds when it is to be done to a machine.
type Present struct {
	Up   bool          // it runs
	Node topology.Node // what it is configured to be by now
}

// Now says why a fault that is possible on paper cannot be done to the machine
// that it is about, in the state in which that is.
func Now(f Fault, p Present) error {
	if f.Row().power == MustBeUp && !p.Up {
		return fmt.Errorf("%s: %w", Node(f), ErrDown)
	}
	return allows(f, p.Node)
}
