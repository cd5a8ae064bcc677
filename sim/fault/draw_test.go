package fault

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"github.com/cablepull/cablepull/sim/topology"
)

// everything is a topology in which each kind of fault makes sense.
func everything() topology.Topology {
	nics := func(address string) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}
	}
	member := map[string]topology.Standby{"lan": {VIP: netip.MustParseAddr("192.0.2.100")}}
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"a":   {NICs: nics("192.0.2.11/24"), Gateway: &topology.Gateway{}, Standby: member, Memory: topology.Memory{Limit: 1 << 26}},
			"b":   {NICs: nics("192.0.2.12/24"), Gateway: &topology.Gateway{}, Standby: member},
			"web": {NICs: nics("192.0.2.50/24"), Backend: &topology.Backend{}, Files: &topology.Files{}},
			"k":   {NICs: nics("192.0.2.21/24"), Exec: &topology.Exec{Run: []string{"nginx"}}},
		},
	}.WithDefaults()
}

// TestDrawnFaultsArePossible: each row draws faults that can be done, and all
// of what it draws has a line.
func TestDrawnFaultsArePossible(t *testing.T) {
	d := &Draw{Rand: rand.New(rand.NewPCG(1, 2)), Topology: everything()}
	for _, row := range Standard().Rows() {
		drawn := map[string]bool{}
		for range 300 {
			f, possible := row.draw(d)
			if !possible {
				if row != setRow { // some properties have no value to draw
					t.Fatalf("%s: nothing to draw", row.verb)
				}
				continue
			}
			drawn[f.String()] = true
			checkDrawn(t, f, d.Topology)
			if f.Row() != row {
				t.Errorf("%s: drew %s", row.verb, f)
			}
		}
		if len(drawn) == 0 {
			t.Errorf("%s: drew nothing", row.verb)
		}
	}
}

func checkDrawn(t *testing.T, f Fault, top topology.Topology) {
	t.Helper()
	again, err := Parse(f.String())
	if err != nil || !reflect.DeepEqual(again, f) {
		t.Errorf("%s: parsed again: got %#v, %v, want %#v", f, again, err, f)
	}
	for _, p := range Problems(top, f) {
		t.Errorf("%s: %v", f, p)
	}
}

// TestDrawing: every verb is drawn sooner or later, with a span and without;
// the same numbers draw the same faults; where a kind makes no sense it is not
// drawn.
func TestDrawing(t *testing.T) {
	verbs, spanned := map[string]bool{}, 0
	one, same := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		f, ok := Standard().Draw(one, everything())
		g, _ := Standard().Draw(same, everything())
		if !ok || f.String() != g.String() {
			t.Fatalf("got %v and %v, %v", f, g, ok)
		}
		checkDrawn(t, f, everything())
		verbs[f.Row().verb] = true
		if _, is := f.(For); is {
			spanned++
		}
	}
	if len(verbs) != len(rows) || spanned < 500 || spanned > 1500 {
		t.Errorf("got %d verbs of %d, and %d spans of 2000", len(verbs), len(rows), spanned)
	}
	bare := topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes:    map[string]topology.Node{"n": {NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.1/24")}}}},
	}.WithDefaults()
	drawn := map[string]bool{}
	for range 1000 {
		f, ok := Standard().Draw(one, bare)
		if !ok {
			t.Fatal("there is always something to do to a node")
		}
		checkDrawn(t, f, bare)
		drawn[f.Row().verb] = true
	}
	for _, never := range []string{"partition", "fill", "yield", "quiesce", "unquiesce", "stop", "start", "backend"} {
		if drawn[never] {
			t.Errorf("a topology of one bare node: %s was drawn", never)
		}
	}
	if !drawn["pull"] || !drawn["set"] || !drawn["crash"] {
		t.Errorf("got %v, want pull, set and crash among them", drawn)
	}
	if f, ok := (Language{[]*Row{backendRow, yieldRow}}).Draw(one, bare); ok {
		t.Errorf("got %s, want nothing", f)
	}
}
