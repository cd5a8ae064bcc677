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
}

// faultTally is one fault and the nodes it names.
type faultTally struct {
	Connections
	fault fault.Fault // nil: a Go spec's own kind of fault
	nodes []string
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

	hitBy    []*faultTally // that hit it and have no verdict yet
	answered bool          // since the last fault
	failed   bool          // a request, since the last fault
}

func newConnections(s *scene) recorder {
	return &connections{facts: s.facts, lines: s.lines, conns: map[uint64]*followed{}, ends: map[string]uint64{}}
}

// Observe implements fold.
func (c *connections) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		c.strike(e.At, b.Fault)
	case event.ConnEstablished:
		c.established(e.Node, b)
	case event.ConnAccepted:
		c.servedBy(b.Client, e.Node)
	case event.RequestServed:
		c.servedBy(b.Client, e.Node)
	case event.RequestSent:
		if f := c.conns[b.Conn]; f != nil {
			f.waiting = b.Request
		}
	case event.RequestAnswered:
		if f := c.conns[b.Conn]; f != nil {
			f.gotAnswer()
		}
	case event.RequestFailed:
		if f := c.conns[b.Conn]; f != nil && strings.HasPrefix(b.Failure, "status-") {
			f.gotAnswer() // an error, but the connection works
		} else if f != nil {
			f.failed = true
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
	c.faults = append(c.faults, tally)
	c.sweep()
	for _, f := range c.order {
		if f.answered {
			c.settle(f, at, false)
		}
		f.hitBy = append(f.hitBy, tally)
		f.answered, f.failed = false, false
		tally.Established++
	}
}

// sweep drops the connections that are over.
func (c *connections) sweep() {
	c.order = slices.DeleteFunc(c.order, func(f *followed) bool { return f.closed })
}

// established starts following a connection. Connections from members to their
// back ends do not count.
func (c *connections) established(node string, b event.ConnEstablished) {
	for _, m := range c.facts.Members {
		if m.Node == node {
			return
		}
	}
	if len(c.order) > 2*len(c.conns)+64 {
		c.sweep()
	}
	f := &followed{client: node, local: b.Local}
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
	c.settle(f, at, f.failed || f.waiting != 0 || b.How != "client" && b.How != "server")
}

// settle gives the faults their verdict on a connection. A loss is credited at
// the end.
func (c *connections) settle(f *followed, at time.Duration, lost bool) {
	if lost && len(f.hitBy) > 0 {
		c.losses = append(c.losses, &loss{
			at: at, client: f.client, target: c.target(f.client), servers: []string{f.home, f.server}, hitBy: f.hitBy,
		})
		f.hitBy = nil
	}
	for _, t := range f.hitBy {
		switch {
		case f.answered:
			t.Kept++
		default:
			t.Idle++
		}
	}
	f.hitBy = nil
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
	}
	to.Connections = all
}

var (
	connectionsEstablished = &Column{"connections-established", "connections established", "established", Count, WithPassing}
	connectionsKept        = &Column{"connections-kept", "connections kept", "kept", Count, WithPassing}
	connectionsLost        = &Column{"connections-lost", "connections lost", "lost", Count, WithPassing}
	connectionsOnFailed    = &Column{"connections-lost-on-failed", "connections lost on who failed", "on failed", Count, Freely}
	connectionsOnOthers    = &Column{"connections-lost-on-others", "connections lost on others", "on others", Count, Freely}
	connectionsOtherwise   = &Column{"connections-lost-otherwise", "connections lost otherwise", "else", Count, Freely}
	connectionsIdle        = &Column{"connections-idle", "connections idle", "idle", Count, Freely}
	connectionsAt          = &Column{"connections-at", "fault at", "at", Instant, Freely}
)

func connectionTable(m *Measures) Table {
	t := Table{
		Title: "Connections established when the fault hit", Notes: []string{"fault"},
		Columns: []*Column{
			connectionsEstablished, connectionsKept, connectionsLost, connectionsOnFailed, connectionsOnOthers, connectionsOtherwise, connectionsIdle, connectionsAt,
		},
	}
	for _, c := range m.Connections {
		r := Row{Of: c.Fault, Notes: []Note{{Text: c.Fault}}}
		r.count(connectionsEstablished, c.Established)
		if kept := r.count(connectionsKept, c.Kept); c.Kept > 0 && c.Lost == 0 {
			kept.Tone = Good
		}
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
