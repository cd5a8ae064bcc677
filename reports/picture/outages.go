package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/oracle"
)

// outagesMax is how many outages the picture has.
const outagesMax = 24

// part is one of the parts of an outage.
type part struct {
	name, class string
	of          func(oracle.Outage) time.Duration
}

// outageParts are all parts, in the order in which they are drawn.
var outageParts = []part{
	{"detection", "p-detection", func(o oracle.Outage) time.Duration { return o.Detection }},
	{"election", "p-election", func(o oracle.Outage) time.Duration { return o.Election }},
	{"announcement", "p-announcement", func(o oracle.Outage) time.Duration { return o.Announcement }},
	{"neighbour", "p-neighbour", func(o oracle.Outage) time.Duration { return o.Neighbour }},
	{"service", "p-service", func(o oracle.Outage) time.Duration { return o.Service }},
	{"retry", "p-retry", func(o oracle.Outage) time.Duration { return o.Retry }},
}

// outageBars draws the longest outages, each broken into its parts.
func outageBars(_ *Record, s *scene) []Figure {
	var all []oracle.Outage
	for _, l := range s.lanes.Clients {
		all = append(all, l.Outages...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b oracle.Outage) int { return cmp.Compare(b.Duration, a.Duration) })
	shown := all[:min(len(all), outagesMax)]
	c := &canvas{width: pictureWidth}
	const top = 8
	x := newScale(shown[0].Duration)
	bottom := top + laneHeight*float64(len(shown))
	c.axis(x, top, bottom)
	for i, o := range shown {
		c.outage(o, x, top+laneHeight*float64(i)+2)
	}
	var keys []key
	for _, p := range outageParts {
		if slices.ContainsFunc(shown, func(o oracle.Outage) bool { return p.of(o) > 0 }) {
			keys = append(keys, key{name: p.name, class: p.class})
		}
	}
	about := "Each bar is an outage, from when the first missing answer was due. Its parts add up to it: " +
		"detection until a member noticed, election until another one was Active, announcement, neighbour until the client's frames went there, " +
		"service while that member refused or did not answer, and retry, the client's own waiting."
	if n := len(all) - len(shown); n > 0 {
		about += fmt.Sprintf(" The %d longest of %d are drawn.", len(shown), len(all))
	}
	height := c.legend(keys, bottom+axisHeight+14)
	return []Figure{{
		Name: "outages", Title: "Outages and their parts", About: about,
		Drawing: c.html(height, "outages, each broken into its parts"), Table: outageTable(all),
	}}
}

// outage draws one bar. Parts are in the order in which they are listed, not in
// that in which they happened.
func (c *canvas) outage(o oracle.Outage, x scale, y float64) {
	c.text("lane", gutter-10, y+barHeight-2, atEnd, shorten(o.Client, 56)+" "+text.Brief(o.From.Round(time.Second)))
	var at time.Duration
	for _, p := range outageParts {
		d := p.of(o)
		if d == 0 {
			continue
		}
		left, right := x.x(at), x.x(at+d)
		c.rect(p.class, left, y, max(right-left, 0.5), barHeight, fmt.Sprintf("%s, %s: %s of %s", o.Client, p.name, text.Short(d), text.Short(o.Duration)))
		if name := p.name + " " + text.Short(d); wide(name) < right-left-6 {
			c.text("in "+p.class+"-text", (left+right)/2, y+barHeight-3, atMiddle, name)
		}
		at += d
	}
	end := text.Short(o.Duration)
	if o.Open {
		end = "≥ " + end
	}
	if right := x.x(o.Duration) + 6; right+wide(end) < c.width {
		c.text("tick", right, y+barHeight-3, atStart, end)
	}
}

// outageTable lists the outages, the longest first.
func outageTable(all []oracle.Outage) Table {
	t := Table{Columns: []Column{{"client", false}, {"from", true}, {"to", true}, {"outage", true}}}
	for _, p := range outageParts {
		t.Columns = append(t.Columns, Column{p.name, true})
	}
	for _, o := range all {
		row := []string{o.Client, text.Instant(o.From), text.Instant(o.To), text.Parts(o.Duration)[0]}
		if o.Open {
			row[2] = "–"
		}
		var each []time.Duration
		for _, p := range outageParts {
			each = append(each, p.of(o))
		}
		t.Rows = append(t.Rows, append(row, text.Parts(each...)...))
	}
	return t.cut()
}

// latencyCurves are the latencies as series: how long the quickest and the
// slowest answers took over time, and which share took how long at most.
func latencyCurves(rec *Record, s *scene) []Figure {
	q := rec.requests
	if q.count[answered] == 0 {
		return nil
	}
	return []Figure{q.overTime(s), q.distribution()}
}

// overTime is the series over time.
func (q *requests) overTime(s *scene) Figure {
	p := &Plot{XName: "time, s", XUnit: "s", YName: "latency, ms", YLog: true, Faults: shades(s.lanes.Faults), X: []Number{}}
	quickest, slowest := Series{Name: "quickest answer", Class: "sky", Dash: true}, Series{Name: "slowest answer", Class: "blue"}
	failed := Series{Name: "failed", Class: "vermilion", Points: true}
	for i, m := range q.moments {
		if m.answered+m.failed == 0 {
			continue
		}
		p.X = append(p.X, seconds(time.Duration((float64(i)+0.5)/seriesMax*float64(q.total))))
		low, high, lost := Missing, Missing, Missing
		if m.answered > 0 {
			low, high = milliseconds(m.quickest), milliseconds(m.slowest)
		}
		if m.failed > 0 {
			lost = milliseconds(m.gaveUp)
		}
		quickest.Values, slowest.Values, failed.Values = append(quickest.Values, low), append(slowest.Values, high), append(failed.Values, lost)
	}
	p.Series = []Series{quickest, slowest}
	if q.failed() > 0 {
		p.Series = append(p.Series, failed)
	}
	return Figure{
		Name: "latency", Title: "Latency over time", Plot: p,
		About: fmt.Sprintf("The quickest and the slowest answer, and the slowest failure, of the requests that were due in each %s. "+
			"Drag over a part to see more of it, click twice to see all.", text.Short(q.total/seriesMax)),
	}
}

// shares are the shares of the table of a distribution.
var shares = []float64{0.5, 0.9, 0.99, 0.999}

// clientsMax is how many clients have a line of their own.
const clientsMax = 6

// distribution is which share of the answers took how long at most.
func (q *requests) distribution() Figure {
	names := sortedNames(q.clients)
	all := &latencies{bins: map[int]int{}}
	for _, name := range names {
		for bin, n := range q.clients[name].bins { // order: a sum
			all.bins[bin] += n
		}
		all.count += q.clients[name].count
	}
	bins := all.sorted()
	p := &Plot{XName: "latency, ms", XUnit: "ms", XLog: true, YName: "share of answers, %", YShare: true}
	for _, bin := range bins {
		p.X = append(p.X, milliseconds(spanOf(bin)))
	}
	t := Table{Columns: []Column{{"client", false}, {"answers", true}}}
	for _, share := range shares {
		t.Columns = append(t.Columns, Column{strconv.FormatFloat(100*share, 'f', -1, 64) + " %", true})
	}
	add := func(name, class string, l *latencies, dash, drawn bool) {
		if drawn {
			p.Series = append(p.Series, Series{Name: name, Class: class, Dash: dash, Values: l.cumulative(bins)})
		}
		row := []string{name, strconv.Itoa(l.count)}
		for _, share := range shares {
			row = append(row, text.Short(l.quantile(share)))
		}
		t.Rows = append(t.Rows, row)
	}
	add("all", "ink", all, false, true)
	if len(names) > 1 {
		for i, name := range names {
			add(name, colours[i%len(colours)], q.clients[name], i%2 == 1, len(names) <= clientsMax)
		}
	}
	return Figure{
		Name: "distribution", Title: "Latency of answers", Plot: p, Table: t.cut(),
		About: "Which share of the answers came within which time. Latencies are exact to 1 %.",
	}
}

// colours are the classes of lines.
var colours = []string{"blue", "orange", "green", "purple", "vermilion", "sky"}
