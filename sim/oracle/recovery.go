package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Recovery is a time in which a member of a self-balanced group found out which
// connections live where. It was blind until the end: it could not know to whom
// it should forward what it received.
type Recovery struct {
	Node      string        `json:"node"`
	Interface string        `json:"interface"`
	At        time.Duration `json:"at"` // it began
	Mode      string        `json:"mode"`
	Reason    string        `json:"reason"`
	Blind     time.Duration `json:"blind"`
	Open      bool          `json:"open"`      // it had not ended when the run did, or when the member lost its power
	Flows     int           `json:"flows"`     // connections that it learned
	Held      int           `json:"held"`      // segments that waited
	Undecided int           `json:"undecided"` // of those, the ones that no member claimed
}

// recoveries follows them.
type recoveries struct {
	all  []*Recovery
	open []*Recovery
}

func newRecoveries(*scene) recorder { return &recoveries{} }

var recoveryReads = event.SetOf(event.BalanceRecovery{}, event.PowerChanged{})

// reads implements fold.
func (*recoveries) reads() event.Set { return recoveryReads }

// Observe implements fold.
func (f *recoveries) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.BalanceRecovery:
		f.end(e.At, func(r *Recovery) bool {
			if r.Node != e.Node || r.Interface != b.Interface {
				return false
			}
			if b.State == "ended" {
				r.Open, r.Flows, r.Held, r.Undecided = false, b.Flows, b.Held, b.Undecided
			}
			return true
		})
		if b.State == "began" {
			r := &Recovery{Node: e.Node, Interface: b.Interface, At: e.At, Mode: b.Mode, Reason: b.Reason, Open: true}
			f.all, f.open = append(f.all, r), append(f.open, r)
		}
	case event.PowerChanged:
		if b.State.Lost() {
			f.end(e.At, func(r *Recovery) bool { return r.Node == e.Node })
		}
	}
}

// end closes those that a condition chooses.
func (f *recoveries) end(at time.Duration, chosen func(*Recovery) bool) {
	kept := f.open[:0]
	for _, r := range f.open {
		if chosen(r) {
			r.Blind = at - r.At
		} else {
			kept = append(kept, r)
		}
	}
	f.open = kept
}

// Finish implements fold.
func (f *recoveries) Finish(end time.Duration) {
	f.end(end, func(*Recovery) bool { return true })
}

func (f *recoveries) record(to *Measures) {
	to.Recoveries = make([]Recovery, 0, len(f.all))
	for _, r := range f.all {
		to.Recoveries = append(to.Recoveries, *r)
	}
}

var (
	recoveryBlind     = &Column{"recovery-blind", "blind", "blind", Span, WithTime}
	recoveryFlows     = &Column{"recovery-flows", "connections learned", "learned", Count, Freely}
	recoveryHeld      = &Column{"recovery-held", "segments held", "held", Count, Freely}
	recoveryUndecided = &Column{"recovery-undecided", "segments undecided", "undecided", Count, Freely}
	recoveryAt        = &Column{"recovery-at", "blind since", "at", Instant, Freely}
)

func recoveryTable(m *Measures) Table {
	t := Table{
		Title: "Recovery of connections", Names: []string{"member", "mode", "after"},
		Columns: []*Column{recoveryBlind, recoveryFlows, recoveryHeld, recoveryUndecided, recoveryAt},
	}
	for _, r := range m.Recoveries {
		who := r.Node + "." + r.Interface
		one := Row{Of: who + " after a " + r.Reason, Names: []string{who, r.Mode, r.Reason}}
		one.span(recoveryBlind, r.Blind).Open = r.Open
		one.count(recoveryFlows, r.Flows)
		one.count(recoveryHeld, r.Held)
		one.count(recoveryUndecided, r.Undecided).bad()
		one.span(recoveryAt, r.At)
		t.Rows = append(t.Rows, one)
	}
	return t
}
