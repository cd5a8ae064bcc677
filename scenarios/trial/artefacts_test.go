package trial

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
)

// TestArtefacts: a trial leaves the files of the table and no others. The page
// is what the command prints on paper, and JUnit has it if the trial failed.
func TestArtefacts(t *testing.T) {
	for _, c := range []struct {
		name, node string
		passes     bool
	}{{"passes", "node: a", true}, {"fails", "node: b", false}} {
		dir := filepath.Join(t.TempDir(), "out")
		source := write(t, strings.Replace(quick, "node: a", c.node, 1))
		r := InProcess{Version: "v1", Timeline: true}.Play(t.Context(), Trial{Source: source, Seed: 1, World: Virtual, Dir: dir})
		if r.Err != nil || r.Report.Passed != c.passes {
			t.Fatalf("%s: passed %t, %v", c.name, r.Report.Passed, r.Err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Name())
		}
		want := slices.Sorted(slices.Values(ArtefactNames()))
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", c.name, got, want)
		}
		var page bytes.Buffer
		if err := text.WriteRun(&page, &r.Report, text.Options{Width: 120}); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(filepath.Join(dir, TimelineFile))
		if err != nil || !bytes.Equal(file, page.Bytes()) {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", c.name, err, file, &page)
		}
		if i := bytes.IndexFunc(file, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }); i >= 0 {
			t.Errorf("%s: the page has %q, want ASCII", c.name, file[i])
		}
		junit, err := os.ReadFile(filepath.Join(dir, reports.JUnitFile))
		if err != nil || bytes.Contains(junit, []byte("Members at the end")) == c.passes {
			t.Errorf("%s: %v, want the measures exactly if it fails, in\n%s", c.name, err, junit)
		}
		if place := source.Word + ":"; bytes.Contains(junit, []byte(place)) == c.passes || strings.Contains(string(file), "at "+place) == c.passes {
			t.Errorf("%s: want the place of the expectation exactly if it fails, in\n%s\n%s", c.name, junit, file)
		}
	}
}

// TestPageFromAWorker: the page of a failed trial comes along with its report,
// though run.json does not have it.
func TestPageFromAWorker(t *testing.T) {
	source := write(t, strings.Replace(quick, "node: a", "node: b", 1))
	for _, asked := range []bool{true, false} {
		played := InProcess{}.Play(t.Context(), Trial{Source: source, Seed: 1, World: Virtual, Page: asked})
		if (played.Report.Page != "") != asked || bytes.Contains(played.Report.AppendJSON(nil), []byte("Members at the end")) {
			t.Errorf("asked %t: got the page %q, and in run.json none", asked, played.Report.Page)
		}
		line, err := json.Marshal(played)
		if err != nil {
			t.Fatal(err)
		}
		var sent reply
		if err := json.Unmarshal(line, &sent); err != nil {
			t.Fatal(err)
		}
		if got := sent.result(Trial{}, "v1"); got.Report.Page != played.Report.Page {
			t.Errorf("asked %t: got the page %q, want %q", asked, got.Report.Page, played.Report.Page)
		}
	}
}
