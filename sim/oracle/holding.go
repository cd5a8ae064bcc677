package oracle

import (
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// holding watches that a member has its virtual IPs exactly while it is Active.
// Within one instant the two may differ: a member says that it is Active before
// it takes the address, and gives the address up before it says that it is not.
// So it judges an instant when it is over, by what it has noted itself: the
// roster is ahead by then.
type holding struct {
	watch  *watch
	all    []*holder
	doubts []*holder // changed at the present instant, in the order of their change
	at     time.Duration
}

// holder is one member: its state and the virtual IPs it has.
type holder struct {
	Member
	state   string
	held    []string
	changed bool // its machine's configuration is no longer that of the paper
}

func newHolding(f Facts, w *watch) *holding {
	h := &holding{watch: w}
	for _, m := range f.Members {
		if m.Real {
			continue // Active because it has the address
		}
		h.all = append(h.all, &holder{Member: m})
	}
	return h
}

// Observe implements fold.
func (h *holding) Observe(e event.Event) {
	if e.At > h.at {
		h.settle()
		h.at = e.At
	}
	switch b := e.What.(type) {
	case event.StandbyChanged:
		h.change(e.Node, b.Interface, func(m *holder) { m.state = b.To })
	case event.VIPGained:
		h.change(e.Node, b.Interface, func(m *holder) { m.held = append(m.held, b.VIP) })
	case event.VIPLost:
		h.change(e.Node, b.Interface, func(m *holder) {
			m.held = slices.DeleteFunc(m.held, func(vip string) bool { return vip == b.VIP })
		})
	case event.ConfigChanged:
		h.change(e.Node, "", func(m *holder) { m.changed = true })
	case event.PowerChanged:
		if b.State.Lost() {
			h.change(e.Node, "", func(m *holder) { m.state, m.held = "", nil })
		}
	}
}

// change does something to the member on an interface, or to all of a node.
func (h *holding) change(node, iface string, do func(*holder)) {
	for _, m := range h.all {
		if m.Node != node || iface != "" && m.Interface != iface {
			continue
		}
		if do(m); !slices.Contains(h.doubts, m) {
			h.doubts = append(h.doubts, m)
		}
	}
}

// settle judges the members that changed in the instant that is over.
func (h *holding) settle() {
	for _, m := range h.doubts {
		switch missing := m.missing(); {
		case m.state != active && len(m.held) > 0:
			state := m.state
			if state == "" {
				state = "not running"
			}
			h.watch.report(h.at, "%s holds %s and is %s", m.Node, strings.Join(m.held, " "), state)
		case m.state == active && len(missing) > 0:
			h.watch.report(h.at, "%s is Active and does not hold %s", m.Node, strings.Join(missing, " "))
		}
	}
	h.doubts = h.doubts[:0]
}

// missing returns the virtual IPs that an Active member ought to hold. Once its
// configuration has changed, any one will do.
func (m *holder) missing() []string {
	if m.changed && len(m.held) > 0 {
		return nil
	}
	var missing []string
	for _, vip := range append([]string{m.VIP}, m.Secondary...) {
		if vip != "" && !slices.Contains(m.held, vip) {
			missing = append(missing, vip)
		}
	}
	return missing
}

// Finish implements fold.
func (h *holding) Finish(time.Duration) { h.settle() }
