package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// oneServer watches which node accepts and serves each connection. Services
// name a connection by the client's address and port, which the client may use
// again once the connection is over; so a late accept, for a connection that
// the client has closed meanwhile, must not count for the next one.
type oneServer struct {
	watch *watch
	ends  map[string]*end   // by the client's ip:port
	conns map[uint64]string // ip:port of open connections
	sent  pending[uint64]   // connection on which a request was last sent; without those that have none
	early []string          // ends that servers logged before clients, at the present instant
	at    time.Duration
}

// end is the client's end of a connection.
type end struct {
	conn     uint64 // 0: the client has not logged it as established
	node     string // that accepted or served it
	accepted bool
	at       time.Duration // of the accept
	late     int           // earlier connections that are not accepted yet
	told     bool
}

func newOneServer(w *watch) *oneServer {
	return &oneServer{watch: w, ends: map[string]*end{}, conns: map[uint64]string{}}
}

var oneServerReads = event.SetOf(
	event.ConnEstablished{}, event.ConnClosed{}, event.RequestSent{}, event.RequestAnswered{},
	event.RequestFailed{}, event.ConnAccepted{}, event.RequestServed{},
)

// reads implements fold.
func (*oneServer) reads() event.Set { return oneServerReads }

// Observe implements fold.
func (o *oneServer) Observe(e event.Event) {
	if e.At > o.at {
		o.forget()
		o.at = e.At
	}
	switch b := e.What.(type) {
	case event.ConnEstablished:
		o.conns[b.Conn] = b.Local
		c := o.end(b.Local)
		if c.conn != 0 || c.at != e.At { // otherwise the server logged it in the same instant, before the client
			c.node, c.accepted = "", false
		}
		c.conn, c.told = b.Conn, false
	case event.ConnClosed:
		o.closed(b.Conn)
	case event.RequestSent:
		if b.Conn != 0 { // no server accepts pings
			o.sent.set(b.Request, b.Conn)
		}
	case event.RequestAnswered:
		o.sent.delete(b.Request)
	case event.RequestFailed:
		o.sent.delete(b.Request)
	case event.ConnAccepted:
		o.accepted(e, b.Client)
	case event.RequestServed:
		c := o.ends[b.Client]
		if conn, ok := o.sent.get(b.Request); ok && c != nil && c.conn == conn {
			o.serves(c, e, b.Client, "answered a request on")
		}
	}
}

func (o *oneServer) end(client string) *end {
	c := o.ends[client]
	if c == nil {
		c = &end{at: -1}
		o.ends[client] = c
		o.early = append(o.early, client)
	}
	return c
}

// forget drops the ends that no client has logged in the instant: those of
// members that connect to back ends.
func (o *oneServer) forget() {
	for _, client := range o.early {
		if c := o.ends[client]; c != nil && c.conn == 0 && c.late == 0 {
			delete(o.ends, client)
		}
	}
	o.early = o.early[:0]
}

func (o *oneServer) accepted(e event.Event, client string) {
	c := o.end(client)
	if c.conn != 0 && c.node != "" && c.node != e.Node && c.late > 0 {
		// One of the two is late for an earlier connection. The next answer shows
		// which.
		c.late--
		c.node = ""
		return
	}
	o.serves(c, e, client, "accepted")
	c.accepted, c.at = true, e.At
}

func (o *oneServer) serves(c *end, e event.Event, client, did string) {
	if c.node == "" || c.conn == 0 {
		c.node = e.Node
		return
	}
	if c.node != e.Node && !c.told {
		c.told = true
		o.watch.report(e.At, "%s %s the connection of %s, which %s serves", e.Node, did, client, c.node)
	}
}

func (o *oneServer) closed(conn uint64) {
	client, ok := o.conns[conn]
	if !ok {
		return
	}
	delete(o.conns, conn)
	c := o.ends[client]
	if c.conn != conn {
		return
	}
	if c.accepted && c.late == 0 {
		delete(o.ends, client)
		return
	}
	if !c.accepted {
		c.late++
	}
	*c = end{at: -1, late: c.late}
}

// Finish implements fold.
func (o *oneServer) Finish(time.Duration) {}
