package oracle

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// TestFiles: each machine has its own line, in the order of names, and only
// copies count: not what the machine itself writes or deletes.
func TestFiles(t *testing.T) {
	f := newFiles(nil)
	for _, e := range []event.Event{
		{Node: "b", What: event.FileCopied{File: "x", From: "a"}}, {Node: "b", What: event.FileCopied{File: "y", From: "a"}},
		{Node: "b", What: event.FileLost{File: "y", How: "overwritten"}},
		{Node: "a", What: event.FileLost{File: "z", How: "deleted"}}, {Node: "a", What: event.FileDeleted{File: "z", By: "b"}},
		{Node: "c", What: event.FileDeployed{File: "x"}}, {Node: "c", What: event.FileDeleted{File: "x", By: "c"}},
	} {
		f.Observe(e)
	}
	f.Finish(time.Second)
	var m Measures
	f.record(&m)
	if want := []Files{{Node: "a", Deleted: 1}, {Node: "b", Copied: 2, Overwritten: 1}}; !slices.Equal(m.Files, want) {
		t.Errorf("got %+v, want %+v", m.Files, want)
	}
}
