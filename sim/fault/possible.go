package fault

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/cablepull/cablepull/sim/topology"
)

// Is a fault possible? Problems answers from the topology, and Now from the
// state of the running world. Everything that takes faults asks these two.

// Errors of impossible faults, for errors.Is.
var (
	// ErrTarget is a fault that names a node, segment, interface or service that
	// does not exist, or that lacks what the fault changes.
	ErrTarget = errors.New("no such target")
	// ErrDown is a fault that needs a running machine.
	ErrDown = errors.New("the machine is not up")
	// ErrRefused is a value that the product refuses beside its other settings.
	ErrRefused = errors.New("refused")
	// ErrRealStack is a fault for our own stack on a node that has the kernel's.
	ErrRealStack = errors.New("a node with real programs uses the kernel's stack, clock and configuration, which no fault changes")
)

// targetError is an ErrTarget with a message of its own.
type targetError string

func (e targetError) Error() string { return string(e) }

// Is makes errors.Is(err, ErrTarget) true.
func (e targetError) Is(target error) bool { return target == ErrTarget }

// lacks returns a targetError.
func lacks(format string, args ...any) error { return targetError(fmt.Sprintf(format, args...)) }

// Problems returns every reason why a fault is never possible in a topology,
// which must be completed.
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

// missingTargets returns an error for each target that does not exist.
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

// NoNode returns the error for a node that does not exist; it lists those that
// do.
func NoNode(t topology.Topology, name string) error {
	return lacks("there is no node %s, want %s", strconv.Quote(name), topology.AnyOf(name, topology.Names(t.Nodes)))
}

// allows returns why the fault is not possible on its node.
func allows(f Fault, n topology.Node) error {
	row := f.Row()
	if row.stack == OwnStack && n.Exec != nil {
		return ErrRealStack
	}
	return row.needs(Plain(f), n)
}

// InRealTime returns why a fault is impossible in real time in any topology.
func InRealTime(f Fault) error { return f.Row().inRealTime(Plain(f)) }

// mistakes are the errors of a timeline whose fault is not possible when its
// instant comes.
var mistakes = []error{ErrTarget, ErrDown, ErrRefused, ErrRealStack, topology.ErrProperty}

// Mistake returns the one of these errors that an error is, or nil: then it is
// not the timeline that is wrong.
func Mistake(err error) error {
	for _, mistake := range mistakes {
		if errors.Is(err, mistake) {
			return mistake
		}
	}
	return nil
}

// MistakeOf returns the mistake with a text: one that crossed a process
// boundary. It is nil if there is none.
func MistakeOf(text string) error {
	for _, mistake := range mistakes {
		if mistake.Error() == text {
			return mistake
		}
	}
	return nil
}

// Present is the state of a machine when a fault is about to be applied to it.
type Present struct {
	Up   bool          // it runs
	Node topology.Node // as configured now
}

// Now returns why a fault that Problems allows is not possible on its machine
// in the present state.
func Now(f Fault, p Present) error {
	if f.Row().power == MustBeUp && !p.Up {
		return fmt.Errorf("%s: %w", Node(f), ErrDown)
	}
	return allows(f, p.Node)
}
