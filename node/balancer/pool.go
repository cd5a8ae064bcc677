package balancer

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/health"
	"github.com/cablepull/cablepull/sim/topology"
)

// The states of a member, as events name them.
const (
	stateUp          = "up"
	stateDown        = "down"
	stateDrain       = "drain" // up, but only for clients that it has already
	stateMaintenance = "maint" // neither checked nor used
)

// Pool is the members of a balancer: their states, and who gets the next
// connection. All instants are the caller's, and must not go back.
type Pool struct {
	cfg     topology.Balancer
	members []member
	sticky  map[netip.Addr]entry // of stickiness source
	turn    uint64               // counts choices
}

// member is what is known of a member.
type member struct {
	topology.BalancerMember
	judge  health.Judge
	admin  string // ready, drain or maint
	warmAt time.Duration
	cold   bool   // it has come back, and has its full weight at warmAt
	open   int    // connections, those that are being opened included
	total  int    // connections that were opened
	credit int    // of the round-robin algorithms
	turn   uint64 // of its last choice
}

// Change is a member that is in another state than before.
type Change struct {
	Member           int
	From, To, Reason string
}

// NewPool returns the members of a completed configuration as they are at the
// start: HAProxy counts those that are not checked yet as up, and gives them
// their full weight.
func NewPool(cfg topology.Balancer) *Pool {
	p := &Pool{cfg: cfg, sticky: map[netip.Addr]entry{}}
	for _, m := range cfg.Members {
		p.members = append(p.members, member{BalancerMember: m, judge: initial(cfg.Check), admin: topology.MemberReady})
	}
	return p
}

// initial is the judge of a member that has not been checked.
func initial(k *topology.BalancerCheck) health.Judge {
	if k == nil {
		return health.Judge{Rise: 1, Fall: 1, State: health.Up}
	}
	j := health.Judge{Rise: k.Rise, Fall: k.Fall}
	switch k.Initial {
	case topology.InitialUp:
		return j.Leaning(health.Up)
	case topology.InitialDown:
		return j.Leaning(health.Down)
	case topology.InitialFullyDown:
		j.State = health.Down
	default:
		j.State = health.Up
	}
	return j
}

// state is the member's state in a word.
func (m *member) state() string {
	switch {
	case m.admin == topology.MemberMaintenance:
		return stateMaintenance
	case m.judge.State == health.Down:
		return stateDown
	case m.admin == topology.MemberDrain:
		return stateDrain
	}
	return stateUp
}

// warm lets the member's weight grow from nothing, as it has come back.
func (m *member) warm(now, slowStart time.Duration) { m.cold, m.warmAt = slowStart > 0, now+slowStart }

// Checked takes the result of a check. The reason is what was wrong. Results of
// a member in maintenance do not count.
func (p *Pool) Checked(now time.Duration, i int, good bool, reason string) (Change, bool) {
	m := &p.members[i]
	if m.admin == topology.MemberMaintenance {
		return Change{}, false
	}
	before := m.state()
	var changed bool
	if m.judge, changed = m.judge.Take(good); !changed {
		return Change{}, false
	}
	if good {
		reason = "it is well again"
		m.warm(now, p.cfg.SlowStart)
	}
	return Change{i, before, m.state(), reason}, true
}

// Administer sets the administrative state of a member. One that returns from
// maintenance is up until a check fails, and begins as after a failure.
func (p *Pool) Administer(now time.Duration, i int, admin string) (Change, bool) {
	m := &p.members[i]
	before := m.state()
	if m.admin == topology.MemberMaintenance && admin != m.admin {
		m.judge = m.judge.Leaning(health.Up)
		m.warm(now, p.cfg.SlowStart)
	}
	m.admin = admin
	return Change{i, before, m.state(), "as set"}, m.state() != before
}

// Interval is the time until the next check of a member: it may be another one
// while the last results are not enough to change its state.
func (p *Pool) Interval(i int) time.Duration {
	switch m := &p.members[i]; {
	case m.judge.Wavering():
		return p.cfg.Check.Fast
	case m.judge.State == health.Down:
		return p.cfg.Check.Down
	}
	return p.cfg.Check.Interval
}

// Checks reports whether a member is to be checked.
func (p *Pool) Checks(i int) bool { return p.members[i].admin != topology.MemberMaintenance }

// index returns the position of a member; -1 if there is none of that name.
func (p *Pool) index(name string) int {
	for i := range p.members {
		if p.members[i].Name == name {
			return i
		}
	}
	return -1
}
