package selfbalance

import (
	"container/heap"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

const (
	ms     = time.Millisecond
	second = time.Second
	lan    = 100 * time.Microsecond // from member to member
)

var web = Service{VIP: [4]byte{192, 0, 2, 100}, Port: 80}

// group is machines on one segment, with the connections that live at each, and
// no frames: messages and segments travel as values.
type group struct {
	t       testing.TB
	now     time.Duration
	queue   queueOfCalls
	number  int
	members []*testMember
	lose    func(from, to *testMember, m balance.Message) bool // nil: nothing is lost
	wire    func(bytes int) time.Duration                      // nil: it is as fast as one likes
}

// testMember is a machine and its stack.
type testMember struct {
	group   *group
	name    string
	machine *Machine
	address netip.Addr
	live    map[Flow]bool // connections that it terminates
	resets  []Flow        // segments that its stack answers with RST
	held    []*Packet
	dead    bool
	epoch   int // of its timer
	notes   []Action
	ready   bool
}

type call struct {
	at     time.Duration
	number int
	do     func()
}

type queueOfCalls []call

func (q queueOfCalls) Len() int { return len(q) }
func (q queueOfCalls) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].number < q[j].number
}
func (q queueOfCalls) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queueOfCalls) Push(x any)   { *q = append(*q, x.(call)) }
func (q *queueOfCalls) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// testConfig is that of a member, apart from its address.
func testConfig() Config {
	return Config{
		Group: 30, Boot: 1, Version: 2, Table: TableConfig{Max: 1_000_000, Timeouts: IPVSTimeouts()},
		ReportTime: second, Missed: 3, HoldTime: 500 * ms, SyncThreshold: 3, SyncPeriod: 50, Weight: 100, FullSamples: 3,
	}
}

// newGroup starts members a, b, c, …; the first is the owner. It runs until all
// know each other.
func newGroup(t testing.TB, n int, change func(*Config)) *group {
	g := &group{t: t}
	for i := range n {
		g.join(string(rune('a'+i)), byte(11+i), change)
	}
	g.members[0].step(Role{Owner: true})
	g.run(2 * second)
	return g
}

// join starts a member.
func (g *group) join(name string, host byte, change func(*Config)) *testMember {
	c := testConfig()
	c.Address = netip.AddrFrom4([4]byte{192, 0, 2, host})
	if change != nil {
		change(&c)
	}
	m := &testMember{group: g, name: name, machine: New(c), address: c.Address, live: map[Flow]bool{}}
	g.members = append(g.members, m)
	m.step(Offer{[]LocalService{{Service: web, Name: "web", Kind: "http", Listening: true}}})
	m.step(Start{})
	return m
}

// after runs do in a while.
func (g *group) after(d time.Duration, do func()) {
	g.number++
	heap.Push(&g.queue, call{g.now + d, g.number, do})
}

// run lets time pass.
func (g *group) run(d time.Duration) {
	end := g.now + d
	for len(g.queue) > 0 && g.queue[0].at <= end {
		c := heap.Pop(&g.queue).(call)
		g.now = c.at
		c.do()
	}
	g.now = end
}

// named returns a member.
func (g *group) named(name string) *testMember {
	i := slices.IndexFunc(g.members, func(m *testMember) bool { return m.name == name })
	if i < 0 {
		g.t.Fatalf("there is no member %s", name)
	}
	return g.members[i]
}

// at returns the member with an address.
func (g *group) at(a netip.Addr) *testMember {
	for _, m := range g.members {
		if m.address == a && !m.dead {
			return m
		}
	}
	return nil
}

// step gives an event to the machine and carries out what it wants.
func (m *testMember) step(ev Event) {
	if m.dead {
		return
	}
	for _, a := range slices.Clone(m.machine.Step(m.group.now, ev)) {
		m.perform(a)
	}
	m.arm()
}

func (m *testMember) arm() {
	due := m.machine.Deadline()
	m.epoch++
	if due == Never {
		return
	}
	epoch := m.epoch
	m.group.after(max(0, due-m.group.now), func() {
		if m.epoch == epoch {
			m.step(&Tick{})
		}
	})
}

func (m *testMember) perform(a Action) {
	switch a := a.(type) {
	case Send:
		m.send(a)
	case Collect:
		var flows []LiveFlow
		for f := range m.live {
			flows = append(flows, LiveFlow{f, Established})
		}
		slices.SortFunc(flows, func(a, b LiveFlow) int { return int(a.Flow.ClientPort) - int(b.Flow.ClientPort) })
		m.step(Live{a.For, a.Epoch, flows})
	case Decide:
		held := m.held
		m.held = nil
		for _, p := range held {
			m.route(p)
		}
	case Ready:
		m.ready = true
		m.notes = append(m.notes, a)
	default:
		m.notes = append(m.notes, a)
	}
}

// send delivers a message to the members that it is for, in its binary form.
func (m *testMember) send(s Send) {
	g := m.group
	token := [8]byte{'X', 'A', '3', '5'}
	payload, err := balance.Append(nil, s.Message, token)
	if err != nil {
		g.t.Fatalf("%s: %v", m.name, err)
	}
	delay := lan
	if g.wire != nil {
		delay += g.wire(len(payload))
	}
	for _, to := range g.members {
		if to == m || s.To.IsValid() && to.address != s.To || g.lose != nil && g.lose(m, to, s.Message) {
			continue
		}
		g.after(delay, func() {
			read, err := balance.Parse(payload, token)
			if err != nil {
				g.t.Fatalf("%s cannot read what %s sent: %v", to.name, m.name, err)
			}
			to.step(&Heard{Message: read})
		})
	}
}

// route gives a segment to the member, and follows it to its end.
func (m *testMember) route(p *Packet) {
	if m.dead {
		return
	}
	p.Known = m.live[p.Flow]
	d := m.machine.Route(m.group.now, p)
	switch d.Verdict {
	case Local:
		m.receive(p)
	case Forward, PassOn:
		hops := uint8(1)
		if d.Verdict == PassOn {
			hops = 2
		}
		if to := m.group.at(m.machine.Member(d.To)); to != nil {
			to.route(&Packet{Flow: p.Flow, Segment: p.Segment, Hops: hops})
		}
	case Hold:
		m.held = append(m.held, p)
	}
}

// receive is the stack.
func (m *testMember) receive(p *Packet) {
	switch {
	case p.Segment == SYN:
		m.live[p.Flow] = true
	case !m.live[p.Flow]:
		m.resets = append(m.resets, p.Flow)
	case p.Segment == RST:
		delete(m.live, p.Flow)
	}
}

// flowOfClient is the connection from a port of the client.
func flowOfClient(port int) Flow {
	return Flow{Client: [4]byte{192, 0, 2, 201}, VIP: web.VIP, ClientPort: uint16(port), Port: web.Port}
}

// open opens n connections at a member: SYN and ACK.
func (m *testMember) open(n int) {
	for i := range n {
		for _, s := range []Segment{SYN, ACK} {
			m.route(&Packet{Flow: flowOfClient(5000 + i), Segment: s})
		}
	}
}

// ask sends one segment on each of n connections to a member.
func (m *testMember) ask(n int) {
	for i := range n {
		m.route(&Packet{Flow: flowOfClient(5000 + i), Segment: ACK})
	}
}

// die is a crash.
func (m *testMember) die() {
	m.dead = true
	m.epoch++
}

// resets counts the connections that were reset, at all members.
func (g *group) resets() (n int) {
	for _, m := range g.members {
		n += len(m.resets)
	}
	return n
}

// spread says how many connections live at each member.
func (g *group) spread() string {
	text := ""
	for _, m := range g.members {
		text += fmt.Sprintf("%s %d ", m.name, len(m.live))
	}
	return text
}

// note returns the last note of a type.
func note[A Action](m *testMember) (last A, ok bool) {
	for _, a := range m.notes {
		if x, is := a.(A); is {
			last, ok = x, true
		}
	}
	return last, ok
}
