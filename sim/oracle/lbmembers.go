package oracle

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// LBMember is a member of a load-balancer group as one gateway saw it. Members
// of which the gateway never learned anything are not listed until it shows
// them at the end of the run.
type LBMember struct {
	Node   string `json:"node"` // the gateway
	Group  string `json:"group"`
	Member string `json:"member"`
	Health string `json:"health"` // at the end
	// Out is how long the gateway left it out: it was softdown, down or disabled.
	Out           time.Duration `json:"out"`
	SoftDown      int           `json:"softdown"`       // times that it became softdown
	Down          int           `json:"down"`           // times that it became down
	ConnectFailed int           `json:"connect_failed"` // requests for which no connection to it was made
	AnswerFailed  int           `json:"answer_failed"`  // requests that it took and did not answer
}

// lbMembers follows them.
type lbMembers struct {
	all []*lbMember
}

type lbMember struct {
	LBMember
	outSince time.Duration
	out      bool
}

func newLBMembers(*scene) recorder { return &lbMembers{} }

func (f *lbMembers) member(node, group, member string) *lbMember {
	for _, m := range f.all {
		if m.Node == node && m.Group == group && m.Member == member {
			return m
		}
	}
	m := &lbMember{LBMember: LBMember{Node: node, Group: group, Member: member, Health: "up"}}
	f.all = append(f.all, m)
	return m
}

var lbMemberReads = event.SetOf(
	event.LBMemberChanged{}, event.LBAttemptFailed{}, event.LBStatus{}, event.PowerChanged{},
)

// reads implements fold.
func (*lbMembers) reads() event.Set { return lbMemberReads }

// Observe implements fold.
func (f *lbMembers) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.LBMemberChanged:
		m := f.member(e.Node, b.Group, b.Member)
		m.become(e.At, b.To)
		switch b.To {
		case "softdown":
			m.SoftDown++
		case "down":
			m.Down++
		}
	case event.LBAttemptFailed:
		m := f.member(e.Node, b.Group, b.Member)
		if b.Stage == event.StageConnect {
			m.ConnectFailed++
		} else {
			m.AnswerFailed++
		}
	case event.LBStatus:
		m := f.member(e.Node, b.Group, b.Server)
		if m.Health = b.Health; b.AdminState != "enabled" {
			m.Health = b.AdminState
		}
	case event.PowerChanged:
		if b.State.Lost() { // its gateway forgets what it knew
			for _, m := range f.all {
				if m.Node == e.Node {
					m.become(e.At, "up")
				}
			}
		}
	}
}

// become accounts for a change of state.
func (m *lbMember) become(now time.Duration, state string) {
	m.end(now)
	m.Health = state
	m.out, m.outSince = state != "up" && state != "", now
}

func (m *lbMember) end(now time.Duration) {
	if m.out {
		m.Out += now - m.outSince
		m.outSince = now
	}
}

// Finish implements fold.
func (f *lbMembers) Finish(end time.Duration) {
	for _, m := range f.all {
		m.end(end)
	}
	slices.SortStableFunc(f.all, func(a, b *lbMember) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Member, b.Member))
	})
}

func (f *lbMembers) record(to *Measures) {
	to.LBMembers = make([]LBMember, 0, len(f.all))
	for _, m := range f.all {
		to.LBMembers = append(to.LBMembers, m.LBMember)
	}
}

var (
	lbOut      = &Column{"lb-member-out", "left out", "left out", Span, WithTime}
	lbSoftDown = &Column{"lb-member-softdown", "softdown", "softdown", Count, Freely}
	lbDown     = &Column{"lb-member-down", "down", "down", Count, Freely}
	lbConnect  = &Column{"lb-member-connect-failed", "connections failed", "no connection", Count, Freely}
	lbAnswer   = &Column{"lb-member-answer-failed", "answers missing", "no answer", Count, Freely}
)

func lbMemberTable(m *Measures) Table {
	t := Table{
		Title: "Members of load-balancer groups", Names: []string{"gateway", "group", "member", "health"},
		Columns: []*Column{lbOut, lbSoftDown, lbDown, lbConnect, lbAnswer},
	}
	for _, one := range m.LBMembers {
		r := Row{
			Of:    one.Node + " " + one.Group + " " + one.Member,
			Names: []string{one.Node, one.Group, one.Member, one.Health},
		}
		r.span(lbOut, one.Out)
		r.count(lbSoftDown, one.SoftDown)
		r.count(lbDown, one.Down)
		r.count(lbConnect, one.ConnectFailed).bad()
		r.count(lbAnswer, one.AnswerFailed).bad()
		t.Rows = append(t.Rows, r)
	}
	return t
}
