package picture

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// used is the record of a run in which a has a hog, too little memory, and then
// no power; b has no limit, c does the same all the time, and d nothing.
func used(sampled bool) *Record {
	const mebibyte = 1 << 20
	rec := NewRecord(oracle.Facts{Duration: 20 * time.Second})
	events := map[int][]event.Event{
		4: at(3.5, "a", event.LoadChanged{Class: "service", Share: 0.6}),
		7: at(6.25, "a", event.MemoryChanged{Used: 63 * mebibyte, Limit: 64 * mebibyte, Refusing: true}),
		8: append(at(7.5, "a", event.MemoryChanged{Used: 30 * mebibyte, Limit: 64 * mebibyte}),
			at(8, "gw", event.GatewayLoad{Memory: 3 * mebibyte})...),
		10: append(at(9, "gw", event.GatewayLoad{Memory: 5 * mebibyte}), at(10, "a", event.PowerChanged{State: event.PowerCrashed})...),
		15: at(15, "a", event.PowerChanged{State: event.PowerUp}),
	}
	for second := 1; second <= 20; second++ {
		for _, e := range events[second] {
			rec.Observe(e)
		}
		now := time.Duration(second) * time.Second
		if !sampled {
			continue
		}
		if second < 10 || second > 15 {
			rec.Sample(now, "a", Usage{Control: float64(second%2) / 10, Service: float64(second) / 20, Memory: int64(second * 4 * mebibyte), Limit: 64 * mebibyte})
		}
		rec.Sample(now, "b", Usage{Control: float64(second) / 40, Memory: int64(second) * mebibyte / 4})
		rec.Sample(now, "c", Usage{Service: 0.25, Memory: mebibyte})
		rec.Sample(now, "d", Usage{Limit: mebibyte})
	}
	return rec
}

// TestUsage: what machines use, with limits and hogs; machines of which nothing
// changes have no row.
func TestUsage(t *testing.T) {
	r := moved()
	r.Nodes = []string{"a", "b", "c", "d", "gw"}
	rec, s := used(true), newScene(r)
	cpu, memory := processorFigure(rec, s)[0], memoryFigure(rec, s)[0]
	if p := memory.Plot; p == nil || len(p.Series) != 3 || len(p.X) > stripPoints {
		t.Errorf("got %+v, want a plot of three machines", p)
	}
	golden(t, "cpu.svg", []byte(cpu.Drawing))
	golden(t, "memory.svg", []byte(memory.Drawing))
	checkLabels(t, cpu.Name, string(cpu.Drawing))
	checkLabels(t, memory.Name, string(memory.Drawing))
	want := [][]string{
		{"a", "service", "100 %", "19.000s", "60 %"}, {"a", "control", "10 %", "0.000s", "0 %"}, {"b", "control", "50 %", "19.000s", "0 %"},
	}
	if diff := cmp.Diff(want, cpu.Table.Rows); diff != "" {
		t.Errorf("CPU (-want +got):\n%s", diff)
	}
	want = [][]string{
		{"a", "80 MiB", "20.000s", "64 MiB", "6.250s", "1.250s"}, {"b", "5 MiB", "20.000s", "none", "-", "-"}, {"gw", "5 MiB", "9.000s", "none", "-", "-"},
	}
	if diff := cmp.Diff(want, memory.Table.Rows); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
}

// TestUsageInRealTime: without samples there is what events say, and the text
// says so.
func TestUsageInRealTime(t *testing.T) {
	rec, s := used(false), newScene(moved())
	cpu, memory := processorFigure(rec, s)[0], memoryFigure(rec, s)[0]
	for _, f := range []Figure{cpu, memory} {
		if !strings.Contains(f.About, "sampled in virtual time only") {
			t.Errorf("%s: %s", f.Name, f.About)
		}
	}
	if diff := cmp.Diff([][]string{{"a", "service", "60 %", "3.500s", "60 %"}}, cpu.Table.Rows); diff != "" {
		t.Errorf("CPU (-want +got):\n%s", diff)
	}
	if n := len(memory.Table.Rows); n != 2 {
		t.Errorf("got %d machines with memory, want a and gw", n)
	}
}

// TestMachineDiesOfItsMemory: the memory that a machine dies of is in its line
// and in the table.
func TestMachineDiesOfItsMemory(t *testing.T) {
	const mebibyte = 1 << 20
	rec := NewRecord(oracle.Facts{Duration: 20 * time.Second})
	rec.Sample(time.Second, "a", Usage{Memory: mebibyte, Limit: 8 * mebibyte})
	for _, e := range at(1.5, "a", event.MemoryChanged{Used: 7 * mebibyte, Limit: 8 * mebibyte, Refusing: true}, event.PowerChanged{State: event.PowerCrashed}) {
		rec.Observe(e)
	}
	f := memoryFigure(rec, newScene(moved()))[0]
	if diff := cmp.Diff([][]string{{"a", "7 MiB", "1.500s", "8 MiB", "1.500s", "0s"}}, f.Table.Rows); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if v, ok := rec.usages.machines["a"].memory.at(2 * time.Second); !ok || !math.IsNaN(v) {
		t.Errorf("without power: got %v MiB, %v, want no number", v, ok)
	}
}

// TestUsageIsBounded: half a day of forty busy machines fits into a page, with
// the largest value, and a machine that ends has no line to the end.
func TestUsageIsBounded(t *testing.T) {
	const seconds, machines, peakAt = 50_000, 40, 20_000
	rec := NewRecord(oracle.Facts{Duration: seconds * time.Second})
	for second := 1; second <= seconds; second++ {
		now := time.Duration(second) * time.Second
		for m := range machines {
			node := fmt.Sprintf("m%02d", m)
			u := Usage{Service: float64(second%20_000)/40_000 + float64(second%50)*float64(m)/50/100, Memory: int64(second % 20_000 * (m%50 + 1)), Limit: 1 << 20}
			if second == peakAt && m == 39 {
				u.Service = 1
			}
			switch {
			case m == 39 && second == seconds/2:
				rec.Observe(event.Event{At: now, Node: node, What: event.PowerChanged{State: event.PowerCrashed}})
			case m < 39 || second < seconds/2:
				rec.Sample(now, node, u)
			}
			rec.Observe(event.Event{At: now, Node: node, What: event.MemoryChanged{Used: u.Memory, Limit: u.Limit, Refusing: second%2 == 0}})
		}
	}
	if r := &rec.usages.machines["m00"].refused; r.lasted(seconds*time.Second) != (seconds/2-1)*time.Second {
		t.Errorf("memory was refused for %v, want every other second, but the last one", r.lasted(seconds*time.Second))
	}
	last := rec.usages.machines["m39"]
	if v, ok := last.busy[service].at(seconds * time.Second); !ok || !math.IsNaN(v) {
		t.Errorf("a machine without power: got %v, %v, want no number", v, ok)
	}
	if v, at := last.busy[service].peak(); v != 100 || at > peakAt*time.Second || at < (peakAt-1000)*time.Second {
		t.Errorf("the peak: got %v at %v", v, at)
	}
	for name, m := range rec.usages.machines {
		if n := max(len(m.busy[service].points), len(m.busy[control].points), len(m.memory.points)); n > peaksMax || len(m.refused.times) > refusedMax {
			t.Errorf("%s: %d points and %d times of refused memory", name, n, len(m.refused.times))
		}
	}
	r := moved()
	r.Simulated = seconds * time.Second
	s := newScene(r)
	for _, f := range append(processorFigure(rec, s), memoryFigure(rec, s)...) {
		if rows := strings.Count(string(f.Drawing), `class="lane"`); rows != stripsDrawn || !strings.Contains(f.About, "28 machines that change less") ||
			!strings.Contains(f.About, "largest value") || len(f.Drawing) > 200_000 || f.Plot != nil {
			t.Errorf("%s: %d rows, %d bytes, to be zoomed: %v, %q", f.Name, rows, len(f.Drawing), f.Plot != nil, f.About)
		}
	}
}
