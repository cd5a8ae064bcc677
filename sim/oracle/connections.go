package oracle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// connections follows client connections from each fault on.
type connections struct {
	facts  Facts
	lines  *lines
	faults []*faultTally
	conns  map[uint64]*followed
	order  []*followed       // established ones, oldest first; closed ones are swept out
	ends   map[string]uint64 // open connections by the client's ip:port
	losses []*loss           // after faults; credited when the takeovers are known

	balanced map[string]bool // virtual IPs that are self-balanced
}

// faultTally is one fault and the nodes it names.
type faultTally struct {
	Connections
	fault    fault.Fault // nil: a Go spec's own kind of fault
	nodes    []string
	survival *survival // nil: nothing is self-balanced
	byAge    byAge
}

// hit is a fault that found a connection, which had an age then.
type hit struct {
	*faultTally
	age int           // index in ages
	old time.Duration // how long it had been established
}

// followed is an established connection.
type followed struct {
	client  string
	home    string // the first server
	server  string // the last one
	local   string
	answers int    // carried so far
	waiting uint64 // request that has no answer yet; 0: none
	closed  bool

	balanced bool          // it asks a self-balanced virtual IP
	segments int           // at least so many of its client, if it is balanced
	spokeAt  time.Duration // something was asked or answered
	openedAt time.Duration // it was established

	hitBy    []hit  // that found it and have no verdict yet
	answered bool   // since the last fault
	failed   bool   // a request, since the last fault
	how      string // the first of those, or the connection itself, failed
}

func newConnections(s *scene) recorder {
	c := &connections{
		facts: s.facts, lines: s.lines, conns: map[uint64]*followed{}, ends: map[string]uint64{}, balanced: map[string]bool{},
	}
	for vip := range s.facts.vips() { // order: into a map
		c.balanced[vip] = s.facts.balanced(vip)
	}
	return c
}

var connectionReads = event.SetOf(
	event.FaultApplied{}, event.ConnEstablished{}, event.ConnAged{}, event.ConnAccepted{},
	event.RequestServed{}, event.RequestSent{}, event.RequestAnswered{}, event.RequestFailed{},
	event.ConnClosed{},
)

// reads implements fold.
func (*connections) reads() event.Set { return connectionReads }

// Observe implements fold.
func (c *connections) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		c.strike(e.At, b.Fault)
	case event.ConnEstablished:
		c.established(e, b)
	case event.ConnAged:
		c.aged(b)
	case event.ConnAccepted:
		c.servedBy(b.Client, e.Node)
	case event.RequestServed:
		c.servedBy(b.Client, e.Node)
	case event.RequestSent:
		if f := c.conns[b.Conn]; f != nil {
			f.waiting, f.spokeAt = b.Request, e.At
		}
	case event.RequestAnswered:
		if f := c.conns[b.Conn]; f != nil {
			f.gotAnswer()
			f.spokeAt = e.At
		}
	case event.RequestFailed:
		if f := c.conns[b.Conn]; f != nil && strings.HasPrefix(b.Failure, "status-") {
			f.gotAnswer() // an error, but the connection works
			f.spokeAt = e.At
		} else if f != nil {
			f.failedHow(b.Failure)
		}
	case event.ConnClosed:
		c.closed(e.At, b)
	}
}

func (f *followed) gotAnswer() {
	f.answers++
	f.waiting = 0
	f.answered = true
}

// strike settles the connections that survived earlier faults, and starts
// following those open now.
func (c *connections) strike(at time.Duration, line string) {
	tally := &faultTally{Connections: Connections{Fault: line, At: at}}
	if tally.fault = c.lines.fault(line); tally.fault != nil {
		tally.nodes = append([]string{}, fault.Nodes(tally.fault)...)
	}
	if c.facts.balances() {
		tally.survival = &survival{}
	}
	c.faults = append(c.faults, tally)
	c.sweep()
	for _, f := range c.order {
		if f.answered {
			c.settle(f, at, false)
		}
		f.hitBy = append(f.hitBy, hit{tally, f.age(at), at - f.openedAt})
		f.answered, f.failed, f.how = false, false, ""
		tally.Established++
	}
}

// sweep drops the connections that are over.
func (c *connections) sweep() {
	c.order = slices.DeleteFunc(c.order, func(f *followed) bool { return f.closed })
}

// established starts following a connection. Connections from members to their
// back ends do not count.
func (c *connections) established(e event.Event, b event.ConnEstablished) {
	for _, m := range c.facts.Members {
		if m.Node == e.Node {
			return
		}
	}
	if len(c.order) > 2*len(c.conns)+64 {
		c.sweep()
	}
	f := &followed{client: e.Node, local: b.Local, spokeAt: e.At, openedAt: e.At, balanced: c.balanced[c.target(e.Node)]}
	c.conns[b.Conn] = f
	c.order = append(c.order, f)
	c.ends[b.Local] = b.Conn
}

func (c *connections) servedBy(client, node string) {
	if conn, ok := c.ends[client]; ok {
		f := c.conns[conn]
		f.server, f.home = node, cmp.Or(f.home, node)
	}
}

func (c *connections) closed(at time.Duration, b event.ConnClosed) {
	f := c.conns[b.Conn]
	if f == nil {
		return
	}
	delete(c.conns, b.Conn)
	if c.ends[f.local] == b.Conn {
		delete(c.ends, f.local)
	}
	f.closed = true
	if b.Answered > f.answers { // its last answer was an error, which is logged later
		f.gotAnswer()
	}
	f.how = cmp.Or(f.how, b.How)
	c.settle(f, at, f.failed || f.waiting != 0 || b.How != "client" && b.How != "server")
}

// settle gives the faults their verdict on a connection. A loss is credited at
// the end.
func (c *connections) settle(f *followed, at time.Duration, lost bool) {
	if lost && len(f.hitBy) > 0 {
		c.losses = append(c.losses, &loss{
			at: at, client: f.client, target: c.target(f.client), servers: []string{f.home, f.server}, hitBy: f.hitBy,
			balanced: f.balanced, fate: f.lostHow(),
		})
		f.hitBy = nil
	}
	for _, t := range f.hitBy {
		became, failed := fateUnused, slices.Contains(t.nodes, f.server)
		switch {
		case !f.answered:
			t.Idle++
			t.byAge.of(t.old).Idle++
		case failed:
			t.kept(t.old)
			t.KeptOnFailed++
			became = fateKept
		default:
			t.kept(t.old)
			t.KeptOnOthers++
			became = fateKept
		}
		if f.balanced {
			t.survival.of(failed, t.age).add(became)
		}
	}
	f.hitBy = nil
}

// kept counts a connection that was kept.
func (t *faultTally) kept(old time.Duration) {
	t.Kept++
	t.byAge.of(old).Kept++
}

// target returns the address that a client asks.
func (c *connections) target(client string) string {
	for _, known := range c.facts.Clients {
		if known.Node == client {
			return known.Target
		}
	}
	return ""
}

// Finish implements fold.
func (c *connections) Finish(end time.Duration) {
	for _, f := range c.order {
		if !f.closed {
			f.how = cmp.Or(f.how, "timeout")
			c.settle(f, end, f.failed || f.waiting != 0 && !f.answered)
		}
	}
}

// record credits the losses by the takeovers, which are recorded before.
func (c *connections) record(to *Measures) {
	for _, l := range c.losses {
		l.credit(c.facts, to.Takeovers)
	}
	c.losses = nil
	all := make([]Connections, 0, len(c.faults))
	for _, t := range c.faults {
		all = append(all, t.Connections)
		to.ByAge = append(to.ByAge, t.ages()...)
	}
	to.Connections = all
	to.Survival = []Survival{}
	for _, t := range c.faults {
		if t.survival != nil {
			to.Survival = append(to.Survival, t.rows()...)
		}
	}
}

var (
	connectionsEstablished = &Column{"connections-established", "connections established", "established", Count, WithPassing}
	connectionsKept        = &Column{"connections-kept", "connections kept", "kept", Count, WithFate}
	connectionsKeptFailed  = &Column{"connections-kept-on-failed", "connections kept on who failed", "", Count, Freely}
	connectionsKeptOthers  = &Column{"connections-kept-on-others", "connections kept on others", "", Count, Freely}
	connectionsLost        = &Column{"connections-lost", "connections lost", "lost", Count, WithFate}
	connectionsOnFailed    = &Column{"connections-lost-on-failed", "connections lost on who failed", "on failed", Count, Freely}
	connectionsOnOthers    = &Column{"connections-lost-on-others", "connections lost on others", "on others", Count, Freely}
	connectionsOtherwise   = &Column{"connections-lost-otherwise", "connections lost otherwise", "else", Count, Freely}
	connectionsIdle        = &Column{"connections-idle", "connections idle", "idle", Count, Freely}
	connectionsAt          = &Column{"connections-at", "fault at", "at", Instant, Freely}
)

func connectionTable(m *Measures) Table {
	t := Table{
		Title: "Connections established when the fault hit", Notes: []string{"fault"},
		Nothing: !slices.ContainsFunc(m.Connections, func(c Connections) bool { return c.Established > 0 }),
		Columns: []*Column{
			connectionsEstablished, connectionsKept, connectionsKeptFailed, connectionsKeptOthers, connectionsLost, connectionsOnFailed, connectionsOnOthers, connectionsOtherwise, connectionsIdle, connectionsAt,
		},
	}
	for _, c := range m.Connections {
		r := Row{Of: c.Fault, Notes: []Note{{Text: c.Fault}}}
		r.count(connectionsEstablished, c.Established)
		if kept := r.count(connectionsKept, c.Kept); c.Kept > 0 && c.Lost == 0 {
			kept.Tone = Good
		}
		r.count(connectionsKeptFailed, c.KeptOnFailed)
		r.count(connectionsKeptOthers, c.KeptOnOthers)
		r.count(connectionsLost, c.Lost).bad()
		r.count(connectionsOnFailed, c.LostOnFailed)
		r.count(connectionsOnOthers, c.LostOnOthers)
		r.count(connectionsOtherwise, c.LostOtherwise)
		r.count(connectionsIdle, c.Idle)
		r.span(connectionsAt, c.At)
		t.Rows = append(t.Rows, r)
	}
	return t
}
