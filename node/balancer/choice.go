package balancer

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/lbgroup"
	"github.com/cablepull/cablepull/sim/topology"
)

// nobody stands for no member.
const nobody = -1

// Wish is what a choice depends on.
type Wish struct {
	Client netip.Addr
	Cookie string // the member that the client's cookie names; empty: none
	Not    int    // a member to leave out; nobody: none
}

// entry is the member of a client, for stickiness by source.
type entry struct {
	member int
	until  time.Duration
}

// Full and None are choices of no member.
const (
	Full = -2 // those that could be chosen have as many connections as they may
	None = -1 // no member can be chosen
)

// Choose returns the member for a new connection, or Full or None, and counts
// the connection. Release must be called when it is over.
func (p *Pool) Choose(now time.Duration, w Wish) int {
	i := p.stuck(now, w)
	if i == nobody {
		i = p.pick(now, w)
	}
	if i < 0 {
		return i
	}
	m := &p.members[i]
	if m.full() {
		return Full
	}
	p.turn++
	m.turn = p.turn
	m.open++
	return i
}

// Connected remembers that a connection to a member was opened.
func (p *Pool) Connected(now time.Duration, i int, client netip.Addr) {
	p.members[i].total++
	if p.cfg.Stickiness == topology.StickySource {
		p.sticky[client] = entry{i, now + p.cfg.Sticky}
	}
}

// Release ends a connection that was counted.
func (p *Pool) Release(i int) { p.members[i].open-- }

func (m *member) full() bool { return m.Max > 0 && m.open >= m.Max }

// stuck returns the member that a client has already, if it takes this client:
// one that drains does.
func (p *Pool) stuck(now time.Duration, w Wish) int {
	i := nobody
	switch p.cfg.Stickiness {
	case topology.StickyCookie:
		i = p.index(w.Cookie)
	case topology.StickySource:
		e, known := p.sticky[w.Client]
		if known && now >= e.until {
			delete(p.sticky, w.Client)
		} else if known {
			i = e.member
		}
	}
	if i == nobody || i == w.Not {
		return nobody
	}
	if s := p.members[i].state(); s != stateUp && s != stateDrain {
		return nobody
	}
	return i
}

// pick chooses by the algorithm. Of backups only the first that is up counts,
// and only while no other member is.
func (p *Pool) pick(now time.Duration, w Wish) int {
	var able []int
	for _, backup := range []bool{false, true} {
		for i := range p.members {
			if m := &p.members[i]; m.Backup == backup && i != w.Not && m.state() == stateUp {
				able = append(able, i)
			}
		}
		if len(able) > 0 {
			if backup {
				able = able[:1]
			}
			break
		}
	}
	if len(able) == 0 {
		return None
	}
	if p.cfg.Algorithm == topology.BalanceSource {
		return p.bySource(able, w.Client) // whether it is full or not
	}
	free := able[:0]
	for _, i := range able {
		if !p.members[i].full() {
			free = append(free, i)
		}
	}
	switch {
	case len(free) == 0:
		return Full
	case p.cfg.Algorithm == topology.BalanceFirst:
		return free[0]
	case p.cfg.Algorithm == topology.BalanceConnections:
		return p.leastLoaded(now, free)
	}
	return p.nextInTurn(now, free)
}

// fullWeight is what a weight of 1 counts once a member is warm.
const fullWeight = 100

// weight is the weight of a member at an instant, in hundredths: of one that
// has come back it grows evenly, and is never 0.
func (p *Pool) weight(now time.Duration, i int) int {
	m := &p.members[i]
	weight := fullWeight
	if p.cfg.Algorithm != topology.BalanceRoundRobin {
		weight *= m.Weight
	}
	if m.cold && now >= m.warmAt {
		m.cold = false
	}
	if m.cold {
		since := p.cfg.SlowStart - (m.warmAt - now)
		weight = max(1, int(int64(weight)*int64(since)/int64(p.cfg.SlowStart)))
	}
	return weight
}

// nextInTurn is a turn of smooth weighted round-robin, as nginx has it: each
// candidate earns its weight, and the one with the most pays for all.
func (p *Pool) nextInTurn(now time.Duration, able []int) int {
	best, all := able[0], 0
	for _, i := range able {
		weight := p.weight(now, i)
		p.members[i].credit += weight
		all += weight
		if p.members[i].credit > p.members[best].credit {
			best = i
		}
	}
	p.members[best].credit -= all
	return best
}

// leastLoaded returns the candidate with the fewest connections for its weight;
// of equal ones that which was chosen least recently, as HAProxy does.
func (p *Pool) leastLoaded(now time.Duration, able []int) int {
	best := able[0]
	for _, i := range able[1:] {
		mine := (p.members[i].open + 1) * p.weight(now, best)
		its := (p.members[best].open + 1) * p.weight(now, i)
		if mine < its || mine == its && p.members[i].turn < p.members[best].turn {
			best = i
		}
	}
	return best
}

// bySource returns the candidate in whose share of all weights the hash of the
// client's address falls (HAProxy's map-based hash: a member that leaves moves
// clients of others as well). Slow start does not count.
func (p *Pool) bySource(able []int, client netip.Addr) int {
	all := 0
	for _, i := range able {
		all += p.members[i].Weight
	}
	at := int(lbgroup.HashClient(client) % uint64(all))
	for _, i := range able {
		if at -= p.members[i].Weight; at < 0 {
			return i
		}
	}
	return able[0] // the sum makes that impossible
}
