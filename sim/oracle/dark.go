package oracle

import (
	"math"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// Dark is how long no member answered for one virtual IP: the time in which it
// was not lit, from when it was first lit or something first broke. It is lit
// while a member owns it, has it on its interface, is up, and can be reached.
//
// A member can be reached while its interface has a carrier and its port
// forwards, unless a fault loses all frames on its cable in either direction,
// or all frames it sends, or a partition separates it from all clients of the
// virtual IP in the topology. Slow members, and those that answer with errors,
// can be reached.
type Dark struct {
	VIP     string        `json:"vip"`
	Lit     bool          `json:"lit"` // at any time; if not, the rest says nothing
	Time    time.Duration `json:"time"`
	Longest time.Duration `json:"longest"` // the longest span of it
}

// darkTimes sums up the dark times of all virtual IPs in the facts.
type darkTimes struct {
	scene *scene
	seen  int // version of the scene
	all   []*darkTime
}

// never is the lit instant of a virtual IP that is not lit.
const never = time.Duration(math.MaxInt64)

// darkTime is one virtual IP.
type darkTime struct {
	Dark
	at   time.Duration // accounted for until then
	lit  time.Duration // the instant from which it is lit in the present state; never: it is not
	span time.Duration // length so far of the present dark time
}

func newDarkTimes(s *scene) recorder {
	d := &darkTimes{scene: s}
	vips := sorted(s.facts.vips())
	slices.SortFunc(vips, compareAddresses)
	for _, vip := range vips {
		d.all = append(d.all, &darkTime{Dark: Dark{VIP: vip}, lit: never})
	}
	return d
}

// reads implements fold.
func (*darkTimes) reads() event.Set { return versionReads }

// Observe implements fold.
func (d *darkTimes) Observe(e event.Event) {
	if version := d.scene.version(); version != d.seen {
		d.seen = version
		for _, t := range d.all {
			t.advance(e.At, d.scene.history.struck)
			t.lit = d.litFrom(t.VIP, e.At)
		}
	}
}

// advance accounts for the time since the last change.
func (t *darkTime) advance(now, struck time.Duration) {
	from := t.at
	if !t.Lit {
		from = max(from, struck)
	}
	if dark := min(t.lit, now) - from; dark > 0 {
		t.span += dark
		t.Time += dark
		t.Longest = max(t.Longest, t.span)
	}
	if t.lit < now {
		t.Lit, t.span = true, 0
	}
	t.at = now
}

// litFrom returns the instant from which the virtual IP is lit in the present
// state.
func (d *darkTimes) litFrom(vip string, now time.Duration) time.Duration {
	lit := never
	for _, m := range d.scene.roster.Holders(vip) {
		if (m.Owns() || m.Real && m.Up()) && !m.down && !d.cutOff(m, vip) {
			lit = min(lit, max(m.ready, now))
		}
	}
	return lit
}

// cutOff reports whether a fault keeps every node from reaching the member, or
// every client of the virtual IP.
func (d *darkTimes) cutOff(m *Entry, vip string) bool {
	for _, f := range d.scene.network.faults {
		if cuts(f, m, fault.Port{}) || d.cutsOffClients(f, m, vip) {
			return true
		}
	}
	return false
}

// cutsOffClients reports whether a fault keeps every client of a virtual IP
// from getting an answer from the member.
func (d *darkTimes) cutsOffClients(f fault.Fault, m *Entry, vip string) bool {
	some := false
	for _, c := range d.scene.facts.Clients {
		if c.Target != vip {
			continue
		}
		if !cuts(f, m, fault.Port{Node: c.Node}) {
			return false
		}
		some = true
	}
	return some
}

// cuts reports whether a fault stops requests to a member, or its answers.
func cuts(f fault.Fault, m *Entry, by fault.Port) bool {
	return fault.Stops(f, fault.Way{From: by, To: port(m), Segment: m.Segment}) ||
		fault.Stops(f, fault.Way{From: port(m), To: by, Segment: m.Segment, VirtualMAC: m.VirtualMAC})
}

// Finish implements fold.
func (d *darkTimes) Finish(end time.Duration) {
	for _, t := range d.all {
		t.advance(end, d.scene.history.struck)
		if !t.Lit {
			t.Dark = Dark{VIP: t.VIP}
		}
	}
}

func (d *darkTimes) record(to *Measures) {
	to.Dark = make([]Dark, 0, len(d.all))
	for _, t := range d.all {
		to.Dark = append(to.Dark, t.Dark)
	}
}

var (
	darkTotal   = &Column{"dark-time", "dark time", "dark", Span, WithTime}
	darkLongest = &Column{"dark-longest", "longest dark time", "longest", Span, Freely}
)

func darkTable(m *Measures) Table {
	t := Table{
		Title: "Virtual IPs: time with no owner that is up and can be reached", Names: []string{"vip"},
		Columns: []*Column{darkTotal, darkLongest},
	}
	for _, d := range m.Dark {
		r := row(d.VIP)
		if d.Lit {
			r.span(darkTotal, d.Time).bad()
			r.span(darkLongest, d.Longest)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
