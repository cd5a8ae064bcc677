package upstream

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// Instant is a point in time by both clocks of a worker process.
type Instant struct {
	Second  int64         // of the wall clock: ngx_time()
	Elapsed time.Duration // by the monotonic clock; only Config.Timeout needs it
}

// Upstream is the servers as one worker process knows them.
type Upstream struct {
	policy  Policy
	main    group
	backup  group // without peers if there is no backup server
	tries   int   // servers that are not down, in both groups
	changes []Change
}

// group is the servers of one rank: ngx_http_upstream_rr_peers_t.
type group struct {
	peers  []peer
	shares []share // of the peers, in the same order
	doubts int     // how many of them are doubtful
	// single exempts the server from being left alone, because there is no other:
	// no second line, even one that is down, and no backup.
	single bool
}

// peer is what is known of a server: ngx_http_upstream_rr_peer_t.
type peer struct {
	fails    int
	accessed int64 // second of the last failure
	checked  int64 // second of the last failure, or of the request that tried it after fail_timeout
	conns    int

	maxConns, maxFails int
	failTimeout        int64
	down               bool

	place  int // in the group
	server int // its place in Config.Servers
	state  State
}

// share is a peer's part in smooth weighted round robin. It is apart from the
// peer, and knows whether there is anything to ask it, because it is read for
// every peer and every choice.
type share struct {
	current, effective, weight int32
	doubtful                   bool // it may not be chosen: see peer.selectable
}

// State is how a server is doing, as an observer sees it. nginx knows only
// numbers.
type State uint8

// The states of a server.
const (
	Up     State = iota
	Down         // left alone for fail_timeout
	Trying       // fail_timeout is over, and a request tries it
)

// String names the state.
func (s State) String() string {
	switch s {
	case Up:
		return "up"
	case Down:
		return "down"
	}
	return "trying"
}

// Change is a server that has entered another state.
type Change struct {
	Server int // its place in Config.Servers
	To     State
	Cause  Condition // of Down: the last failure
}

// New returns an upstream whose servers are up. The error wraps ErrConfig.
func New(c Config) (*Upstream, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	u := &Upstream{policy: Policy{c.Next, c.Tries, c.Timeout}}
	for i, s := range c.Servers {
		g := &u.main
		if s.Backup {
			g = &u.backup
		}
		if !s.Down {
			u.tries++
		}
		g.peers = append(g.peers, peer{
			maxConns: s.MaxConns, maxFails: s.MaxFails, failTimeout: s.FailTimeout, down: s.Down,
			place: len(g.peers), server: i,
		})
		g.shares = append(g.shares, share{effective: int32(s.Weight), weight: int32(s.Weight)})
		g.doubt(&g.peers[len(g.peers)-1])
	}
	u.main.single = len(u.main.peers) == 1 && len(u.backup.peers) == 0
	return u, nil
}

// Changes returns what has changed since the last call, in order. The result is
// valid until the next change.
func (u *Upstream) Changes() []Change {
	changes := u.changes
	u.changes = u.changes[:0]
	return changes
}

// enter records the state of a server, if it is another one.
func (u *Upstream) enter(p *peer, to State, cause Condition) {
	if p.state != to {
		p.state = to
		u.changes = append(u.changes, Change{p.server, to, cause})
	}
}

// doubt notes whether a peer may not be chosen. It is called after each change
// of fails and conns.
func (g *group) doubt(p *peer) {
	s := &g.shares[p.place]
	doubtful := p.down || p.maxFails != 0 && p.fails >= p.maxFails || p.full()
	if doubtful != s.doubtful {
		s.doubtful = doubtful
		if doubtful {
			g.doubts++
		} else {
			g.doubts--
		}
	}
}

// full reports whether a peer has as many requests as it may have.
func (p *peer) full() bool { return p.maxConns != 0 && p.conns >= p.maxConns }

// selectable reports whether a peer can be chosen in a second.
func (p *peer) selectable(second int64) bool {
	failed := p.maxFails != 0 && p.fails >= p.maxFails
	if planted.In(planted.FailWindowNeverEnds) && failed {
		return false
	}
	return !p.down && !p.full() && !(failed && second-p.checked <= p.failTimeout)
}

// pick chooses a peer by smooth weighted round robin, or none:
// ngx_http_upstream_get_peer. Each peer that can be chosen earns its effective
// weight, and the one with the most pays for all; of equal ones it is the
// first.
func (g *group) pick(tried *set, second int64) *peer {
	best, total := int64(math.MinInt64), int32(0)
	careful := g.doubts > 0 || *tried != set{}
	shares := g.shares
	for i := range shares {
		s := &shares[i]
		if careful && (s.doubtful && !g.peers[i].selectable(second) || tried.has(i)) {
			continue
		}
		current, effective := s.current+s.effective, s.effective
		s.current = current
		total += effective
		if effective < s.weight {
			s.effective = effective + 1
		}
		best = max(best, int64(current)<<32-int64(i)) // without a branch that is hard to predict
	}
	if best == math.MinInt64 {
		return nil
	}
	place := int(-int32(best))
	tried.add(place)
	shares[place].current -= total
	p := &g.peers[place]
	if second-p.checked > p.failTimeout {
		p.checked = second
	}
	return p
}

// set is a set of places in a group.
type set [ServersMax / 64]uint64

func (s *set) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s *set) has(i int) bool { return s[i>>6]>>(i&63)&1 == 1 }
