package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// measures prints what was measured as tables, those that have rows.
func (p *page) measures(m *oracle.Measures) {
	p.table(takeovers(m.Takeovers))
	p.table(outages("Longest outages", m.Outages))
	if len(m.Gaps) > len(m.Outages) {
		p.table(outages("All outages", m.Gaps))
	}
	p.table(connections(m.Connections))
	p.table(requests(m.Requests))
	p.table(groups(m.Groups))
	p.table(spread(m.Spread))
	p.table(members(m.Members))
	p.table(counters(m.Members))
}

func takeovers(all []oracle.Takeover) *table {
	t := newTable("Takeovers", "<vip", "<from", "<to", "at", "detection", "takeover", "<fault")
	for _, o := range all {
		detection, gap, fault := "-", "-", "-"
		if o.Detected {
			detection = short(o.Detection)
		}
		if o.Served {
			gap = short(o.Gap)
		}
		if o.Fault != "" {
			fault = fmt.Sprintf("%s, %s before", o.Fault, short(o.At-o.FaultAt))
		}
		t.row(o.VIP, cmp.Or(o.From, "-"), o.To, instant(o.At), detection, gap, fault)
	}
	return t
}

// outages shows the longest first if there are too many for a page.
func outages(title string, all []oracle.Outage) *table {
	t := newTable(title, "<client", "outage", "=", "detection", "+", "election", "+", "announce", "+", "neighbour", "+", "retry")
	if len(all) > rowsMax {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b oracle.Outage) int { return cmp.Compare(b.Duration, a.Duration) })
	}
	for _, o := range all {
		each := []time.Duration{o.Detection, o.Election, o.Announcement, o.Neighbour, o.Retry}
		var sum time.Duration
		for _, d := range each {
			sum += d
		}
		// Should the parts not add up, the figures below will show it.
		whole := parts([]time.Duration{o.Duration})[0]
		how := plain
		if o.Duration >= outageMin {
			how = bad
		}
		if o.Open {
			whole = "≥ " + whole
		}
		row := []span{{o.Client, plain}, {whole, how}}
		for i, d := range parts(each) {
			sign := "+"
			if i == 0 {
				sign = "="
			}
			if sum != o.Duration {
				sign = "?"
			}
			row = append(row, span{sign, dim}, span{d, plain})
		}
		t.inked(row)
	}
	return t
}

func connections(all []oracle.Connections) *table {
	t := newTable("Connections established when the fault hit", "established", "kept", "lost", "on failed", "on others", "idle", "at", "<fault")
	for _, c := range all {
		kept := span{strconv.Itoa(c.Kept), plain}
		lost := span{strconv.Itoa(c.Lost), plain}
		if c.Lost > 0 {
			lost.ink = bad
		} else if c.Kept > 0 {
			kept.ink = good
		}
		t.inked([]span{
			{strconv.Itoa(c.Established), plain}, kept, lost,
			{strconv.Itoa(c.LostOnFailed), plain}, {strconv.Itoa(c.LostOnOthers), plain}, {strconv.Itoa(c.Idle), plain},
			{instant(c.At), plain}, {cmp.Or(c.Fault, "-"), plain},
		})
	}
	return t
}

func requests(all []oracle.Requests) *table {
	t := newTable("Requests", "<client", "sent", "ok", "failed", "open", "retried", "twice", "median", "slowest", "<failures")
	for _, r := range all {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(r.Failures)) {
			kinds = append(kinds, fmt.Sprintf("%s %d", kind, r.Failures[kind]))
		}
		row := []span{{r.Client, plain}}
		for i, n := range []int{r.Sent, r.OK, r.Failed, r.Open, r.Retried, r.AnsweredTwice} {
			cell := span{strconv.Itoa(n), plain}
			if n > 0 && (i == 2 || i == 5) { // failed, answered twice
				cell.ink = bad
			}
			row = append(row, cell)
		}
		t.inked(append(row, span{short(r.LatencyMedian), plain}, span{short(r.LatencyMax), plain}, span{strings.Join(kinds, ", "), plain}))
	}
	return t
}

func groups(all []oracle.Group) *table {
	t := newTable("Groups: time with two Active, and with none", "<vip", "moves", "transitions", "two", "joined", "longest", "none", "longest")
	for _, g := range all {
		dual := plain
		if g.DualActive > 0 {
			dual = bad
		}
		t.inked([]span{
			{g.VIP, plain}, {strconv.Itoa(g.Moves), plain}, {strconv.Itoa(g.Transitions), plain},
			{short(g.DualActive), dual}, {short(g.DualJoined), plain}, {short(g.DualLongest), plain}, {short(g.NoActive), plain}, {short(g.NoLongest), plain},
		})
	}
	return t
}

func spread(all []oracle.Spread) *table {
	t := newTable("Spread", "<node", "connections", "requests", "share")
	for _, s := range all {
		t.row(s.Node, strconv.Itoa(s.Connections), strconv.Itoa(s.Requests), fmt.Sprintf("%.1f %%", 100*s.RequestShare))
	}
	return t
}
