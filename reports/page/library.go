package page

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
)

// sizeMax is how large a page may become, in bytes: mail and trackers take it.
const sizeMax = 5_000_000

// Library is a page about many runs, under construction. It keeps its size
// bounded however many runs there are: pictures of runs that passed are the
// first to be left out.
type Library struct {
	entries []entry
	size    int // of all parts

	// OverSeeds are conditions on runs with several seeds.
	OverSeeds []reports.OverSeeds
}

// entry is a run on a page about many.
type entry struct {
	*reports.Result
	Part
	Number  int    // in the order in which the runs were asked for
	Page    string // the page of this run alone, if it was written
	Verdict verdict
}

// Add adds a run. Its page is the path of its own report.html, relative to this
// page; empty: it has none.
func (l *Library) Add(number int, r *reports.Result, p Part, page string) {
	l.entries = append(l.entries, entry{r, p, number, page, verdictOf(r)})
	l.size += p.size()
	if l.size > 4*sizeMax {
		l.sort()
		l.fit(2 * sizeMax)
	}
}

// size is how many bytes a part takes.
func (p Part) size() int {
	size := len(p.Spark)
	for _, piece := range p.Pieces {
		size += len(piece.Content)
	}
	return size
}

// rank is the order of verdicts on the page: failures first.
var rank = map[string]int{"error": 0, "fail": 1, "pass": 2, "skip": 3}

func (l *Library) sort() {
	slices.SortStableFunc(l.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(rank[a.Verdict.Class], rank[b.Verdict.Class]), cmp.Compare(a.Number, b.Number))
	})
}

// fit leaves out what does not fit into so many bytes. What is seen at once
// comes first: the lanes of all runs. Then the first picture of each run, then
// the second one, and so on.
func (l *Library) fit(most int) {
	room := most
	for i := range l.entries {
		if room -= len(l.entries[i].Spark); room < 0 {
			room += len(l.entries[i].Spark)
			l.entries[i].Spark = ""
		}
	}
	for nth, found := 0, true; found; nth++ {
		found = false
		for i := range l.entries {
			if nth >= len(l.entries[i].Pieces) {
				continue
			}
			found = true
			piece := &l.entries[i].Pieces[nth]
			*piece = piece.within(room)
			room -= len(piece.Content)
		}
	}
	l.size = most - room
}

// rowsMax is how many runs a page lists.
const rowsMax = 4000

// library is what the page shows.
type library struct {
	frame
	Counts   []fact
	Entries  []entry
	Unlisted int
	Version  string

	OverSeeds []reports.OverSeeds
}

// Write writes the page.
func (l *Library) Write(w io.Writer) error {
	l.sort()
	p := library{frame: newFrame(counted(len(l.entries), "run")), Entries: l.entries, OverSeeds: l.OverSeeds}
	p.UPlot, p.Policy = "", policy(p.Script)
	if n := len(p.Entries) - rowsMax; n > 0 {
		p.Entries, p.Unlisted = p.Entries[:rowsMax], n
	}
	counts := map[string]int{}
	var simulated, wall time.Duration
	for _, e := range l.entries {
		counts[e.Verdict.Word]++
		simulated, wall = simulated+e.Simulated, wall+e.Wall
		p.Version = e.Version
	}
	for _, word := range []string{"no verdict", "failed", "passed", "skipped"} {
		if n := counts[word]; n > 0 {
			p.Counts = append(p.Counts, fact{word, strconv.Itoa(n)})
		}
	}
	p.Counts = append(p.Counts, fact{"simulated", text.Short(simulated)}, fact{"took", text.Short(wall)}, fact{"version", p.Version})
	bare, err := p.bare()
	if err != nil {
		return err
	}
	l.fit(max(sizeMax-bare, 0))
	if err := p.node().Render(w); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// bare is how many bytes the page takes without pictures.
func (p library) bare() (int, error) {
	p.Entries = slices.Clone(p.Entries)
	for i := range p.Entries {
		e := &p.Entries[i]
		e.Spark, e.Pieces = "", slices.Clone(e.Pieces)
		for j := range e.Pieces {
			e.Pieces[j] = e.Pieces[j].within(-1)
		}
	}
	var size counter
	if err := p.node().Render(&size); err != nil {
		return 0, fmt.Errorf("page: %w", err)
	}
	return int(size), nil
}

// counter counts the bytes that are written to it.
type counter int

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// Failures lists what did not hold.
func (e entry) Failures() []judged {
	all := run{Result: e.Result}.Judged()
	return slices.DeleteFunc(all, func(j judged) bool { return j.Passed })
}

// Paragraph is the text of the scenario.
func (e entry) Paragraph() []string { return paragraphs(e.About) }

// Omitted names the pictures that are not on the page.
func (e entry) Omitted() []string {
	var names []string
	for _, p := range e.Pieces {
		if p.Left {
			names = append(names, p.Title)
		}
	}
	return names
}

// Outage is the longest one.
func (e entry) Outage() string {
	var longest time.Duration
	for _, o := range e.Measures.Outages {
		longest = max(longest, o.Duration)
	}
	if longest == 0 {
		return "–"
	}
	return text.Short(longest)
}

// Lost is how many requests failed.
func (e entry) Lost() string {
	failed, sent := 0, 0
	for _, q := range e.Measures.Requests {
		failed, sent = failed+q.Failed, sent+q.Sent
	}
	if sent == 0 {
		return "–"
	}
	return strconv.Itoa(failed)
}

// Moves is how often virtual IPs moved.
func (e entry) Moves() string {
	if len(e.Measures.Groups) == 0 {
		return "–"
	}
	moves := 0
	for _, g := range e.Measures.Groups {
		moves += g.Moves
	}
	return strconv.Itoa(moves)
}
