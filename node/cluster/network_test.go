package cluster

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

const ms = time.Millisecond

// network connects members in a test: what one sends arrives 1 ms later, or, if
// they cannot reach each other, when they can again. Connections behave as
// those of TCP: whoever closes one forgets what was not sent, and the other end
// learns of it when it can be reached; a machine that is down refuses nobody,
// one that runs no member refuses all.
type network struct {
	now   time.Duration
	nodes []*node
	cut   map[[2]int]bool
	held  []packet
	seq   int
	check func(*node, Event)
}

// node is a member and what its shell would hold.
type node struct {
	Machine
	index   int
	lives   int
	up      bool
	reports []string     // what it told its user
	seen    []Member     // according to Added and Removed
	open    map[int]bool // connections by the other's index
}

// packet is an event on its way.
type packet struct {
	at       time.Duration
	seq      int
	from, to int
	life     [2]int // of both, when it was sent
	ev       Event
}

func addressAt(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)}), 4000)
}

// quick are timers that keep tests short, in the same order as those of Carbon.
func quick(i int, known ...int) Config {
	c := Config{
		Heartbeat: time.Second, MaxNoHeartbeat: 20 * time.Second, Confirmation: 3 * time.Second, MaxNoConfirmation: 30 * time.Second,
		Publish: 30 * time.Second, MergeFirst: 6 * time.Second, MergeNext: 3 * time.Second,
		WaitJoin: time.Second, MaxWaitJoin: 4 * time.Second, MaxJoin: 300 * time.Second, Connect: 5 * time.Second,
	}
	c.Self = Member{Address: addressAt(i), Name: string(rune('a' + i))}
	for _, k := range known {
		c.WellKnown = append(c.WellKnown, addressAt(k))
	}
	return c
}

func newNetwork(configs ...Config) *network {
	n := &network{cut: map[[2]int]bool{}}
	for i, c := range configs {
		n.nodes = append(n.nodes, &node{Machine: New(c), index: i})
	}
	return n
}

// start starts a member in a new life.
func (n *network) start(i int) {
	d := n.nodes[i]
	d.lives++
	d.cfg.Self.ID = fmt.Sprintf("%s%d", d.cfg.Self.Name, d.lives)
	d.Machine, d.up, d.seen, d.open = New(d.cfg), true, nil, map[int]bool{}
	n.event(i, Start{})
}

// crash ends a member. If it is killed, the others see their connections
// closed; if not, nothing comes from it any more.
func (n *network) crash(i int, killed bool) {
	d := n.nodes[i]
	for j := range n.nodes {
		if killed && d.open[j] {
			n.post(i, j, 1*ms, Closed{addressAt(i)})
		}
	}
	d.up, d.open = false, nil
}

func (n *network) reach(i, j int) bool { return !n.cut[[2]int{min(i, j), max(i, j)}] }

func (n *network) post(from, to int, after time.Duration, ev Event) {
	n.seq++
	n.held = append(n.held, packet{n.now + after, n.seq, from, to, [2]int{n.nodes[from].lives, n.nodes[to].lives}, ev})
}

// event steps a member and does what it says.
func (n *network) event(i int, ev Event) {
	d := n.nodes[i]
	next, actions := d.Machine.Step(n.now, ev)
	d.Machine = next
	for _, a := range actions {
		n.act(d, a)
	}
	if n.check != nil {
		n.check(d, ev)
	}
}

func indexOf(at netip.AddrPort) int { return int(at.Addr().As4()[3]) - 11 }

func (n *network) act(d *node, a Action) {
	switch a := a.(type) {
	case Connect:
		if j := indexOf(a.To); d.open[j] {
			n.post(j, d.index, 0, Opened(a))
		} else {
			n.connect(d, j)
		}
	case Send:
		j := indexOf(a.To)
		if n.connect(d, j) {
			n.post(d.index, j, 2*ms, Received{a.Message})
		}
	case Disconnect:
		j := indexOf(a.With)
		n.drop(d.index, j)
		delete(d.open, j)
		n.post(d.index, j, 3*ms, Closed{addressAt(d.index)})
	case Added:
		d.seen = append(d.seen, a.Member)
		d.reports = append(d.reports, "+"+a.Member.ID)
	case Removed:
		d.seen = slices.DeleteFunc(d.seen, func(m Member) bool { return m == a.Member })
		d.reports = append(d.reports, "-"+a.Member.ID+" "+a.Reason)
	case Elected:
		d.reports = append(d.reports, fmt.Sprintf("coordinator %t", a.Coordinator))
	case Merging:
		d.reports = append(d.reports, fmt.Sprintf("merging into %d", indexOf(a.Into)))
	case Stopped:
		d.reports = append(d.reports, "stopped: "+a.Reason)
	}
}

// drop loses what was sent on a connection that is closed, but not what can
// still arrive.
func (n *network) drop(i, j int) {
	if n.reach(i, j) {
		return
	}
	n.held = slices.DeleteFunc(n.held, func(p packet) bool { return p.from == i && p.to == j })
}

// connect makes a connection if there is none, and reports whether what is sent
// may arrive.
func (n *network) connect(d *node, j int) bool {
	switch {
	case d.open[j]:
		return true
	case !n.nodes[j].up && n.nodes[j].lives > 0, n.nodes[j].lives == 0:
		n.post(j, d.index, 1*ms, Failed{addressAt(j)})
		return false
	case !n.reach(d.index, j):
		n.postSelf(d.index, d.cfg.Connect, Failed{addressAt(j)})
		return false
	}
	d.open[j], n.nodes[j].open[d.index] = true, true
	n.post(j, d.index, 1*ms, Opened{addressAt(j)})
	return true
}

// postSelf posts what no partition holds up.
func (n *network) postSelf(i int, after time.Duration, ev Event) { n.post(i, i, after, ev) }

// run plays until an instant.
func (n *network) run(until time.Duration) {
	for {
		i, at := n.first()
		if at > until {
			n.now = until
			return
		}
		n.now = max(n.now, at)
		if i >= 0 {
			n.event(i, Tick{})
			continue
		}
		p := n.take()
		to := n.nodes[p.to]
		same := p.life[1] == to.lives && (p.life[0] == n.nodes[p.from].lives || isClosed(p.ev))
		if !to.up || !same {
			continue
		}
		if c, is := p.ev.(Closed); is {
			delete(to.open, indexOf(c.With))
		}
		n.event(p.to, p.ev)
	}
}

func isClosed(ev Event) bool { _, is := ev.(Closed); return is }

// first returns who has a deadline next, or -1 if a packet comes before it.
func (n *network) first() (int, time.Duration) {
	best, at := -1, forever
	if len(n.held) > 0 {
		if k := n.next(); k >= 0 {
			at = n.held[k].at
		}
	}
	for i, d := range n.nodes {
		if d.up && d.Deadline() < at {
			best, at = i, d.Deadline()
		}
	}
	return best, at
}

// next returns the place of the first packet that can be delivered; -1 if there
// is none.
func (n *network) next() int {
	best := -1
	for k, p := range n.held {
		if n.reach(p.from, p.to) && (best < 0 || cmp.Or(cmp.Compare(p.at, n.held[best].at), cmp.Compare(p.seq, n.held[best].seq)) < 0) {
			best = k
		}
	}
	return best
}

func (n *network) take() packet {
	k := n.next()
	p := n.held[k]
	n.held = slices.Delete(n.held, k, k+1)
	return p
}
