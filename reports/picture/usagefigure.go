package picture

import (
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/reports/text"
)

// visible is the share of its strip by which something must change to have one.
const visible = 0.02

// Per cent of processors.
const (
	idle       = 5.0 // at the top of a strip, at least
	noticeable = 1.0 // what must change for a strip, at least
)

// strips makes a strip of each machine that has one, in the order of names.
func (u *usages) strips(of func(*usage) *strip) (all []*strip) {
	for _, name := range slices.Sorted(maps.Keys(u.machines)) {
		if s := of(u.machines[name]); s != nil {
			all = append(all, s)
		}
	}
	return all
}

// processorFigure draws what work and hogs use of processors.
func processorFigure(rec *Record, s *scene) []Figure {
	all := rec.usages.strips((*usage).processors)
	top := idle
	for _, t := range all {
		top = max(top, roundUp(t.top))
	}
	for _, t := range all {
		t.top = top // classes and machines can be compared
	}
	all, left := moving(all, max(visible, noticeable/top), s)
	if len(all) == 0 {
		return nil
	}
	about := "Per cent of a machine's processors that hogs take from a class of work. What programs use themselves is sampled in virtual time only, during the run."
	if rec.usages.sampled {
		about = "Per cent of a machine's processors that each class of work uses, hogs included, in each second. Classes do not compete: each may use all. Machines whose use hardly changes have no row."
	}
	return []Figure{stripFigure(Figure{
		Name: "cpu", Title: "CPU", About: about,
		Table: Table{Columns: []Column{{"machine", false}, {"class", false}, {"largest", true}, {"first at", true}, {"hogs, largest", true}}},
	}, all, left, s)}
}

// hogClasses are the classes of the style sheet for hogs of a class of work.
var hogClasses = [workClasses]string{"hog-service", "hog-control"}

// processors is the strip of a machine's processors.
func (m *usage) processors() *strip {
	t := &strip{node: m.node, unit: "%"}
	for c, name := range workNames {
		busy, hogs := &m.busy[c], &m.hogs[c]
		if hogs.largest() > 0 {
			t.shades = append(t.shades, shaded{series: hogs, class: hogClasses[c], name: "hogs of " + name})
		}
		if busy.largest() > 0 {
			t.lines = append(t.lines, looked{busy, name, c})
		}
		most := max(busy.largest(), hogs.largest())
		t.top = max(t.top, most)
		if most > 0 {
			peak, at := busy.peak()
			if peak < most { // not sampled
				peak, at = hogs.peak()
			}
			t.rows = append(t.rows, []string{m.node, name, amount(peak) + " %", text.Instant(at), amount(hogs.largest()) + " %"})
		}
	}
	if len(t.lines)+len(t.shades) == 0 {
		return nil
	}
	return t
}

// memoryFigure draws the memory in use.
func memoryFigure(rec *Record, s *scene) []Figure {
	all, left := moving(rec.usages.strips(func(m *usage) *strip { return m.memories(s.lanes.Total) }), visible, s)
	if len(all) == 0 {
		return nil
	}
	about := "Memory in use, as gateways with load-balancer groups report it each second, and other machines when they have too little or enough again. It is sampled in virtual time only, during the run."
	if rec.usages.sampled {
		about = "Memory in use, looked at each second. Machines whose memory hardly changes have no row."
	}
	return []Figure{stripFigure(Figure{
		Name: "memory", Title: "Memory", About: about,
		Table: Table{Columns: []Column{{"machine", false}, {"largest", true}, {"first at", true}, {"limit", true}, {"first refused at", true}, {"refused for", true}}},
	}, all, left, s)}
}

// memories is the strip of a machine's memory in a run that is so long.
func (m *usage) memories(total time.Duration) *strip {
	most, at := m.memory.peak()
	if most == 0 {
		return nil
	}
	const flat = 0.1 // of the limit: the limit would press the line to the ground
	t := &strip{node: m.node, unit: "MiB", top: roundUp(most), lines: []looked{{&m.memory, "in use", 0}}}
	limit := "none"
	if m.limit > 0 {
		limit = amount(m.limit) + " MiB"
		t.note = "of " + limit
		if most >= flat*m.limit {
			t.limit, t.top = m.limit, max(m.limit, most)
		}
	}
	first, spent := "-", "-"
	if len(m.refused.times) > 0 {
		first = text.Instant(m.refused.times[0].from)
		spent = text.Short(m.refused.lasted(total))
		t.shades = []shaded{{during: m.refused.times, class: "refused", name: "requests for memory refused"}}
	}
	t.rows = [][]string{{m.node, amount(most) + " MiB", text.Instant(at), limit, first, spent}}
	return t
}
