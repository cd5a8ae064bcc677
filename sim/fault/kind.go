package fault

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// Kind is one kind of fault: everything that is known about it except its
// effect, which is in package world. Every field must be set. Values such as
// never and needsNothing stand for "none", to tell a forgotten field from a
// deliberate one.
//
// There is one Go type F for each verb. Its Row method returns Kind.Row().
type Kind[F Fault] struct {
	Verb    string        // first word of the line
	Usage   string        // capitals stand for values, brackets for optional words
	About   string        // what it does, to follow its line in a list
	Example string        // a line
	Pattern Pattern       // of what follows the verb
	Parse   func(*Line) F // reads what follows the verb
	Power   Power         // of the node that it names
	Stack   Stack         // of the node that it names

	// Draw returns a random fault that is possible in the topology, or false if
	// there is none.
	Draw func(*Draw) (F, bool)

	// Targets lists what must exist.
	Targets func(F) Targets
	// Needs returns a sentence that says what the node lacks, such as a memory
	// limit, or nil. The node is completed: it is the one in the topology or, while
	// a world runs, the node as configured at that moment.
	Needs func(F, topology.Node) error
	// InRealTime returns why the fault is impossible in real time, or nil.
	InRealTime func(F) error

	// Undoable reports whether it may end with `for TIME`.
	Undoable func(F) bool
	// Opposite is the fault that repairs what this one breaks, or nil.
	Opposite func(F) Fault
	// Lifts reports whether it repairs what an earlier fault broke.
	Lifts func(f F, old Fault) bool
	// Replaces reports whether it sets the same state as an earlier fault.
	Replaces func(f F, old Fault) bool

	// LosesFrames reports whether it is a network rule, which heal removes.
	LosesFrames func(F) bool
	// Silences says what it does to the hellos on a way.
	Silences func(F, Way) Silence
	// Stops reports whether it stops every frame on a way.
	Stops func(F, Way) bool
	// Influence says what it does to the machines that it names, apart from losing
	// frames.
	Influence func(F) Influence
}

// Power is the state in which a fault needs its node.
type Power string

// The states that a fault needs.
const (
	AnyPower Power = "any" // powered or not, or the fault is not about one node
	MustBeUp Power = "up"  // a machine that is down cannot do it
)

// Stack is the network stack that a fault needs on its node.
type Stack string

// The stacks that a fault needs.
const (
	AnyStack Stack = "any"
	OwnStack Stack = "own" // not on nodes that run real programs on the kernel's stack
)

// Row is a Kind without its type parameter, for callers that have a fault of
// unknown kind.
type Row struct {
	verb, usage    string
	about, example string
	pattern        Pattern
	goType         reflect.Type
	parse          func(*Line) Fault
	draw           func(*Draw) (Fault, bool)
	power          Power
	stack          Stack
	inRealTime     func(Fault) error
	targets        func(Fault) Targets
	needs          func(Fault, topology.Node) error
	undoable       func(Fault) bool
	opposite       func(Fault) Fault
	lifts          func(f, old Fault) bool
	replaces       func(f, old Fault) bool
	losesFrames    func(Fault) bool
	silences       func(Fault, Way) Silence
	stops          func(Fault, Way) bool
	influence      func(Fault) Influence
	forgotten      []string // fields that were left out
}

// Row returns the kind as a row.
func (k Kind[F]) Row() *Row {
	return &Row{
		verb: k.Verb, usage: k.Usage, about: k.About, example: k.Example, pattern: k.Pattern,
		goType: reflect.TypeFor[F](), power: k.Power, stack: k.Stack,
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
		silences:    func(f Fault, w Way) Silence { return k.Silences(f.(F), w) },
		stops:       func(f Fault, w Way) bool { return k.Stops(f.(F), w) },
		influence:   func(f Fault) Influence { return k.Influence(f.(F)) },
		forgotten:   zeroFields(reflect.ValueOf(k)),
	}
}

// zeroFields lists the fields of a struct that were left out.
func zeroFields(v reflect.Value) (names []string) {
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	return names
}

// Verb returns the first word of the lines of this kind.
func (r *Row) Verb() string { return r.verb }

// Usage returns the form of the lines of this kind, without `for TIME`.
func (r *Row) Usage() string { return r.usage }

// About returns what faults of this kind do, a phrase that follows the line.
func (r *Row) About() string { return r.about }

// Example returns a line of this kind.
func (r *Row) Example() string { return r.example }

// Type returns the Go type of the faults of this kind.
func (r *Row) Type() reflect.Type { return r.goType }

// Draw returns a random fault of this kind, without a span, that is possible in
// the topology, or false if there is none.
func (r *Row) Draw(d *Draw) (Fault, bool) { return r.draw(d) }

// Stack returns the network stack that faults of this kind need.
func (r *Row) Stack() Stack { return r.stack }

// check returns an error that names the forgotten fields of the row.
func (r *Row) check() error {
	if len(r.forgotten) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s (%v): missing %s", ErrRow, r.verb, r.goType, strings.Join(r.forgotten, ", "))
}

// Constant answers, for kinds that give the same answer for every fault.

func never[F Fault](F) bool { return false }

func always[F Fault](F) bool { return true }

func noOpposite[F Fault](F) Fault { return nil }

func noEarlier[F Fault](F, Fault) bool { return false }

func silencesNobody[F Fault](F, Way) Silence { return HellosPass }

func stopsNothing[F Fault](F, Way) bool { return false }

func noInfluence[F Fault](F) Influence { return NoInfluence }

func halts[F Fault](F) Influence { return Halts }

func slows[F Fault](F) Influence { return Slows }

func moves[F Fault](F) Influence { return Moves }

func serves[F Fault](F) Influence { return Serves }

func needsNothing[F Fault](F, topology.Node) error { return nil }

func anyTime[F Fault](F) error { return nil }
