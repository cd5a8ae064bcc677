package trial

import (
	"errors"
	"testing"

	"github.com/cablepull/cablepull/reports"
)

// TestStatus: how a process ends after one trial, and which of several decides.
func TestStatus(t *testing.T) {
	without := func(b Blame) Result { return Trial{}.without("", b, errors.New(string(b))) }
	passed, failed := Result{Report: reports.Result{Passed: true}}, Result{}
	skipped := Result{Report: reports.Result{Skipped: "no room"}}
	for _, c := range []struct {
		name    string
		results []Result
		want    Status
	}{
		{"nothing", nil, Passed},
		{"passed", []Result{passed}, Passed},
		{"skipped", []Result{skipped}, Passed},
		{"failed", []Result{passed, skipped, failed}, Failed},
		{"scenario", []Result{failed, without(BlameScenario), failed}, Unable},
		{"machine", []Result{without(BlameMachine), failed}, Unable},
		{"signal", []Result{failed, without(BlameSignal), without(BlameMachine)}, Interrupted},
		{"signal, later", []Result{failed, without(BlameMachine), without(BlameSignal)}, Unable},
		{"bench", []Result{without(BlameMachine), without(BlameSignal), without(BlameBench), failed}, Defect},
	} {
		got := Decisive(c.results)
		if got.Status() != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got.Status(), c.want)
		}
		if verdict := c.want == Passed || c.want == Failed; (got.Err == nil) != verdict || (got.Report.Error == "") != verdict {
			t.Errorf("%s: got the error %v and %q, want one exactly where there is no verdict", c.name, got.Err, got.Report.Error)
		}
		if got.Report.Defect != (c.want == Defect) {
			t.Errorf("%s: a defect %v, want %v", c.name, got.Report.Defect, c.want == Defect)
		}
	}
}
