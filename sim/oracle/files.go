package oracle

import (
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Files is what copies from other machines or folders did to the files of one
// machine. A file is lost if the source of the copy did not know it: a newer
// version, or a file that was written here.
type Files struct {
	Node        string `json:"node"`
	Copied      int    `json:"copied"`
	Overwritten int    `json:"overwritten"` // lost: an older version took its place
	Deleted     int    `json:"deleted"`     // lost: nothing did
}

// files follows them.
type files struct{ of map[string]*Files }

func newFiles(*scene) recorder { return &files{of: map[string]*Files{}} }

var fileReads = event.SetOf(event.FileCopied{}, event.FileLost{})

// reads implements fold.
func (*files) reads() event.Set { return fileReads }

// Observe implements fold.
func (f *files) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FileCopied:
		f.on(e.Node).Copied++
	case event.FileLost:
		if b.How == "deleted" {
			f.on(e.Node).Deleted++
		} else {
			f.on(e.Node).Overwritten++
		}
	}
}

func (f *files) on(node string) *Files {
	if f.of[node] == nil {
		f.of[node] = &Files{Node: node}
	}
	return f.of[node]
}

// Finish implements fold.
func (f *files) Finish(time.Duration) {}

func (f *files) record(to *Measures) {
	to.Files = []Files{}
	for _, node := range slices.Sorted(maps.Keys(f.of)) {
		to.Files = append(to.Files, *f.of[node])
	}
}

var (
	filesCopied      = &Column{"files-copied", "files copied", "copied", Count, Freely}
	filesOverwritten = &Column{"files-overwritten", "files lost by overwriting", "overwritten", Count, Freely}
	filesDeleted     = &Column{"files-deleted", "files lost by deleting", "deleted", Count, Freely}
)

func fileTable(m *Measures) Table {
	t := Table{Title: "What copies did to files", Names: []string{"node"}, Columns: []*Column{filesCopied, filesOverwritten, filesDeleted}}
	for _, f := range m.Files {
		r := Row{Of: f.Node, Names: []string{f.Node}}
		r.count(filesCopied, f.Copied)
		r.count(filesOverwritten, f.Overwritten).bad()
		r.count(filesDeleted, f.Deleted).bad()
		t.Rows = append(t.Rows, r)
	}
	return t
}
