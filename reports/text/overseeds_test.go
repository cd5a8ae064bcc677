package text

import (
	"bytes"
	"testing"

	"github.com/cablepull/cablepull/reports"
)

func TestWriteOverSeeds(t *testing.T) {
	over := []reports.OverSeeds{
		{Scenario: "x", Runs: 20, Conditions: []reports.Condition{
			{Figure: "outage.p99", Want: "..10s", Got: "8s", Outcome: reports.Undecided, Why: "needs 9 more runs"},
			{Figure: "outage.max", Want: "..10s", Got: "8s", Outcome: reports.Holds},
		}},
		{Scenario: "y", Runs: 1, Conditions: []reports.Condition{
			{Figure: "outage.p99", Want: "..10s", Outcome: reports.NotJudged, Why: "it takes several seeds: --seeds 1..300"},
			{Figure: "outage.max", Want: "..10s", Outcome: reports.NotJudged, Why: "it takes several seeds: --seeds 1..300"},
		}},
	}
	for quiet, want := range map[bool]string{
		false: `
FAIL x over 20 seeds: outage.p99: undecided: got 8s, want ..10s; needs 9 more runs
ok   x over 20 seeds: outage.max: holds: got 8s, want ..10s
over-seeds: not judged, it takes several seeds: --seeds 1..300
`,
		true: `FAIL x over 20 seeds: outage.p99: undecided: got 8s, want ..10s; needs 9 more runs
over-seeds: not judged, it takes several seeds: --seeds 1..300
`,
	} {
		var out bytes.Buffer
		if err := WriteOverSeeds(&out, over, Options{Width: 100, Quiet: quiet}); err != nil || out.String() != want {
			t.Errorf("quiet %v: %v, got\n%s\nwant\n%s", quiet, err, out.String(), want)
		}
	}
}
