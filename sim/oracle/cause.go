package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// Cause is a fault that caused something, by its beginning or by its end.
type Cause struct {
	Fault   string        `json:"fault"`
	At      time.Duration `json:"at"`       // it was applied
	Ended   bool          `json:"ended"`    // its end is the cause
	EndedAt time.Duration `json:"ended_at"` // 0 unless its end is the cause
}

// When returns the instant of the beginning or the end that is the cause.
func (c Cause) When() time.Duration {
	if c.Ended {
		return c.EndedAt
	}
	return c.At
}

// String returns the line of the fault, or that line with its end.
func (c Cause) String() string {
	if c.Ended {
		return "end of " + c.Fault
	}
	return c.Fault
}

// edge is the beginning or the end of a fault.
type edge struct {
	Cause
	fault  fault.Fault   // nil: a Go spec's own kind of fault
	node   string        // that the event names
	lifted []*edge       // the beginnings of the faults that it ended
	over   bool          // of a beginning: the fault has ended, or another one replaced it
	until  time.Duration // since then

	// Of what a member that tracks something felt of a fault: only that member is
	// affected, from that instant on.
	member *Entry // nil: it is the fault itself
	actsAt time.Duration
	why    string
}

// history is the faults so far. A fault that repairs others, such as heal,
// stands for their ends.
type history struct {
	facts Facts
	lines *lines
	edges []*edge
	felt  []*edge          // by members that track what the faults broke
	halts map[string]*edge // by node: what took its power

	pauses map[string]pause // by node: the last one
	// struck is the instant of the first fault that breaks something; never: none
	// did so far. What is broken from the start is a condition and no event.
	struck time.Duration
}

// pause is a time in which noise lets a machine stand still.
type pause struct{ from, to time.Duration }

func newHistory(f Facts, l *lines) *history {
	return &history{facts: f, lines: l, halts: map[string]*edge{}, pauses: map[string]pause{}, struck: never}
}

var historyReads = event.SetOf(
	event.FaultApplied{}, event.FaultHealed{}, event.PowerChanged{}, event.Paused{}, event.TrackChanged{},
)

// Observe follows faults, and machines that lose their power and get it back.
func (h *history) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		h.begin(e, b.Fault)
	case event.FaultHealed:
		if t := h.running(b.Fault, e.At); t != nil {
			h.end(t, e.At)
		}
	case event.PowerChanged:
		h.power(e, b.State)
	case event.Paused:
		h.pauses[e.Node] = pause{e.At, e.At + b.Length}
	case event.TrackChanged:
		h.track(e, b)
	}
}

func (h *history) begin(e event.Event, line string) {
	t := &edge{Cause: Cause{Fault: line, At: e.At}, fault: h.lines.fault(line), node: e.Node}
	for _, old := range h.edges {
		if t.fault == nil || old.fault == nil || old.Ended || old.over {
			continue
		}
		if fault.Lifts(t.fault, old.fault) {
			old.over, old.until, t.lifted = true, e.At, append(t.lifted, old)
		}
		if fault.Replaces(t.fault, old.fault) {
			old.over, old.until = true, e.At
		}
	}
	h.edges = append(h.edges, t)
	if h.struck == never && e.At > 0 && t.fault != nil && fault.Breaks(t.fault) {
		h.struck = e.At
	}
}

// running returns the latest fault with a line, with or without its span, that
// has not ended; nil if another one ended it.
func (h *history) running(line string, now time.Duration) *edge {
	plain := line
	if f := h.lines.fault(line); f != nil {
		plain = fault.Plain(f).String()
	}
	for _, t := range slices.Backward(h.edges) {
		if slices.ContainsFunc(t.lifted, func(old *edge) bool { return old.is(plain) }) && t.At == now {
			return nil // it stands for this end
		}
		if !t.Ended && !t.over && t.is(plain) {
			return t
		}
	}
	return nil
}

// is reports whether the line without its span is that of the fault.
func (t *edge) is(plain string) bool {
	if t.fault == nil {
		return t.Fault == plain
	}
	return fault.Plain(t.fault).String() == plain
}

// end adds the end of a fault.
func (h *history) end(begun *edge, now time.Duration) {
	begun.over, begun.until = true, now
	t := &edge{Cause: begun.Cause, fault: begun.fault, node: begun.node, over: true}
	t.Ended, t.EndedAt = true, now
	h.edges = append(h.edges, t)
}

// power makes the end of a fault that took a machine's power out of the machine
// getting it back by itself, as after a reboot.
func (h *history) power(e event.Event, to event.Power) {
	switch {
	case to.Lost():
		delete(h.halts, e.Node)
		for _, t := range slices.Backward(h.edges) {
			if !t.Ended && t.affects(&Entry{Member: Member{Node: e.Node}}) == fault.Halts {
				h.halts[e.Node] = t
				return
			}
		}
	case to == event.PowerBooting || to == event.PowerUp:
		if t := h.halts[e.Node]; t != nil && !t.over {
			h.end(t, e.At)
		}
		delete(h.halts, e.Node)
	}
}

// standing returns the pause of a member that still lasts and began when the
// member could no longer be heard; nil if there is none.
func (h *history) standing(m *Entry, unheard, now time.Duration) *pause {
	p, paused := h.pauses[m.Node]
	if !paused || p.from != unheard || p.to < now {
		return nil
	}
	return &p
}

// since is the instant until which a fault must have begun that keeps a member
// from being heard from an instant on. A fault that comes while the member
// stands still keeps it silent when that pause would be over.
func (h *history) since(m *Entry, unheard, now time.Duration) time.Duration {
	if p, paused := h.pauses[m.Node]; paused && p.from == unheard && p.to < now {
		return p.to
	}
	return unheard
}

// names reports whether the fault names the member: its machine, its interface
// or its segment.
func (t *edge) names(m *Entry) bool {
	if t.member != nil {
		return m.Node == t.member.Node && m.Interface == t.member.Interface
	}
	if t.fault == nil {
		return t.node == "" || t.node == m.Node
	}
	targets := fault.TargetsOf(t.fault)
	return slices.Contains(targets.Nodes, m.Node) || slices.Contains(targets.Interfaces, port(m)) ||
		m.Segment != "" && slices.Contains(targets.Segments, m.Segment)
}

// affects returns the influence of the fault on a member, apart from the frames
// that are lost. What nobody knows may do anything.
func (t *edge) affects(m *Entry) fault.Influence {
	if m == nil || !t.names(m) {
		return fault.NoInfluence
	}
	if t.fault == nil || t.member != nil {
		return fault.Moves
	}
	switch influence := fault.InfluenceOf(t.fault); {
	case influence == fault.Serves && m.Real:
		return fault.Moves
	case influence == fault.Serves:
		return fault.NoInfluence
	default:
		return influence
	}
}

// silences returns what the fault does to the hellos from one member to
// another.
func (t *edge) silences(listener, m *Entry) fault.Silence {
	if t.fault == nil || t.member != nil || listener == nil || m == nil || listener.Segment != m.Segment {
		return fault.HellosPass
	}
	return fault.SilenceOf(t.fault, wayTo(listener, m))
}
