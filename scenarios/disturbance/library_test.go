package disturbance

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// TestLibrary: every model can be read and says what it imitates.
func TestLibrary(t *testing.T) {
	if len(Names()) < 4 {
		t.Fatalf("got the models %v, want at least four", Names())
	}
	for _, name := range Names() {
		m, err := Find(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.Name != name || m.About == "" {
			t.Errorf("got the name %q and about %q, want %q and a text", m.Name, m.About, name)
		}
		if err := m.Fits(topology.Topology{}); err != nil {
			t.Errorf("%s fits not every topology: %v", name, err)
		}
	}
	if _, err := Find("busy-hypervisr"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `did you mean "busy-hypervisor"`) {
		t.Errorf("a wrong name: got %v, want ErrUnknown and the right one", err)
	}
}

// TestTraces: the trace of HSRP has as many spans as its file says, none of
// them so long that a hello would be missed.
func TestTraces(t *testing.T) {
	trace := traces()["hsrp-cap"]
	if len(trace) != 713 {
		t.Errorf("got %d spans, want the 713 of the file", len(trace))
	}
	for _, span := range trace {
		if span < 0 || span > 100*time.Millisecond {
			t.Errorf("got %v, want 0s to 100ms", span)
		}
	}
}

// TestProblems: all that is wrong is reported where it stands.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"pauses:\n  - lasts: 5ms\n    evry: 30s\n", `x.yaml:3:5: pauses.0.evry: unknown key, want nodes, what, every or lasts (did you mean "every"?)`},
		{"pauses:\n  - {every: 30s, lasts: {}}\n", "x.yaml:2:5: pauses.0: lasts is missing"},
		{"pauses:\n  - every: 30s\n", "x.yaml:2:5: pauses.0: lasts is missing"},
		{"pauses:\n  - {every: 0s, lasts: 5ms}\n", "x.yaml:2:13: pauses.0.every: got only 0s, want more"},
		{"pauses:\n  - {every: 30s, lasts: {uniform: 5ms..1ms}}\n", `got "5ms..1ms", want a range such as 0ms..2ms`},
		{"pauses:\n  - {every: 30s, lasts: {constant: 5ms, exponential: 2ms}}\n", "got constant and exponential, want one of them"},
		{"pauses:\n  - {every: 30s, lasts: {lognormal: {median: 2s, p99: 1s}}}\n", "got a p99 of 1s, want at least the median of 2s"},
		{"pauses:\n  - {every: 30s, lasts: {pareto: {min: 1s, p99: 1s}}}\n", "got a p99 of 1s, want more than the minimum of 1s"},
		{"hellos:\n  - {late: {trace: hsrp-cab}}\n", `x.yaml:2:20: hellos.0.late.trace: got the trace "hsrp-cab", want hsrp-cap (did you mean "hsrp-cap"?)`},
		{"hellos:\n  - {late: {values: [1ms, -2ms]}}\n", "got -2ms in the list, want no negative duration"},
		{"hellos:\n  - {late: {values: []}}\n", "got an empty list"},
		{"loss:\n  - {segment: lan}\n", "loss.0: share is missing"},
		{"loss:\n  - {share: 120%}\n", "loss.0.share"},
		{"pauses:\n  - {what: machin, every: 30s, lasts: {max: 5s}}\n", `pauses.0.what: got "machin", want machine or process`},
		{"pauses:\n  - {every: 30s, lasts: {max: 5s}}\n", "pauses.0.lasts: got no distribution, want constant, uniform"},
		{"stalls:\n  - {class: servce, every: 30s, lasts: 1s}\n", `stalls.0.class: got "servce", want service or control`},
		{"", "the file is empty"},
	} {
		_, err := Parse("x.yaml", []byte(c.text))
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want ErrInvalid with %q", c.text, err, c.want)
		}
	}
}

// TestFits: names that a topology does not have are reported where they stand.
func TestFits(t *testing.T) {
	paper := topology.Topology{Segments: map[string]topology.Segment{"lan": {}}, Nodes: map[string]topology.Node{"gw-a": {}, "gw-b": {}}}
	for _, c := range []struct{ text, want string }{
		{"pauses:\n  - {nodes: [\"gw-*\", gw-b], every: 30s, lasts: 5ms}\n", ""},
		{"loss:\n  - {segment: lan, share: 1%}\n", ""},
		{"pauses:\n  - {nodes: [gw-b, gw-c], every: 30s, lasts: 5ms}\n", `x.yaml:2:20: pauses.0.nodes.1: got the node "gw-c", want gw-a or gw-b`},
		{"jitter:\n  - {segment: lam, delay: 1ms}\n", `x.yaml:2:15: jitter.0.segment: got the segment "lam", want lan (did you mean "lan"?)`},
	} {
		m, err := Parse("x.yaml", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		switch err := m.Fits(paper); {
		case c.want == "" && err != nil:
			t.Errorf("%q: got %v, want no problem", c.text, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: got %v, want %q", c.text, err, c.want)
		}
	}
}
