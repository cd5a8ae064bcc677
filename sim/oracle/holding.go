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
type holding struct {
	watch   *watch
	roster  *roster
	held    map[*member][]string
	changed map[string]bool // nodes whose configuration is no longer that of the paper
	doubts  []*member       // changed at the present instant, in the order of their change
	at      time.Duration
}

func newHolding(s *scene, w *watch) *holding {
	return &holding{watch: w, roster: s.roster, held: map[*member][]string{}, changed: map[string]bool{}}
}

// Observe implements fold.
func (h *holding) Observe(e event.Event) {
	if e.At > h.at {
		h.settle()
		h.at = e.At
	}
	switch b := e.What.(type) {
	case event.StandbyChanged:
		h.doubt(h.roster.find(e.Node, b.Interface))
	case event.VIPGained:
		if m := h.roster.find(e.Node, b.Interface); m != nil {
			h.held[m] = append(h.held[m], b.VIP)
			h.doubt(m)
		}
	case event.VIPLost:
		if m := h.roster.find(e.Node, b.Interface); m != nil {
			h.held[m] = slices.DeleteFunc(h.held[m], func(vip string) bool { return vip == b.VIP })
			h.doubt(m)
		}
	case event.ConfigChanged:
		h.changed[e.Node] = true
	case event.PowerChanged:
		h.power(e.Node, b.State)
	}
}

// power forgets what a machine held when it lost its power.
func (h *holding) power(node, state string) {
	if state != "off" && state != "crashed" {
		return
	}
	for _, m := range h.roster.members {
		if m.Node == node {
			h.held[m] = nil
			h.doubt(m)
		}
	}
}

func (h *holding) doubt(m *member) {
	if m != nil && !slices.Contains(h.doubts, m) {
		h.doubts = append(h.doubts, m)
	}
}

// settle judges the members that changed in the instant that is over.
func (h *holding) settle() {
	for _, m := range h.doubts {
		held := h.held[m]
		switch {
		case m.state != active && len(held) > 0:
			h.watch.report(h.at, "%s holds %s and is %s", m.Node, strings.Join(held, " "), stateName(m))
		case m.state == active && len(h.missing(m)) > 0:
			h.watch.report(h.at, "%s is Active and does not hold %s", m.Node, strings.Join(h.missing(m), " "))
		}
	}
	h.doubts = h.doubts[:0]
}

// missing returns the virtual IPs that an Active member ought to hold. Once its
// configuration has changed, any one will do.
func (h *holding) missing(m *member) []string {
	var missing []string
	for _, vip := range append([]string{m.VIP}, m.Secondary...) {
		if vip != "" && !slices.Contains(h.held[m], vip) {
			missing = append(missing, vip)
		}
	}
	if h.changed[m.Node] && len(h.held[m]) > 0 {
		return nil
	}
	return missing
}

func stateName(m *member) string {
	if m.state == "" {
		return "not running"
	}
	return m.state
}

// Finish implements fold.
func (h *holding) Finish(time.Duration) { h.settle() }
