package standby

import (
	"cmp"
	"container/heap"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// network runs several machines against each other: a queue ordered by (when,
// seq), links with a delay, no bytes. It serves to test timelines; package
// world runs machines on real hosts.
type network struct {
	now     time.Duration
	queue   deliveries
	seq     int
	delay   time.Duration
	members []*member
	cut     map[[2]int]bool // messages from the first member to the second are lost
	log     []string        // transitions, Coups and Resigns, one line each

	spy   func(m *member, message wire.Message) // sees every message sent
	check func(m *member, ev Event)             // called after every step
}

// member is a machine on the network, with the state that a shell would keep.
type member struct {
	Machine
	index     int
	name      string
	up        bool // a member that is down neither receives nor ticks
	jitter    *rand.Rand
	holdsVIP  bool
	claimedAt time.Duration
	announced int // announcements made at a takeover, not their repeats
	coups     int
	resigns   int
	history   []Transition
	historyAt []time.Duration
}

type delivery struct {
	when    time.Duration
	seq     int
	to      int
	from    netip.Addr
	message wire.Message
	do      func() // instead of a message
}

type deliveries []delivery

func (q deliveries) Len() int { return len(q) }
func (q deliveries) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].when, q[j].when), cmp.Compare(q[i].seq, q[j].seq)) < 0
}
func (q deliveries) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *deliveries) Push(x any)   { *q = append(*q, x.(delivery)) }
func (q *deliveries) Pop() any {
	last := len(*q) - 1
	d := (*q)[last]
	*q = (*q)[:last]
	return d
}

func newNetwork(configs ...Config) *network {
	n := &network{delay: time.Millisecond, cut: map[[2]int]bool{}}
	for i, cfg := range configs {
		n.members = append(n.members, &member{Machine: New(cfg), index: i, name: string(rune('a' + i))})
	}
	return n
}

// configured is the usual member: group 7, addresses .11, .12, …, timers 3/10,
// priority as given. Routers learn the timers, and the literal table announces
// once.
func configured(profile Profile, index int, priority uint8) Config {
	cfg := Config{
		Profile: profile, Group: 7, Priority: priority, Auth: wire.AuthCisco, LearnTimes: true,
		HelloTime: 3 * time.Second, HoldTime: 10 * time.Second,
		VirtualIP: netip.MustParseAddr("192.0.2.100"), Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + index)}),
	}
	if profile != RFC2281 {
		cfg.AnnounceTimes = AnnounceTimes{1 * time.Second, 2 * time.Second, 5 * time.Second}
	}
	if profile == IOS {
		cfg.ResignOn = ResignOnHello
	}
	if profile == DataPower {
		cfg.Auth, cfg.LearnTimes = wire.AuthDataPower, false
	}
	return cfg
}

// group is a network of usual members, one per priority.
func group(profile Profile, priorities ...uint8) *network {
	var configs []Config
	for i, p := range priorities {
		configs = append(configs, configured(profile, i, p))
	}
	return newNetwork(configs...)
}

// withPreempt switches preempt on everywhere.
func (n *network) withPreempt() *network {
	for _, m := range n.members {
		m.cfg.Preempt = true
	}
	return n
}

// withJitter gives every member its own random stream, and the share of the
// hello time to jitter by.
func (n *network) withJitter(seed uint64, share float64) *network {
	for i, m := range n.members {
		m.cfg.HelloJitter = share
		m.jitter = rand.New(rand.NewPCG(seed, uint64(i)))
	}
	return n
}

func (n *network) push(d delivery) {
	n.seq++
	d.seq = n.seq
	heap.Push(&n.queue, d)
}

// at runs f at an instant; events of one instant run in the order they were
// posted.
func (n *network) at(when time.Duration, f func()) { n.push(delivery{when: when, do: f}) }

// start powers a member on at an instant; one that runs or is frozen is
// power-cycled.
func (n *network) start(index int, when time.Duration) {
	n.at(when, func() {
		m := n.members[index]
		m.Machine, m.up, m.holdsVIP = New(m.cfg), true, false
		n.step(m, Start{})
	})
}

// crash powers a member off: it forgets everything and sends nothing.
func (n *network) crash(index int, when time.Duration) {
	n.at(when, func() {
		m := n.members[index]
		m.up, m.holdsVIP = false, false
		m.Machine = New(m.cfg)
	})
}

// event applies an event to a member at an instant.
func (n *network) event(index int, when time.Duration, ev Event) {
	n.at(when, func() { n.step(n.members[index], ev) })
}

// partition cuts or joins both directions between two members.
func (n *network) partition(a, b int, cut bool) {
	n.cut[[2]int{a, b}], n.cut[[2]int{b, a}] = cut, cut
}

// run continues through an instant, inclusive. Timers due at an instant run
// before messages that arrive then.
func (n *network) run(until time.Duration) {
	for {
		next, ticking := Never, (*member)(nil)
		for _, m := range n.members {
			if m.up && m.Deadline() < next {
				next, ticking = m.Deadline(), m
			}
		}
		if len(n.queue) > 0 && n.queue[0].when < next {
			next, ticking = n.queue[0].when, nil
		}
		if next > until {
			n.now = until
			return
		}
		before := n.now
		n.now = next
		if ticking != nil {
			n.now = max(n.now, before) // a thawed member's timers may be overdue
			n.step(ticking, Tick{Jitter: ticking.draw()})
			continue
		}
		d := heap.Pop(&n.queue).(delivery)
		switch to := n.members[d.to]; {
		case d.do != nil:
			d.do()
		case to.up:
			n.step(to, Received{From: d.from, Message: d.message})
		}
	}
}

func (m *member) draw() float64 {
	if m.jitter == nil {
		return 0
	}
	return 2*m.jitter.Float64() - 1
}

// step is the shell's loop: apply the event, carry out the actions.
func (n *network) step(m *member, ev Event) {
	var actions []Action
	m.Machine, actions = m.Step(n.now, ev)
	for _, action := range actions {
		switch a := action.(type) {
		case ClaimVIP:
			m.holdsVIP, m.claimedAt = true, n.now
		case ReleaseVIP:
			m.holdsVIP = false
		case Announce:
			if a.Repeat == 0 {
				m.announced++
			}
		case Send:
			n.send(m, a.Message)
		case Transition:
			m.history, m.historyAt = append(m.history, a), append(m.historyAt, n.now)
			n.note(m, a.String())
		}
	}
	if n.check != nil {
		n.check(m, ev)
	}
}

func (n *network) send(m *member, message wire.Message) {
	if n.spy != nil {
		n.spy(m, message)
	}
	switch message.Opcode {
	case wire.OpCoup:
		m.coups++
	case wire.OpResign:
		m.resigns++
	}
	if message.Opcode != wire.OpHello {
		n.note(m, "sends "+message.Opcode.String())
	}
	for _, to := range n.members {
		if to != m && !n.cut[[2]int{m.index, to.index}] {
			n.push(delivery{when: n.now + n.delay, to: to.index, from: m.cfg.Address, message: message})
		}
	}
}

func (n *network) note(m *member, what string) {
	n.log = append(n.log, fmt.Sprintf("%9.3fs %s %s", n.now.Seconds(), m.name, what))
}

// wantLog compares the transitions, Coups and Resigns since the last call, all
// of them, with what is expected.
func (n *network) wantLog(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, line := range n.log {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	n.log = nil
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// actives lists the members that hold the virtual IP.
func (n *network) actives() string {
	var names string
	for _, m := range n.members {
		if m.holdsVIP {
			names += m.name
		}
	}
	return names
}
