package oracle

import (
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// connections follows the connections of clients from each fault on.
type connections struct {
	roster *roster
	faults []*faultTally
	conns  map[uint64]*followed
	order  []*followed       // established ones, oldest first; closed ones are swept out
	ends   map[string]uint64 // open connections by the client's ip:port
}

// faultTally is one fault and the nodes it names.
type faultTally struct {
	Connections
	nodes []string
}

// followed is an established connection.
type followed struct {
	server  string
	local   string
	waiting uint64 // request that has no answer yet; 0: none
	failed  bool   // a request failed on it since the last fault
	closed  bool
	hit     []hit // by the faults that are not settled yet
}

// hit is a connection and a fault that found it established.
type hit struct {
	fault    *faultTally
	answered bool // since the fault
}

func newConnections(s *scene) *connections {
	return &connections{roster: s.roster, conns: map[uint64]*followed{}, ends: map[string]uint64{}}
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
			f.answered()
		}
	case event.RequestFailed:
		if f := c.conns[b.Conn]; f != nil && strings.HasPrefix(b.Failure, "status-") {
			f.answered() // with an error, but the connection works
		} else if f != nil {
			f.failed = true
		}
	case event.ConnClosed:
		c.closed(b)
	}
}

func (f *followed) answered() {
	f.waiting = 0
	for i := range f.hit {
		f.hit[i].answered = true
	}
}

// strike settles what has survived earlier faults, and begins to follow what is
// open now.
func (c *connections) strike(at time.Duration, line string) {
	tally := &faultTally{Connections: Connections{Fault: line, At: at}, nodes: nodesOf(line)}
	c.faults = append(c.faults, tally)
	c.sweep()
	for _, f := range c.order {
		f.failed = false
		f.hit = slices.DeleteFunc(f.hit, func(h hit) bool {
			if h.answered {
				h.fault.Kept++
			}
			return h.answered
		})
		f.hit = append(f.hit, hit{fault: tally})
		tally.Established++
	}
}

// sweep drops the connections that are over.
func (c *connections) sweep() {
	c.order = slices.DeleteFunc(c.order, func(f *followed) bool { return f.closed })
}

func nodesOf(line string) []string {
	f, err := fault.Parse(line)
	if err != nil {
		return nil
	}
	t := f.Targets()
	nodes := t.Nodes
	for _, p := range t.Interfaces {
		nodes = append(nodes, p.Node)
	}
	return nodes
}

// established begins to follow a connection. What members open, to their back
// ends, is not a client's.
func (c *connections) established(node string, b event.ConnEstablished) {
	for _, m := range c.roster.members {
		if m.Node == node {
			return
		}
	}
	if len(c.order) > 2*len(c.conns)+64 {
		c.sweep()
	}
	f := &followed{local: b.Local}
	c.conns[b.Conn] = f
	c.order = append(c.order, f)
	c.ends[b.Local] = b.Conn
}

func (c *connections) servedBy(client, node string) {
	if conn, ok := c.ends[client]; ok {
		c.conns[conn].server = node
	}
}

func (c *connections) closed(b event.ConnClosed) {
	f := c.conns[b.Conn]
	if f == nil {
		return
	}
	delete(c.conns, b.Conn)
	if c.ends[f.local] == b.Conn {
		delete(c.ends, f.local)
	}
	f.closed = true
	f.settle(f.failed || b.How != "client" && b.How != "server")
}

// settle gives each fault its verdict on a connection.
func (f *followed) settle(lost bool) {
	for _, h := range f.hit {
		switch {
		case !lost && h.answered:
			h.fault.Kept++
		case !lost && f.waiting == 0:
			h.fault.Idle++
		default:
			h.fault.Lost++
			if slices.Contains(h.fault.nodes, f.server) {
				h.fault.LostOnFailed++
			} else {
				h.fault.LostOnOthers++
			}
		}
	}
	f.hit = nil
}

// Finish implements fold.
func (c *connections) Finish(time.Duration) {
	for _, f := range c.order {
		if !f.closed {
			f.settle(f.failed)
		}
	}
}

func (c *connections) result() []Connections {
	all := make([]Connections, 0, len(c.faults))
	for _, t := range c.faults {
		all = append(all, t.Connections)
	}
	return all
}
