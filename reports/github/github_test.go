package github

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/oracle"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into testdata")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -rewrite accepts it):\n%s", path, diff)
	}
}

// sample is a sweep in which one expectation fails under two seeds, and one run
// of each other kind.
func sample() []reports.Result {
	var runs []reports.Result
	for seed := range uint64(3) {
		r := reports.Result{
			Scenario: "pull", File: "a,b:c/my.yaml", Seed: seed, World: "virtual", Passed: seed == 0,
			Replay:   fmt.Sprintf("cablepull run 'a|b`c' --seed %d", seed),
			Warnings: []string{"a,b:c/my.yaml:7:3: nodes.b: <odd> | 100 %\nand more"},
			Expectations: []reports.Expectation{{
				Text: "c1 *keeps* all_connections <100 %>", Passed: seed == 0, Got: "0 of 50\r\n| none", File: "a,b:c/my.yaml", Line: 17, Column: 5,
			}},
		}
		runs = append(runs, r)
	}
	runs[2].Violations = []oracle.Violation{{Invariant: "one-active", At: 47 * time.Second, Detail: "a and b"}}
	return append(runs,
		reports.Result{Scenario: "real", File: "real.yaml", Seed: 1, World: "netns", Error: "node web: it ended\nwith 1", Replay: "again"},
		reports.Result{Scenario: "warm", Variant: "profile=ios", Seed: 1, World: "netns", Skipped: "no warm reboot"},
		reports.Result{Scenario: "calm", Seed: 1, World: "virtual", Passed: true, Replay: "calm"},
	)
}

// TestAnnotations: what fails alike under several seeds is one command, at its
// line; every sign that would end it or a property of it is escaped.
func TestAnnotations(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, Of(sample())); err != nil {
		t.Fatal(err)
	}
	golden(t, "annotations.txt", out.Bytes())
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "::error ") && !strings.HasPrefix(line, "::warning ") {
			t.Errorf("%q is not a command", line)
		}
	}
}

// TestAnnotationParts: what is unknown is left out, and a line without a file
// means nothing.
func TestAnnotationParts(t *testing.T) {
	for want, a := range map[string]Annotation{
		"::error::x":                           {Level: Error, Line: 3, Message: "x"},
		"::warning file=a::":                   {Level: Warning, File: "a", Column: 3},
		"::error file=a,line=3::100%25%0A%0D:": {Level: Error, File: "a", Line: 3, Message: "100%\n\r:"},
		"::error title=a%2Cb%3A%25::,":         {Level: Error, Title: "a,b:%", Message: ","},
	} {
		if got := a.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestAnnotationsAreBounded: the errors come first, and the last line says how
// much is left out.
func TestAnnotationsAreBounded(t *testing.T) {
	var all []Annotation
	for i := range 200 {
		all = append(all, Annotation{Level: []Level{Warning, Error}[i%2], Message: fmt.Sprint(i)})
	}
	var out bytes.Buffer
	if err := Write(&out, all); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != annotationsMax || strings.Count(out.String(), "::error") != annotationsMax-1 || !strings.HasSuffix(lines[len(lines)-1], "::101 more annotations are left out") {
		t.Errorf("got %d lines, the last is %s", len(lines), lines[len(lines)-1])
	}
}

// TestSummary: failures first; nothing of a scenario can leave its cell.
func TestSummary(t *testing.T) {
	var out bytes.Buffer
	if err := WriteSummary(&out, sample(), nil, SummaryMax); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.md", out.Bytes())
}

// TestSummaryIsBounded: however many runs there are and however little room is
// left, it fits; what is left out is said, and half a row is never written.
func TestSummaryIsBounded(t *testing.T) {
	var runs []reports.Result
	for i := range 4_000 {
		r := sample()[i%3]
		r.Expectations[0].Got = strings.Repeat("ä|", 1000)
		runs = append(runs, r)
	}
	for _, room := range []int{SummaryMax, 4000, 400, 100, 0} {
		var out bytes.Buffer
		if err := WriteSummary(&out, runs, nil, room); err != nil {
			t.Fatal(err)
		}
		said := strings.Contains(out.String(), "more rows do not fit in here.\n")
		if out.Len() > room || said != (room >= 400) || out.Len() > 0 && !said {
			t.Errorf("room %d: got %d bytes, and says what is missing: %t", room, out.Len(), said)
		}
		for line := range strings.Lines(out.String()) {
			if strings.HasPrefix(line, "| failed") && !strings.HasSuffix(line, " |\n") {
				t.Errorf("room %d: half a row: %q", room, line)
			}
		}
	}
}
