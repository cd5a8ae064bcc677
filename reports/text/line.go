package text

import (
	"fmt"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
)

// Line is what happened to one node at one instant, or a fault, in words.
type Line struct {
	At    time.Duration
	Node  string     // empty: none
	Text  string     // not escaped
	Fault lane.State // Applied or Healed, and Text is the fault; else Blank
}

// Lines returns the whole list of a run, as WriteRun draws it.
func Lines(r *reports.Result) []Line {
	l := newList(newPage(Options{Unicode: true}), r, newTimeline(r, View{}))
	lines := make([]Line, len(l.entries))
	for i, e := range l.entries {
		lines[i] = Line{At: e.at, Node: e.node, Text: e.fault, Fault: e.state}
		if e.fault == "" {
			lines[i].Text = e.text()
		}
	}
	return lines
}

// text is the entry without ink.
func (e *entry) text() string {
	var b strings.Builder
	for _, s := range e.spans {
		b.WriteString(s.text)
	}
	if e.count > 1 {
		fmt.Fprintf(&b, " ×%d until %s", e.count, instant(e.until))
	}
	return b.String()
}
