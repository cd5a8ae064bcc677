package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/reports/text"
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
	for _, found := range asks.FindAll(out.Bytes(), -1) {
		t.Errorf("%s", found)
	}
	if n := out.Len(); n > 1<<20 {
		t.Errorf("got %d bytes, want at most 1 MiB", n)
	}
}

// cells are the rows of the table under a heading of the page.
func cells(t *testing.T, page, title string) (rows [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(page, "<h3>"+title+"</h3>")
	table, _, ended := strings.Cut(rest, "</table>")
	if !found || !ended {
		t.Fatalf("no table %s", title)
	}
	for _, row := range strings.Split(table, "<tr>")[2:] {
		var texts []string
		for _, m := range cell.FindAllStringSubmatch(row, -1) {
			texts = append(texts, html.UnescapeString(m[1]))
		}
		rows = append(rows, texts)
	}
	return rows
}

var cell = regexp.MustCompile(`<td[^>]*>([^<]*)</td>`)

// TestSameFigures: the page shows the figures of run.json, in its tables and in
// its pictures.
func TestSameFigures(t *testing.T) {
	rec, r := played(t, "partition")
	var page, run bytes.Buffer
	if err := errors.Join(Write(&page, rec, r, nil), r.WriteJSON(&run)); err != nil {
		t.Fatal(err)
	}
	var want struct {
		Measures struct {
			Outages []struct {
				Client   string
				Duration int64 `json:"duration_ns"`
			}
			Requests []struct {
				Client           string
				Sent, OK, Failed int
			}
		}
	}
	if err := json.Unmarshal(run.Bytes(), &want); err != nil {
		t.Fatal(err)
	}
	var requests, outages [][]string
	for _, q := range want.Measures.Requests {
		requests = append(requests, []string{q.Client, strconv.Itoa(q.Sent), strconv.Itoa(q.OK), strconv.Itoa(q.Failed)})
	}
	for _, o := range want.Measures.Outages {
		outages = append(outages, []string{o.Client, text.Parts(time.Duration(o.Duration))[0]})
	}
	gotRequests := cells(t, page.String(), "Requests")
	for i := range gotRequests {
		gotRequests[i] = gotRequests[i][:4]
	}
	if diff := cmp.Diff(requests, gotRequests); diff != "" || len(requests) == 0 {
		t.Errorf("requests of %d clients (-run.json +page):\n%s", len(requests), diff)
	}
	got := cells(t, page.String(), "Longest outages")
	for i := range got {
		got[i] = got[i][:2]
	}
	if diff := cmp.Diff(outages, got); diff != "" {
		t.Errorf("outages (-run.json +page):\n%s", diff)
	}
	figures := picture.Figures(rec, r)
	i := slices.IndexFunc(figures, func(f picture.Figure) bool { return f.Name == "outages" })
	for _, o := range r.Measures.Outages {
		row := []string{o.Client, text.Instant(o.From), text.Instant(o.To), text.Parts(o.Duration)[0]}
		if o.Duration >= lane.OutageMin && !slices.ContainsFunc(figures[i].Table.Rows, func(shown []string) bool { return slices.Equal(shown[:4], row) }) {
			t.Errorf("the picture of outages has no %v", row)
		}
	}
	ok, lost := 0, 0
	for _, q := range r.Measures.Requests {
		ok, lost = ok+q.OK, lost+q.Failed
	}
	i = slices.IndexFunc(figures, func(f picture.Figure) bool { return f.Name == "requests" })
	if rows := figures[i].Table.Rows; rows[0][1] != strconv.Itoa(ok) || rows[1][1] != strconv.Itoa(lost) {
		t.Errorf("got outcomes %v, want %d answered and %d failed", rows, ok, lost)
	}
}

// TestSameBytes: one run gives one page.
func TestSameBytes(t *testing.T) {
	var pages [2]bytes.Buffer
	for i := range pages {
		rec, r := played(t, "self-balance-crash")
		if err := Write(&pages[i], rec, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(pages[0].Bytes(), pages[1].Bytes()) {
		t.Error("two pages of one run differ")
	}
}

// TestWithoutVerdict: a page says why there is nothing to see.
func TestWithoutVerdict(t *testing.T) {
	for _, c := range []struct {
		result reports.Result
		want   string
	}{
		{reports.Result{Skipped: "needs nginx"}, "needs nginx"},
		{reports.Result{Error: "no space left"}, "no space left"},
		{reports.Result{Error: "loop <is> stuck", Defect: true}, "The bench itself failed: loop &lt;is&gt; stuck"},
	} {
		var out bytes.Buffer
		if err := Write(&out, nil, &c.result, nil); err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("error %v; the page does not say %q", err, c.want)
		}
	}
}

// TestUPlot: the library is the version that its readme says, with its licence.
func TestUPlot(t *testing.T) {
	readme, err := os.ReadFile("uplot/README.md")
	if err != nil {
		t.Fatal(err)
	}
	const version = "1.6.32"
	if !strings.Contains(uPlot[:100], "uPlot (v"+version+")") || !strings.Contains(string(readme), "uPlot "+version) {
		t.Errorf("uPlot and its readme: want both to say %s", version)
	}
	if !strings.Contains(string(newFrame("").UPlot), "Copyright (c)") {
		t.Error("the page has no notice of its licence")
	}
}

// TestPolicyOfServers: whoever serves a page lets it run its scripts.
func TestPolicyOfServers(t *testing.T) {
	rec, r := played(t, "cable-pull")
	var out bytes.Buffer
	if err := Write(&out, rec, r, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(html.UnescapeString(out.String()), `content="`+Policy()+`"`) {
		t.Errorf("the page does not have the policy %s", Policy())
	}
}
