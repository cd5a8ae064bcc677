package tidy

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// wind is a throw-away fault: `wind NODE` sets the node's metronome to double
// speed, for as long as the fault lasts.
type wind struct{ Node string }

func (f wind) String() string    { return "wind " + f.Node }
func (wind) Row() *fault.Row     { return windRow }
func (wind) span() time.Duration { return time.Second / 2 }

var windRow = fault.Kind[wind]{
	Verb: "wind", Usage: "wind NODE", About: "blows", Example: "wind a", Pattern: " +[a-z]+",
	Parse: func(l *fault.Line) wind { return wind{l.Name("node")} },
	Power: fault.MustBeUp, Stack: fault.AnyStack,
	Draw: func(d *fault.Draw) (f wind, ok bool) {
		f.Node, ok = d.Node(func(topology.Node) bool { return true })
		return f, ok
	},
	Targets:     func(f wind) fault.Targets { return fault.Targets{Nodes: []string{f.Node}} },
	Needs:       func(wind, topology.Node) error { return nil },
	InRealTime:  func(wind) error { return nil },
	Undoable:    func(wind) bool { return true },
	Opposite:    func(wind) fault.Fault { return nil },
	Lifts:       func(wind, fault.Fault) bool { return false },
	Replaces:    func(wind, fault.Fault) bool { return false },
	LosesFrames: func(wind) bool { return false },
	Silences:    func(wind, fault.Way) fault.Silence { return fault.HellosPass },
	Stops:       func(wind, fault.Way) bool { return false },
	Influence:   func(wind) fault.Influence { return fault.NoInfluence },
}.Row()

// metronome is a throw-away program: it logs a beat at each interval.
type metronome struct{ Interval time.Duration }

func (m metronome) Complete(topology.Place) topology.Program {
	m.Interval = max(m.Interval, time.Second)
	return m
}
func (metronome) Problems(topology.Place) []topology.Problem { return nil }
func (metronome) Addresses() []netip.Addr                    { return nil }
func (metronome) ServiceNames() []string                     { return nil }
func (metronome) Properties() []topology.Property            { return nil }
func (metronome) Faults() []string                           { return []string{"wind"} }

var metronomeProgram = world.ProgramOf("metronome", func(n *world.Node, cfg metronome) (*world.Running, error) {
	interval := cfg.Interval
	n.Host().Go("metronome", func(p *sim.Proc) {
		for {
			p.Sleep(interval)
			n.Host().Log(event.ProgramSaid{Program: "metronome", Line: "beat"})
		}
	})
	return &world.Running{Apply: func(f fault.Fault) (func(), error) {
		interval = f.(wind).span()
		return func() { interval = cfg.Interval }, nil
	}}, nil
})

// beats is a throw-away measure: how often metronomes beat.
type beats struct{ count int }

var beatColumn = &oracle.Column{ID: "beats", Name: "beats", Heading: "beats", Unit: oracle.Count, Varies: oracle.WithTime}

func (b *beats) Observe(e event.Event) {
	if said, is := e.What.(event.ProgramSaid); is && said.Program == "metronome" {
		b.count++
	}
}
func (*beats) Finish(time.Duration) {}

func (b *beats) Table() oracle.Table {
	r := oracle.Row{Of: "all", Names: []string{"all"}}
	r.Add(beatColumn, float64(b.count))
	return oracle.Table{Title: "Beats", Names: []string{"metronome"}, Columns: []*oracle.Column{beatColumn}, Rows: []oracle.Row{r}}
}

// TestOneRowPerNoun adds a fault, a node program and a measure from this file
// alone: a row each is enough for all three to work together in a run. If one
// of them needs a second place again, this test is where it shows.
func TestOneRowPerNoun(t *testing.T) {
	language, err := fault.Standard().With(windRow)
	if err != nil {
		t.Fatal(err)
	}
	cluster := topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{"a": {
			NICs:   map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24")}},
			Others: map[string]topology.Program{"metronome": metronome{}},
		}},
	}
	w, err := world.Build(cluster, world.Options{Seed: 1, Programs: []world.Program{metronomeProgram}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	f, err := language.Parse("wind a for 2s")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.At(10500*time.Millisecond, f); err != nil {
		t.Fatal(err)
	}
	if err := w.Run(19500 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	// Beats at 1s to 11s, then each half second to 12.5s and once more at 13s,
	// since that one was wound up already; then each second.
	m := oracle.Measure(w.Events(), world.FactsOf(w.Topology(), w.Now()), &beats{})
	want := []oracle.Figure{{Column: beatColumn, Of: "all", Value: 11 + 3 + 1 + 6}}
	got := slices.DeleteFunc(m.Figures(), func(f oracle.Figure) bool { return f.Column != beatColumn })
	if !slices.Equal(got, want) {
		t.Errorf("got figures %+v, want %+v", got, want)
	}
	var faults []string
	for _, e := range w.Events() {
		switch b := e.What.(type) {
		case event.FaultApplied:
			faults = append(faults, e.At.String()+" "+b.Fault)
		case event.FaultHealed:
			faults = append(faults, e.At.String()+" healed "+b.Fault)
		}
	}
	if want := []string{"10.5s wind a for 2s", "12.5s healed wind a for 2s"}; !slices.Equal(faults, want) {
		t.Errorf("got faults %q, want %q", faults, want)
	}
}
