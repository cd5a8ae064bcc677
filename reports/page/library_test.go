package page

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/reports"
)

// library is a page about so many runs, each third of which failed, with two
// pictures of so many bytes each.
func libraryOf(t *testing.T, runs, size int) string {
	t.Helper()
	var l Library
	for i := range runs {
		r := &reports.Result{Scenario: fmt.Sprintf("run-%d", i), Passed: i%3 != 0, Replay: "cablepull run", World: "virtual"}
		r.Expectations = []reports.Expectation{{Text: "it <holds>", Passed: r.Passed, Got: "nothing"}}
		picture := markup("<p>" + strings.Repeat("x", size) + "</p>")
		l.Add(i, r, Part{Spark: "<svg></svg>", Pieces: []Piece{{"Overview", picture, false}, {"Requests", picture, false}}}, "")
	}
	var out bytes.Buffer
	if err := l.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var named = regexp.MustCompile(`<span class="name">run-(\d+)`)

// TestLibrary: failures come first, in their order, and what was written by
// others is escaped.
func TestLibrary(t *testing.T) {
	page := libraryOf(t, 5, 10)
	var got []string
	for _, m := range named.FindAllStringSubmatch(page, -1) {
		got = append(got, m[1])
	}
	if want := "[0 3 1 2 4]"; fmt.Sprint(got) != want {
		t.Errorf("got runs %v, want %s", got, want)
	}
	if !strings.Contains(page, "it &lt;holds&gt;") || strings.Contains(page, "Left out") {
		t.Error("want an escaped expectation, and nothing left out")
	}
}

// TestLibrarySize: the page stays small, says what it leaves out, and leaves
// out pictures of runs that passed first.
func TestLibrarySize(t *testing.T) {
	page := libraryOf(t, 900, 15_000)
	if len(page) > sizeMax || len(page) < sizeMax/2 {
		t.Errorf("got %d bytes, want at most %d, and not much less", len(page), sizeMax)
	}
	runs := strings.Split(page, `<details class="run `)[1:]
	if len(runs) != 900 {
		t.Fatalf("got %d runs, want 900", len(runs))
	}
	if !strings.Contains(runs[0], "Left out, to keep this page small: Requests.") || !strings.Contains(runs[0], "xxx") {
		t.Error("the first failure should have its overview, and say that it lacks the rest")
	}
	if !strings.Contains(runs[899], "Left out, to keep this page small: Overview, Requests.") {
		t.Error("the last run should say that it lacks both pictures")
	}
}
