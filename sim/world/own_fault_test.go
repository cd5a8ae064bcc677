package world_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Swap is a fault of a Go team: the cables of two interfaces are pulled, both
// for as long as the fault lasts: `swap a.lan b.lan`.
type Swap struct{ One, Other fault.Port }

func (f Swap) String() string { return "swap " + f.One.String() + " " + f.Other.String() }

func (Swap) Row() *fault.Row { return swapRow }

var swapRow = fault.Kind[Swap]{
	Verb: "swap", Usage: "swap NODE.INTERFACE NODE.INTERFACE",
	About: "pulls two cables", Example: "swap a.lan b.lan", Pattern: " +[^ ]+ +[^ ]+",
	Parse: func(l *fault.Line) Swap { return Swap{l.Port("."), l.Port(".")} },
	Power: fault.AnyPower, Stack: fault.AnyStack,
	Draw: func(d *fault.Draw) (f Swap, ok bool) {
		f.One, _ = d.Port()
		f.Other, ok = d.Port()
		return f, ok
	},
	Targets:     func(f Swap) fault.Targets { return fault.Targets{Interfaces: []fault.Port{f.One, f.Other}} },
	Needs:       func(Swap, topology.Node) error { return nil },
	InRealTime:  func(Swap) error { return errors.New("nobody is that quick") },
	Undoable:    func(Swap) bool { return true },
	Opposite:    func(f Swap) fault.Fault { return nil },
	Lifts:       func(Swap, fault.Fault) bool { return false },
	Replaces:    func(f Swap, old fault.Fault) bool { return old == fault.Fault(f) },
	LosesFrames: func(Swap) bool { return false },
	Silences:    func(Swap, fault.Way) fault.Silence { return fault.HellosPass },
	Stops:       func(Swap, fault.Way) bool { return false },
	Influence:   func(Swap) fault.Influence { return fault.Halts },
}.Row()

func (f Swap) apply(w *world.World) (undo func() bool, err error) {
	one, other := w.Node(f.One.Node).Port(f.One.Interface), w.Node(f.Other.Node).Port(f.Other.Interface)
	one.Pull()
	other.Pull()
	return func() bool { one.Plug(); other.Plug(); return true }, nil
}

// TestAFaultOfOnesOwn: one row and one effect are all that a further kind of
// fault takes, to be read, drawn, checked, injected, replaced and undone.
func TestAFaultOfOnesOwn(t *testing.T) {
	language, err := fault.Standard().With(swapRow)
	if err != nil {
		t.Fatal(err)
	}
	if usage := strings.Join(language.Usage(), "\n"); !strings.Contains(usage, "\nswap NODE") {
		t.Errorf("usage: got %s", usage)
	}
	w, err := world.Build(cluster(), world.Options{Seed: 1, Effects: []world.Effect{
		fault.EffectOf(func(w *world.World, f Swap) (func() bool, error) { return f.apply(w) }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	l := &lab{t, w, nil}
	for at, line := range map[time.Duration]string{40 * time.Second: "swap a.lan b.lan for 10s", 45 * time.Second: "swap a.lan b.lan for 10s"} {
		f, err := language.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.At(at, f); err != nil {
			t.Fatal(err)
		}
	}
	l.run(54 * time.Second)
	carrier := func(node string) bool { return l.Node(node).Host().NIC("lan").Carrier() }
	if carrier("a") || carrier("b") {
		t.Error("the end of the first swap undid the second")
	}
	l.run(56 * time.Second)
	if !carrier("a") || !carrier("b") {
		t.Error("the end of the second swap did not undo it")
	}
	l.wantFaults("40s + swap a.lan b.lan for 10s", "45s + swap a.lan b.lan for 10s", "55s - swap a.lan b.lan for 10s")

	wrong, err := language.Parse("swap a.lan b.wan")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.At(l.Now(), wrong); !errors.Is(err, fault.ErrTarget) {
		t.Errorf("%s: got %v, want ErrTarget", wrong, err)
	}
	if _, err := fault.Parse("swap a.lan b.lan"); !errors.Is(err, fault.ErrSyntax) {
		t.Errorf("the standard language: got %v, want that it does not know the verb", err)
	}
	r, drawn := rand.New(rand.NewPCG(1, 1)), 0
	for range 1000 {
		f, _ := language.Draw(r, w.Topology())
		if _, is := fault.Plain(f).(Swap); is {
			drawn++
			if problems := fault.Problems(w.Topology(), f); len(problems) > 0 {
				t.Errorf("%s: %v", f, problems)
			}
		}
	}
	if drawn < 10 {
		t.Errorf("got %d swaps among 1000 faults, want some 37", drawn)
	}
	plain, err := world.Build(cluster(), world.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if _, err := plain.Inject(Swap{wrong.(Swap).One, fault.Port{Node: "b", Interface: "lan"}}); err == nil {
		t.Error("a world without the effect took the fault")
	}
}
