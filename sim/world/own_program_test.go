package world

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// counter is a program that is not built in: each second it logs how far it has
// counted. That it counts is a service, its step a property, and faults of
// back ends make it say something else.
type counter struct {
	Step int `yaml:"step"`
}

func (c counter) Complete(topology.Place) topology.Program { c.Step = max(c.Step, 1); return c }

func (counter) Problems(topology.Place) []topology.Problem { return nil }
func (counter) Addresses() []netip.Addr                    { return nil }
func (counter) Faults() []string                           { return []string{"backend"} }
func (counter) ServiceNames() []string                     { return []string{"counting"} }

func (c counter) Properties() []topology.Property {
	return []topology.Property{topology.Switch("service.counting"), {
		Name: "counter.step", Want: "a number", Value: strconv.Itoa(c.Step), Unset: "1",
		Takes: func(v string) bool { _, err := strconv.Atoi(v); return err == nil },
	}}
}

// counting is a counter at work.
type counting struct {
	step, count int
	on          bool
	word        string
}

// counterProgram is the counter's row.
var counterProgram = ProgramOf("counter", func(n *Node, cfg counter) (*Running, error) {
	c := &counting{step: cfg.Step, on: true, word: "at"}
	n.Host().Go("counter", func(p *sim.Proc) {
		for {
			p.Sleep(time.Second)
			if c.on {
				c.count += c.step
				n.Host().Log(event.ProgramSaid{Program: "counter", Line: fmt.Sprint(c.word, " ", c.count)})
			}
		}
	})
	return &Running{
		Switch: func(_ string, on bool) error { c.on = on; return nil },
		Set:    func(_, value string) (err error) { c.step, err = strconv.Atoi(value); return err },
		Apply: func(f fault.Fault) (func(), error) {
			c.word = f.(fault.Backend).Mode
			return func() { c.word = "at" }, nil
		},
	}, nil
})

// TestOwnProgram: a program that a Go team brings along is started, stopped,
// set and broken as those that are built in.
func TestOwnProgram(t *testing.T) {
	top := alone(topology.Node{Others: map[string]topology.Program{"counter": counter{Step: 10}}, Unsaved: []string{"counter.step"}})
	if _, err := Build(top, Options{}); err == nil || !strings.Contains(err.Error(), "node n: unknown program counter, want it in Options.Programs") {
		t.Errorf("without its row: got %v, want an error that names it", err)
	}
	w, err := Build(top, Options{Programs: []Program{counterProgram}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, step := range []struct {
		at   time.Duration
		line string
	}{
		{1500, "stop service counting on n for 2s"}, {4500, "set n counter.step 5 for 1s"}, {6500, "backend n hang for 1s"},
		{8500, "reboot n down 1s"}, {11700, "set n counter.step 7"}, {12700, "save n"}, {13700, "reboot n down 1s"},
		{16900, "set n service.counting off"},
	} {
		f, err := fault.Parse(step.line)
		if err == nil {
			err = w.At(step.at*time.Millisecond, f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Run(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	var said []string
	for e, b := range event.Of[event.ProgramSaid](w.Events()) {
		said = append(said, fmt.Sprint(e.At, " ", b.Line))
	}
	want := []string{
		"1s at 10", "4s at 20", "5s at 25", "6s at 35", "7s hang 45", "8s at 55", // with the saved step, which was lost, it begins anew
		"10.5s at 1", "11.5s at 2", "12.5s at 9", "13.5s at 16", "15.7s at 7", "16.7s at 14",
	}
	if !slices.Equal(said, want) {
		t.Errorf("got %v, want %v", said, want)
	}
}
