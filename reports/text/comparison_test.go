package text

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

// cablePullNetns is the same incident in real time: a little later, and an
// expectation of an exact instant does not hold.
func cablePullNetns() *reports.Result {
	r := cablePull()
	r.World, r.Digest, r.Passed, r.Wall, r.Frames = "netns", "", false, r.Simulated, 12350
	r.Noise, r.Noisy = 480*ms, true
	r.Replay = "cablepull run cable-pull --seed 7 --world netns"
	r.Expectations[1] = reports.Expectation{Text: "outage of c1 between 7s and 11s", Got: "11.004s"}
	r.Measures.Takeovers[1].Detection += 12 * ms
	r.Measures.Takeovers[1].Gap = 0
	r.Measures.Takeovers[1].Served = false
	r.Measures.Outages[0].Duration += 3003 * ms
	r.Measures.Outages[0].Retry += 3003 * ms
	r.Measures.Requests[0].Sent = 117
	r.Measures.Requests[0].OK = 77
	r.Violations = []oracle.Violation{{Invariant: "one-active", At: 69903 * ms, Detail: "a and b are Active in one partition"}}
	return r
}

// TestComparison: both verdicts, what was measured with the difference, what
// did not hold and where.
func TestComparison(t *testing.T) {
	c := reports.Compare(cablePull(), cablePullNetns(), "cablepull run cable-pull --seed 7 --world both")
	for name, o := range map[string]Options{"comparison.txt": {Width: 100, Unicode: true}, "comparison-ascii.txt": {Width: 80}} {
		var out bytes.Buffer
		if err := WriteComparison(&out, c, o); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.String())
	}
	if err := WriteComparison(fullDisk{}, c, Options{}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

// TestComparisonVerdicts: which world passed is said in words.
func TestComparisonVerdicts(t *testing.T) {
	for _, c := range []struct {
		virtual, netns bool
		want           string
	}{
		{true, true, "PASS  in both worlds\n"}, {true, false, "FAIL  in the netns world only\n"},
		{false, true, "FAIL  in the virtual world only\n"}, {false, false, "FAIL  in both worlds\n"},
	} {
		virtual, netns := cablePull(), cablePull()
		virtual.Passed, netns.Passed, netns.World = c.virtual, c.netns, "netns"
		var out bytes.Buffer
		if err := WriteComparison(&out, reports.Compare(virtual, netns, ""), Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("virtual %v, netns %v: got %q, want %q in it", c.virtual, c.netns, out.String(), c.want)
		}
	}
}
