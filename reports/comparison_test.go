package reports

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event/jsonform"
	"github.com/cablepull/cablepull/sim/oracle"
)

const ms = time.Millisecond

// worlds returns the same run in both worlds: the netns one is a little slower
// and saw a second takeover, of which the virtual one knows nothing.
func worlds() (virtual, netns *Result) {
	virtual, netns = cablePull(), cablePull()
	virtual.Passed, virtual.Expectations, virtual.Violations = true, virtual.Expectations[:1], nil
	netns.World, netns.Digest, netns.Wall = "netns", "", 2*time.Minute
	takeover := oracle.Takeover{VIP: "192.0.2.100", From: "a", To: "b", At: 48 * time.Second, Moved: true, Causes: []oracle.Cause{{Fault: "pull a.lan", At: 40 * time.Second}}, Detected: true, Detection: 8 * time.Second}
	virtual.Measures.Takeovers = []oracle.Takeover{takeover}
	takeover.At += 3 * ms
	takeover.Detection += 3 * ms
	netns.Measures.Takeovers = []oracle.Takeover{takeover, takeover}
	netns.Measures.Outages = []oracle.Outage{{Client: "c1", Duration: 7999 * ms}}
	netns.Measures.Requests[0].Sent = 3
	virtual.Measures.Groups = []oracle.Group{{VIP: "192.0.2.100", HadActive: true, Moves: 1}}
	return virtual, netns
}

// TestCompare: every figure of both is there once, with netns minus virtual;
// one that only one world has says so and has no difference to speak of.
func TestCompare(t *testing.T) {
	virtual, netns := worlds()
	c := Compare(virtual, netns, "cablepull run cable-pull --seed 7 --world both")
	if c.Passed {
		t.Error("it passed, though the netns run did not")
	}
	of := "192.0.2.100 a → b, pull a.lan"
	for _, want := range []TimeDifference{
		{"takeover-detection", "detection", of, InBoth, 8 * time.Second, 8003 * ms, 3 * ms},
		{"takeover-detection", "detection", of + " (2)", InNetns, 0, 8003 * ms, 8003 * ms},
		{"outage", "outage", "c1", InBoth, 8 * time.Second, 7999 * ms, -ms},
		{"outage-detection", "of it detection", "c1", InBoth, 8 * time.Second, 0, -8 * time.Second},
	} {
		if !slices.Contains(c.Times, want) {
			t.Errorf("want %+v in %+v", want, c.Times)
		}
	}
	for _, want := range []CountDifference{
		{"requests-sent", "requests sent", "c1", InBoth, 0, 3, 3},
		{"group-moves", "moves", "192.0.2.100", InVirtual, 1, 0, -1},
	} {
		if !slices.Contains(c.Counts, want) {
			t.Errorf("want %+v in %+v", want, c.Counts)
		}
	}
	for _, d := range c.Times {
		if strings.HasPrefix(d.Measure, "takeover gap") {
			t.Errorf("got %+v, though nobody served", d)
		}
	}
	netns.Passed = true
	if !Compare(virtual, netns, "").Passed {
		t.Error("it did not pass, though both did")
	}
}

func TestComparisonJSON(t *testing.T) {
	virtual, netns := worlds()
	c := Compare(virtual, netns, "cablepull run cable-pull --seed 7 --world both")
	var out bytes.Buffer
	if err := c.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "comparison.json", out.Bytes())
	var back Comparison
	if err := jsonform.Read(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if err := c.WriteJSON(fullDisk{}); !errors.Is(err, io.ErrShortWrite) || !strings.Contains(err.Error(), ComparisonFile) {
		t.Errorf("got %v, want the writer's error with the name", err)
	}
}
