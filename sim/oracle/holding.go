package oracle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// holding checks that a member has its virtual IPs exactly while it owns them.
// Within one instant the two may differ: a member logs that it is Active before
// it takes the address, and gives up the address before it logs that it no
// longer is. So holding judges each instant when it is over, by a copy of the
// roster's state: at the next event the roster has already moved on.
type holding struct {
	watch  *watch
	all    []*holder
	doubts []*holder // changed at the present instant, in the order of their change
	at     time.Duration
}

// holder is one member: its facts, and its state when it last changed.
type holder struct {
	entry   *Entry
	paper   Member
	state   string
	owner   bool
	held    []string
	changed bool // its machine's configuration has changed since the start
}

func newHolding(s *scene, w *watch) *holding {
	h := &holding{watch: w}
	for _, m := range s.roster.Entries() {
		if m.Real {
			continue // an owner because it has the address
		}
		h.all = append(h.all, &holder{entry: m, paper: m.Member})
	}
	return h
}

var holdingReads = event.SetOf(
	event.StandbyChanged{}, event.VIPGained{}, event.VIPLost{}, event.ConfigChanged{}, event.PowerChanged{},
)

// reads implements fold.
func (*holding) reads() event.Set { return holdingReads }

// Observe implements fold.
func (h *holding) Observe(e event.Event) {
	if e.At > h.at {
		h.settle()
		h.at = e.At
	}
	switch b := e.What.(type) {
	case event.StandbyChanged:
		h.change(e.Node, b.Interface)
	case event.VIPGained:
		h.change(e.Node, b.Interface)
	case event.VIPLost:
		h.change(e.Node, b.Interface)
	case event.ConfigChanged:
		for _, m := range h.change(e.Node, "") {
			m.changed = true
		}
	case event.PowerChanged:
		if b.State.Lost() {
			h.change(e.Node, "")
		}
	}
}

// change notes the new state of the member on an interface, or of all members
// of a node.
func (h *holding) change(node, iface string) (changed []*holder) {
	for _, m := range h.all {
		if m.paper.Node != node || iface != "" && m.paper.Interface != iface {
			continue
		}
		changed = append(changed, m)
		m.state, m.owner, m.held = m.entry.State, m.entry.Owner, slices.Clone(m.entry.Held)
		if !slices.Contains(h.doubts, m) {
			h.doubts = append(h.doubts, m)
		}
	}
	return changed
}

// settle judges the members that changed in the last instant.
func (h *holding) settle() {
	for _, m := range h.doubts {
		switch missing := m.missing(); {
		case !m.owner && len(m.held) > 0:
			h.watch.report(h.at, "%s holds %s and is %s", m.paper.Node, strings.Join(m.held, " "), cmp.Or(m.state, "not running"))
		case m.owner && len(missing) > 0:
			h.watch.report(h.at, "%s is %s and does not hold %s", m.paper.Node, m.state, strings.Join(missing, " "))
		}
	}
	h.doubts = h.doubts[:0]
}

// missing returns the virtual IPs that an owner should hold but does not. Once
// its configuration has changed, any one is enough.
func (m *holder) missing() []string {
	if m.changed && len(m.held) > 0 {
		return nil
	}
	var missing []string
	for _, vip := range append([]string{m.paper.VIP}, m.paper.Secondary...) {
		if vip != "" && !slices.Contains(m.held, vip) {
			missing = append(missing, vip)
		}
	}
	return missing
}

// Finish implements fold.
func (h *holding) Finish(time.Duration) { h.settle() }
