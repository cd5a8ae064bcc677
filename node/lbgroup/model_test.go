package lbgroup

import (
	"cmp"
	"slices"
	"time"
)

// model is a load balancer group as simple as possible: a list of members and
// sentences of spec/failover.md §6, without slots, tables, plans or anything
// that is kept up to date.
type model struct {
	config  Config
	list    []*backend
	joined  int // how many members have ever joined
	last    *backend
	changes []Change
}

// backend is a member of the model.
type backend struct {
	Member
	number  int // of those that have ever joined
	state   string
	due     time.Duration // when softdown ends, or Never
	active  int
	credit  int // of weighted round-robin
	present bool
}

func newModel(c Config) *model {
	m := &model{config: c}
	m.setMembers(c.Members)
	m.changes = nil
	return m
}

func (m *model) find(server string) *backend {
	i := slices.IndexFunc(m.list, func(b *backend) bool { return b.Server == server })
	if i < 0 {
		return nil
	}
	return m.list[i]
}

// become changes a member's state.
func (m *model) become(b *backend, state string, due time.Duration, cause Cause, detail string) {
	if state != b.state {
		var from, to State
		_, _ = from.UnmarshalText([]byte(b.state)), to.UnmarshalText([]byte(state))
		m.changes = append(m.changes, Change{b.Server, from, to, cause, detail})
	}
	if (state == "up") != (b.state == "up") {
		m.beginAnew()
	}
	b.state, b.due = state, due
}

func (m *model) beginAnew() {
	for _, b := range m.list {
		b.credit = 0
	}
}

func (m *model) nextAt() time.Duration {
	next := Never
	for _, b := range m.list {
		next = min(next, b.due)
	}
	return next
}

func (m *model) advance(now time.Duration) {
	due := slices.DeleteFunc(slices.Clone(m.list), func(b *backend) bool { return b.due > now })
	slices.SortStableFunc(due, func(a, b *backend) int { return cmp.Compare(a.due, b.due) })
	for _, b := range due {
		m.become(b, "up", Never, CauseDampElapsed, "")
	}
}

func (m *model) checked(server string, passed bool, reason string) {
	b := m.find(server)
	switch {
	case b == nil || b.state == "disabled":
	case passed && b.state != "up":
		m.become(b, "up", Never, CauseCheckPassed, reason)
	case !passed && b.state != "down" && m.config.FailedCheck == Down:
		if b.state == "up" || b.due != Never {
			m.become(b, "down", Never, CauseCheckFailed, reason)
		}
	case !passed && b.state != "down":
		m.become(b, "softdown", Never, CauseCheckFailed, reason) // until a check passes
	}
}

func (m *model) setAdminState(server string, enabled bool) {
	b := m.find(server)
	switch {
	case b == nil:
	case enabled && b.state == "disabled":
		m.become(b, "up", Never, CauseAdminEnabled, "")
	case !enabled:
		m.become(b, "disabled", Never, CauseAdminDisabled, "")
	}
}

func (m *model) setMembers(list []Member) {
	if slices.Equal(list, m.config.Members) && m.joined > 0 {
		return
	}
	m.config.Members = list
	for _, b := range m.list {
		if !slices.ContainsFunc(list, func(l Member) bool { return l.Server == b.Server }) {
			b.present = false
			m.become(b, "absent", Never, CauseRemoved, "")
		}
	}
	var next, added []*backend
	for _, l := range list {
		b := m.find(l.Server)
		if b == nil {
			m.joined++
			b = &backend{Member: l, number: m.joined, state: "absent", due: Never, present: true}
			added = append(added, b)
		}
		b.Weight = l.Weight
		next = append(next, b)
	}
	m.list = next
	for _, b := range added {
		if b.Disabled {
			m.become(b, "disabled", Never, CauseAdminDisabled, "")
		} else {
			m.become(b, "up", Never, CauseAdded, "")
		}
	}
	m.beginAnew()
}

// those returns the members of the list for which ok is true.
func (m *model) those(ok func(*backend) bool) []*backend {
	return slices.DeleteFunc(slices.Clone(m.list), func(b *backend) bool { return !ok(b) })
}

func isUp(b *backend) bool { return b.state == "up" }

// takesNew reports whether a member takes new sessions.
func takesNew(b *backend) bool { return isUp(b) && b.Weight > 0 }

// choose takes one of some members that are up. It cannot say which one for
// Hash, and returns nil.
func (m *model) choose(from []*backend) *backend {
	switch m.config.Algorithm {
	case RoundRobin:
		chosen := from[0]
		if m.last != nil && m.last.present {
			last := slices.Index(m.list, m.last)
			later := slices.DeleteFunc(slices.Clone(from), func(b *backend) bool { return slices.Index(m.list, b) <= last })
			if len(later) > 0 {
				chosen = later[0]
			}
		}
		m.last = chosen
		return chosen
	case WeightedRoundRobin:
		total := 0
		for _, b := range from {
			b.credit += b.Weight
			total += b.Weight
		}
		chosen := slices.MaxFunc(from, func(a, b *backend) int { return cmp.Compare(a.credit, b.credit) })
		chosen.credit -= total
		return chosen
	case LeastConnections:
		return slices.MinFunc(from, func(a, b *backend) int { return cmp.Compare(a.active, b.active) })
	case WeightedLeastConnections:
		return slices.MinFunc(from, func(a, b *backend) int { return cmp.Compare(a.active*b.Weight, b.active*a.Weight) })
	case FirstAlive:
		return from[0]
	}
	return nil
}

// search is a transaction of the model.
type search struct {
	model  *model
	affine string

	begun, someUp   bool
	joined          int // how many had ever joined when it began
	tried           []*backend
	member          *backend
	trying, counted bool
	end             *Why
}

// next returns the choice; with Hash a choice by the algorithm has no member,
// and the caller tells it with took.
func (s *search) next() Choice {
	m := s.model
	if s.counted {
		return Choice{Why: IsConnected}
	}
	if s.end != nil {
		return Choice{Why: *s.end}
	}
	if !s.begun {
		s.begun, s.joined, s.someUp = true, m.joined, len(m.those(takesNew)) > 0
	}
	untried := func(b *backend) bool { return !slices.Contains(s.tried, b) && b.number <= s.joined }
	ups := m.those(func(b *backend) bool { return takesNew(b) && untried(b) })
	enabled := m.those(func(b *backend) bool { return b.state != "disabled" && untried(b) })
	first := len(s.tried) == 0
	// All others are tried after the first if the property is on, and that applies.
	every := m.config.TryEveryServer && (!s.someUp || m.config.Mode == Observed)
	switch {
	case first && len(enabled) == 0:
		return s.giveUp(NoMember)
	case first && s.affine != "" && m.find(s.affine) != nil && isUp(m.find(s.affine)):
		return s.took(m.find(s.affine), ByAffinity)
	case first && !s.someUp && m.config.GiveUpWhenAllMembersDown && !every:
		return s.giveUp(NoneUp)
	case !first && !every && (m.config.Mode == Documented || !s.someUp):
		return s.giveUp(NoRetry)
	case len(ups) > 0:
		return s.took(m.choose(ups), ByAlgorithm)
	case first && !every:
		return s.took(enabled[0], FirstOfList)
	case !every:
		return s.giveUp(NoOtherUp)
	case len(enabled) == 0:
		return s.giveUp(EveryFailed)
	}
	return s.took(enabled[0], TryEvery)
}

func (s *search) giveUp(why Why) Choice {
	s.end, s.trying = &why, false
	return Choice{Why: why}
}

func (s *search) took(b *backend, why Why) Choice {
	if b == nil {
		return Choice{Why: why}
	}
	s.tried, s.member, s.trying = append(s.tried, b), b, true
	return Choice{b.Server, why}
}

func (s *search) failed(now time.Duration, reason string) {
	m, b := s.model, s.member
	if !s.trying {
		return
	}
	s.trying = false
	cause := CauseConnectFailed
	if m.config.TryEveryServer && (!s.someUp || m.config.Mode == Observed) {
		cause = CauseTryEveryFailed
	}
	switch {
	case !b.present:
	case b.state == "up", b.state == "softdown" && b.due != Never,
		b.state == "down" && cause == CauseTryEveryFailed && m.config.TryEveryFailed == SoftDown:
		m.become(b, "softdown", now+m.config.Damp, cause, reason)
	}
}

func (s *search) connected() {
	if s.trying {
		s.trying, s.counted = false, true
		s.member.active++
	}
}

func (s *search) released() {
	if s.counted && s.end == nil {
		why := IsConnected
		s.end = &why
		s.member.active--
	}
}
