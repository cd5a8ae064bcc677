package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cablepull/cablepull/sim/event/jsonform"
)

// IndexFile lists the runs of one call, next to their folders.
const IndexFile = "runs.json"

// Indexed is one run in runs.json: what it was, what became of it, and where
// its artefacts are.
type Indexed struct {
	Folder   string `json:"folder"` // below that of runs.json, with slashes; empty if it left no artefacts
	Scenario string `json:"scenario"`
	File     string `json:"file"`
	Variant  string `json:"variant"`
	Seed     uint64 `json:"seed"`
	World    string `json:"world"`
	Passed   bool   `json:"passed"`
	Skipped  string `json:"skipped"`
	Error    string `json:"error"`
	Replay   string `json:"replay"`
}

// Index is the entry of a run that has left its artefacts in a folder.
func (r *Result) Index(folder string) Indexed {
	return Indexed{folder, r.Scenario, r.File, r.Variant, r.Seed, r.World, r.Passed, r.Skipped, r.Error, r.Replay}
}

// WriteIndex writes {"runs": [...]}.
func WriteIndex(w io.Writer, runs []Indexed) error {
	var out bytes.Buffer
	err := json.Indent(&out, jsonform.Append(nil, struct {
		Runs []Indexed `json:"runs"`
	}{runs}), "", "  ")
	if err == nil {
		_, err = w.Write(append(out.Bytes(), '\n'))
	}
	if err != nil {
		return fmt.Errorf("reports: %s: %w", IndexFile, err)
	}
	return nil
}
