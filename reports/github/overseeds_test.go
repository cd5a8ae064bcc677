package github

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
)

func TestOverSeeds(t *testing.T) {
	over := []reports.OverSeeds{{Scenario: "x", File: "x.yaml", World: "virtual", Runs: 20, Conditions: []reports.Condition{
		{Figure: "outage.p99", Want: "..10s", Got: "8s", Outcome: reports.Undecided, Why: "needs about 279 more runs", Line: 7},
		{Figure: "outage.max", Want: "..10s", Got: "8s", Outcome: reports.Holds, Line: 8},
	}}}
	all := OfSeeds(over)
	if len(all) != 1 || all[0].Line != 7 || all[0].Level != Error || !strings.Contains(all[0].Message, "undecided") {
		t.Errorf("annotations %v", all)
	}
	var out bytes.Buffer
	if err := WriteSummary(&out, sample(), over, SummaryMax); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(out.String(), "\n")
	if want := "| failed | x over 20 seeds | outage.p99: ..10s | 8s; needs about 279 more runs |  |"; rows[4] != want {
		t.Errorf("first row %q, want %q", rows[4], want)
	}
	if last := rows[len(rows)-3]; last != "| passed | x over 20 seeds | outage.max: ..10s | 8s |  |" {
		t.Errorf("last row %q", last)
	}
}
