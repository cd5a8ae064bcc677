package page

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/sim/event"
)

// played is an incident that was played, with its record.
func played(t testing.TB, name string) (*picture.Record, *reports.Result) {
	t.Helper()
	s, err := incidents.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	rec, highlights := picture.NewRecord(s.Facts()), reports.NewHighlights(s.Facts())
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: s.Seed, Follow: func(e event.Event) {
		rec.Observe(e)
		highlights.Observe(e)
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := &reports.Result{
		Scenario: s.Name, About: s.About, Seed: o.Seed, World: "virtual", Digest: o.Digest, Passed: o.Passed(), Violations: o.Violations,
		Measures: o.Measures, Simulated: o.Simulated, Frames: o.Frames, Version: "test", Replay: "cablepull run " + s.Name,
		Nodes: s.NodeOrder(), Events: highlights.Events(),
	}
	for _, v := range o.Expectations {
		r.Expectations = append(r.Expectations, reports.Expectation{Text: v.Text, Passed: v.Passed, Got: v.Got})
	}
	return rec, r
}

// asks is what lets a page make a request.
var asks = regexp.MustCompile(`(?i)(src|href|action|data|poster)\s*=\s*["']?\s*(https?:)?//|url\(|@import|fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon`)

// TestAsksNobody: a page is one file, and no request leaves it.
func TestAsksNobody(t *testing.T) {
	rec, r := played(t, "cable-pull")
	var out bytes.Buffer
	if err := Write(&out, rec, r, []string{reports.CaptureFile}); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PAGE_DIR"); dir != "" {
		os.WriteFile(dir+"/"+r.Scenario+".html", out.Bytes(), 0o644)
	}
	for _, found := range asks.FindAll(out.Bytes(), -1) {
		t.Errorf("%s", found)
	}
	if n := out.Len(); n > 1<<20 {
		t.Errorf("got %d bytes, want at most 1 MiB", n)
	}
}
