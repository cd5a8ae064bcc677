package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// groups sums up the spans of all standby groups.
type groups struct {
	scene *scene
	seen  int // version of the scene
	all   []*groupSpans
}

// groupSpans is the present state of one group, and since when it holds.
type groupSpans struct {
	Group
	members []*Entry

	at     time.Duration // the following holds since then
	active int           // how many members act
	joined time.Duration // from this instant on, two acting members hear each other; or never
	dual   time.Duration // length so far of the present span with more than one
	none   time.Duration // and of the present span with none
}

func newGroups(s *scene) recorder {
	g := &groups{scene: s}
	for _, vip := range s.facts.groups() {
		g.all = append(g.all, &groupSpans{Group: Group{VIP: vip}, members: s.roster.Group(vip)})
	}
	return g
}

// reads implements fold.
func (*groups) reads() event.Set { return versionReads }

// Observe implements fold.
func (g *groups) Observe(e event.Event) {
	if b, ok := e.What.(event.StandbyChanged); ok {
		if m := g.scene.roster.Find(e.Node, b.Interface); m != nil {
			for _, s := range g.all {
				if s.VIP == m.VIP {
					s.Transitions++
				}
			}
		}
	}
	if version := g.scene.version(); version != g.seen {
		g.seen = version
		for _, s := range g.all {
			s.advance(e.At, g.scene.history.struck)
			s.look(g.scene.network)
		}
	}
}

// advance accounts for the time since the last change. Before a group has its
// first Active it misses none, until something breaks.
func (s *groupSpans) advance(now, struck time.Duration) {
	from := s.at
	span := now - from
	s.at = now
	s.dual += span
	if s.active > 1 {
		s.DualActive += span
		s.DualLongest = max(s.DualLongest, s.dual)
		s.DualJoined += max(0, now-max(s.joined, from))
	} else {
		s.dual = 0
	}
	if !s.HadActive {
		from = max(from, struck)
	}
	switch {
	case s.active > 0:
		s.none = 0
	case from < now:
		s.none += now - from
		s.NoActive += now - from
		s.NoLongest = max(s.NoLongest, s.none)
	}
}

// look reads the present state.
func (s *groupSpans) look(n *network) {
	var owners []*Entry
	s.joined = never
	for _, m := range s.members {
		if !m.Owns() {
			continue
		}
		for _, o := range owners {
			if since, joined := n.joined(m, o); joined {
				s.joined = min(s.joined, since)
			}
		}
		owners = append(owners, m)
	}
	s.active = len(owners)
	s.HadActive = s.HadActive || s.active > 0
}

// Finish implements fold.
func (g *groups) Finish(end time.Duration) {
	for _, s := range g.all {
		s.advance(end, g.scene.history.struck)
		if !s.HadActive { // who never worked did not fail
			s.NoActive, s.NoLongest = 0, 0
		}
	}
}

// record counts the moves among the takeovers, which are recorded before.
func (g *groups) record(to *Measures) {
	all := make([]Group, 0, len(g.all))
	for _, s := range g.all {
		for _, t := range to.Takeovers {
			if t.VIP != s.VIP {
				continue
			}
			if t.Moved {
				s.Moves++
			}
			if t.False {
				s.FalseFailovers++
			}
		}
		all = append(all, s.Group)
	}
	to.Groups = all
}

var (
	groupFalse       = &Column{"false-failovers", "false failovers", "", Count, Freely}
	groupMoves       = &Column{"group-moves", "moves", "moves", Count, Never}
	groupTransitions = &Column{"group-transitions", "transitions", "transitions", Count, Never}
	groupDual        = &Column{"group-two-active", "two active", "two", Span, WithTime}
	groupJoined      = &Column{"group-two-joined", "two active that hear each other", "joined", Span, Freely}
	groupDualLongest = &Column{"group-two-longest", "longest with two active", "longest", Span, Freely}
	groupNone        = &Column{"group-none-active", "none active", "none", Span, WithTime}
	groupNoneLongest = &Column{"group-none-longest", "longest with none active", "longest", Span, Freely}
)

func groupTable(m *Measures) Table {
	t := Table{
		Title: "Groups: time with two Active, and with none", Names: []string{"vip"},
		Columns: []*Column{groupMoves, groupFalse, groupTransitions, groupDual, groupJoined, groupDualLongest, groupNone, groupNoneLongest},
	}
	for _, g := range m.Groups {
		r := row(g.VIP)
		r.count(groupMoves, g.Moves)
		if g.HadActive { // 0 is a measurement, too
			r.count(groupFalse, g.FalseFailovers).bad()
		}
		r.count(groupTransitions, g.Transitions)
		r.span(groupDual, g.DualActive).bad()
		r.span(groupJoined, g.DualJoined)
		r.span(groupDualLongest, g.DualLongest)
		if g.HadActive {
			r.span(groupNone, g.NoActive)
			r.span(groupNoneLongest, g.NoLongest)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
