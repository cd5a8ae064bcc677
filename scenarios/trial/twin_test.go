package trial

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

// TestTwinInVirtualTime: an incident is like itself, and unlike one with
// another takeover, which fails it unless each difference has a reason.
func TestTwinInVirtualTime(t *testing.T) {
	for _, c := range []struct {
		name, twin string
		passed     bool
	}{
		{"crash", "crash", true},
		{"crash", "graceful", false},
	} {
		s, err := incidents.Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		s.Twin = &scenarios.Twin{Scenario: c.twin, Compare: map[string]string{"c1": "c1"}}
		r := InProcess{Version: "test"}.Play(context.Background(), Trial{Source: Incident(s), Seed: 1, World: Virtual})
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		unlike := ""
		for _, e := range r.Report.Failed() {
			unlike += e.Text + ": " + e.Got + "\n"
		}
		if r.Report.Passed != c.passed || (r.Status() == Failed) == c.passed || len(r.Report.Twin.Rows) == 0 {
			t.Errorf("%s with the twin %s: passed %v with %d rows: %s", c.name, c.twin, r.Report.Passed, len(r.Report.Twin.Rows), unlike)
		}
		if !c.passed && !strings.Contains(unlike, "outage of c1 is that of c1 in graceful, or twin.why says why not: ") {
			t.Errorf("got %q, want a sentence about the outage", unlike)
		}
	}
}

// TestTwinUnknown: a twin that the library does not have is told.
func TestTwinUnknown(t *testing.T) {
	s := parse(t, "quick", quick)
	s.Twin = &scenarios.Twin{Scenario: "no-such-incident", Compare: map[string]string{"a": "a"}}
	if _, err := Twin(t.Context(), s, &scenarios.Outcome{}); !errors.Is(err, incidents.ErrUnknown) {
		t.Errorf("got %v, want %v", err, incidents.ErrUnknown)
	}
}
