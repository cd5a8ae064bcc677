package text

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports/lane"
)

// TestLines: the lines are those of the drawn list, no more and no fewer.
func TestLines(t *testing.T) {
	r := cablePull()
	drawn := strings.Join(strings.Fields(drawn(t, r, Options{Width: 160, Unicode: true})), " ")
	faults := 0
	lines := Lines(r)
	for _, line := range lines {
		if !strings.Contains(drawn, strings.Join(strings.Fields(line.Text), " ")) {
			t.Errorf("%v %s: the page lacks %q", line.At, line.Node, line.Text)
		}
		if line.Fault != lane.Blank {
			faults++
		}
	}
	if faults != 1 {
		t.Errorf("got %d faults, want the one that was applied", faults)
	}
	if l := newList(newPage(Options{}), r, newTimeline(r, View{})); len(lines) != len(l.entries) {
		t.Errorf("got %d lines, want %d", len(lines), len(l.entries))
	}
}
