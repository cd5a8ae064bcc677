package fault

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// Kind is one kind of fault: the row with all that is known of it, but for its
// effect, which package world has. No field may be left out; for "none" there
// are never, nothing and their like, so that a field that was forgotten is told
// from one that was thought about.
//
// There is one Go type F for each verb. Its Row method returns Kind.Row().
type Kind[F Fault] struct {
	Verb  string        // first word of the line
	Usage string        // words in capitals stand for values, brackets for what may be absent
	Parse func(*Line) F // reads what follows the verb
	Power Power         // of the node that it is about
	Stack Stack         // of the node that it is about

	// Draw makes a random one that can be done to the topology; false if there is
	// none.
	Draw func(*Draw) (F, bool)

	// Targets lists what must exist.
	Targets func(F) Targets
	// Needs says what the node that it is about lacks, in a sentence, such as a
	// memory limit; nil if nothing. The node is completed, and may be the one of the
	// configuration or, while a world runs, what it is configured to be by now.
	Needs func(F, topology.Node) error
	// InRealTime says why it cannot be done in real time; nil if it can.
	InRealTime func(F) error

	// Undoable reports whether it may end with `for TIME`.
	Undoable func(F) bool
	// Opposite is the fault that mends what this one breaks; nil if there is none.
	Opposite func(F) Fault
	// Lifts reports whether it mends what an earlier fault has broken.
	Lifts func(f F, old Fault) bool
	// Replaces reports whether it sets the very state that an earlier fault has set.
	Replaces func(f F, old Fault) bool

	// LosesFrames reports whether it is a rule of the network, which heal mends.
	LosesFrames func(F) bool
	// Silences reports whether it keeps hellos from going a way.
	Silences func(F, Way) bool
	// Stops reports whether it keeps everything from going a way.
	Stops func(F, Way) bool
}

// Power says in which state a fault needs its node.
type Power string

// The states that a fault needs.
const (
	AnyPower Power = "any" // powered or not, or the fault is not about one node
	MustBeUp Power = "up"  // a machine that is down takes no such order
)

// Stack says on which nodes a fault makes sense.
type Stack string

// The stacks that a fault needs.
const (
	AnyStack Stack = "any"
	OwnStack Stack = "own" // not on nodes that run real programs on the kernel's stack
)

// Row is a Kind of whichever type, for those who have a fault at hand and do
// not know of which kind it is.
type Row struct {
	verb, usage string
	goType      reflect.Type
	parse       func(*Line) Fault
	draw        func(*Draw) (Fault, bool)
	power       Power
	stack       Stack
	inRealTime  func(Fault) error
	targets     func(Fault) Targets
	needs       func(Fault, topology.Node) error
	undoable    func(Fault) bool
	opposite    func(Fault) Fault
	lifts       func(f, old Fault) bool
	replaces    func(f, old Fault) bool
	losesFrames func(Fault) bool
	silences    func(Fault, Way) bool
	stops       func(Fault, Way) bool
	forgotten   []string // fields that were left out
}

// Row returns the kind as a row.
func (k Kind[F]) Row() *Row {
	row := &Row{
		verb: k.Verb, usage: k.Usage, goType: reflect.TypeFor[F](), power: k.Power, stack: k.Stack,
		parse:       func(l *Line) Fault { return k.Parse(l) },
		draw:        func(d *Draw) (Fault, bool) { return k.Draw(d) },
		inRealTime:  func(f Fault) error { return k.InRealTime(f.(F)) },
		targets:     func(f Fault) Targets { return k.Targets(f.(F)) },
		needs:       func(f Fault, n topology.Node) error { return k.Needs(f.(F), n) },
		undoable:    func(f Fault) bool { return k.Undoable(f.(F)) },
		opposite:    func(f Fault) Fault { return k.Opposite(f.(F)) },
		lifts:       func(f, old Fault) bool { return k.Lifts(f.(F), old) },
		replaces:    func(f, old Fault) bool { return k.Replaces(f.(F), old) },
		losesFrames: func(f Fault) bool { return k.LosesFrames(f.(F)) },
		silences:    func(f Fault, w Way) bool { return k.Silences(f.(F), w) },
		stops:       func(f Fault, w Way) bool { return k.Stops(f.(F), w) },
	}
	v := reflect.ValueOf(k)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			row.forgotten = append(row.forgotten, v.Type().Field(i).Name)
		}
	}
	return row
}

// Verb returns the first word of the lines of this kind.
func (r *Row) Verb() string { return r.verb }

// Type returns the Go type of the faults of this kind.
func (r *Row) Type() reflect.Type { return r.goType }

// Stack returns on which nodes faults of this kind make sense.
func (r *Row) Stack() Stack { return r.stack }

// check says which fields of the row were forgotten.
func (r *Row) check() error {
	if len(r.forgotten) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s (%v): it lacks %s", ErrRow, r.verb, r.goType, strings.Join(r.forgotten, ", "))
}

// The answers of kinds for which a question has but one.

func never[F Fault](F) bool { return false }

func always[F Fault](F) bool { return true }

func noOpposite[F Fault](F) Fault { return nil }

func noEarlier[F Fault](F, Fault) bool { return false }

func silencesNobody[F Fault](F, Way) bool { return false }

func stopsNothing[F Fault](F, Way) bool { return false }

func needsNothing[F Fault](F, topology.Node) error { return nil }

func anyTime[F Fault](F) error { return nil }
