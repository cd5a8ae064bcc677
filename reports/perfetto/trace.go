package perfetto

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// File is the name of the trace of a run among its artefacts.
const File = "run.pftrace"

// The categories of slices and instants, by which the viewer filters.
const (
	categoryFault     = "fault"
	categoryStandby   = "standby"
	categoryVirtualIP = "virtual-ip"
	categoryClient    = "client"
	categoryNode      = "node"
	categoryNeighbour = "neighbour"
)

// Trace is one run as a trace. It counts while the run goes on; the rest is in
// the result.
type Trace struct {
	announced Announced
	counters  []*counter
	byKey     map[[2]string]*counter // by node and name
	open      map[string]map[uint64]bool
	conns     map[string]int64
}

// New returns the trace of a run that has not begun. Its arrows begin where
// announced says.
func New(announced Announced) *Trace {
	return &Trace{announced: announced, byKey: map[[2]string]*counter{}, open: map[string]map[uint64]bool{}, conns: map[string]int64{}}
}

// Observe takes in the next event of the run, of all of them.
func (t *Trace) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.RequestSent:
		if t.open[e.Node] == nil {
			t.open[e.Node] = map[uint64]bool{}
		}
		t.open[e.Node][b.Request] = true
		t.count(e, "requests open", unitCount, int64(len(t.open[e.Node])))
	case event.RequestAnswered:
		t.ended(e, b.Request)
	case event.RequestFailed:
		t.ended(e, b.Request)
	case event.ConnOpened:
		t.conns[e.Node]++
		t.count(e, "connections open", unitCount, t.conns[e.Node])
	case event.ConnClosed:
		t.conns[e.Node]--
		t.count(e, "connections open", unitCount, t.conns[e.Node])
	case event.BalanceTable:
		t.count(e, "forwarding table of "+b.Interface, unitCount, int64(b.Entries))
		t.count(e, "active connections in the table of "+b.Interface, unitCount, int64(b.Active))
	case event.GatewayLoad:
		t.count(e, "connections of clients", unitCount, int64(b.Connections))
		t.count(e, "requests in progress", unitCount, int64(b.Requests))
		t.count(e, "memory in use", unitBytes, b.Memory)
	}
}

func (t *Trace) ended(e event.Event, request uint64) {
	delete(t.open[e.Node], request)
	t.count(e, "requests open", unitCount, int64(len(t.open[e.Node])))
}

func (t *Trace) count(e event.Event, name string, unit uint64, value int64) {
	key := [2]string{e.Node, name}
	c := t.byKey[key]
	if c == nil {
		c = &counter{node: e.Node, name: name, unit: unit}
		t.byKey[key], t.counters = c, append(t.counters, c)
	}
	c.set(e.At, value)
}

// Write writes the run as a trace. The highlights are enough.
func (t *Trace) Write(w io.Writer, r *reports.Result) error {
	d := newDrawing(r, t.announced)
	for _, c := range t.counters {
		c.flush()
		row := d.row(c.node, c.name, c.unit)
		for _, s := range c.samples {
			d.value(row, s.at, s.value)
		}
	}
	if err := d.writeTo(w); err != nil {
		return fmt.Errorf("perfetto: %w", err)
	}
	return nil
}

// drawing is a trace while its tracks are drawn.
type drawing struct {
	sheet
	lanes *lane.Timeline
	run   *track
	nodes map[string]*track
	rows  map[[2]string]*track // of nodes, by node and name
}

// newDrawing draws everything but the counters: faults first, then virtual IPs,
// then the nodes in the order of the file.
func newDrawing(r *reports.Result, announced Announced) *drawing {
	d := &drawing{lanes: lane.New(r), nodes: map[string]*track{}, rows: map[[2]string]*track{}}
	d.run = d.track(nil, r.Name()+", "+r.World, 0)
	d.faults()
	d.addresses()
	for _, node := range r.Nodes {
		d.node(node)
	}
	d.members()
	d.clients(r)
	d.happenings(r)
	d.neighbours(r, announced)
	return d
}

// node returns the track that has those of a node below it.
func (d *drawing) node(name string) *track {
	if name == "" {
		return d.run
	}
	if d.nodes[name] == nil {
		d.nodes[name] = d.track(d.run, name, 0)
	}
	return d.nodes[name]
}

// row returns a track of a node by its name.
func (d *drawing) row(node, name string, unit uint64) *track {
	key := [2]string{node, name}
	if d.rows[key] == nil {
		d.rows[key] = d.track(d.node(node), name, unit)
	}
	return d.rows[key]
}

// faults draws each fault as an instant of the run, visible when all is folded,
// and as a slice for as long as it lasts. Faults of one track do not overlap.
func (d *drawing) faults() {
	if len(d.lanes.Faults) == 0 {
		return
	}
	all := d.track(d.run, "faults", 0)
	var free []time.Duration // when the last fault of each track ends
	var tracks []*track
	for _, f := range d.lanes.Faults {
		d.instant(d.run, f.At, f.Line, categoryFault)
		if f.Healed {
			d.instant(d.run, f.Until, "healed: "+f.Line, categoryFault)
		}
		if f.Until <= f.At {
			continue
		}
		i := 0
		for i < len(free) && free[i] > f.At {
			i++
		}
		if i == len(free) {
			free, tracks = append(free, 0), append(tracks, d.track(all, fmt.Sprintf("faults %d", i+1), 0))
		}
		free[i] = f.Until
		d.slice(tracks[i], f.At, f.Until, f.Line, categoryFault)
	}
}

// addresses draws who has each virtual IP.
func (d *drawing) addresses() {
	if len(d.lanes.Addresses) == 0 {
		return
	}
	all := d.track(d.run, "virtual IPs", 0)
	for _, l := range d.lanes.Addresses {
		row := d.track(all, l.Label, 0)
		for _, s := range l.Spans(d.lanes.Total) {
			name := s.Holder
			if name == "" {
				name = s.State.String()
			}
			if s.State != lane.Blank {
				d.slice(row, s.From, s.To, name, categoryVirtualIP, note{"state", s.State.String()})
			}
		}
	}
}

// members draws the states of each member of a standby group.
func (d *drawing) members() {
	for _, l := range d.lanes.Members {
		row := d.row(l.Node, strings.TrimSpace("standby "+strings.TrimPrefix(strings.TrimPrefix(l.Label, l.Node), ".")), 0)
		for _, s := range l.Spans(d.lanes.Total) {
			if s.State != lane.Blank {
				d.slice(row, s.From, s.To, s.State.String(), categoryStandby)
			}
		}
	}
}

// clients draws outages, with their parts inside, and failures.
func (d *drawing) clients(r *reports.Result) {
	for _, l := range d.lanes.Clients {
		row, free := d.row(l.Node, "answers", 0), time.Duration(0)
		for _, o := range l.Outages {
			o.From = max(o.From, free)
			free = max(free, o.To)
			d.outage(row, o)
		}
	}
	for _, e := range r.Events {
		switch b := e.What.(type) {
		case event.RequestFailed:
			d.instant(d.row(e.Node, "failures", 0), e.At, "request failed: "+b.Failure, categoryClient,
				note{"request", fmt.Sprint(b.Request)}, note{"after", b.After.String()}, note{"retried", fmt.Sprint(b.Retried)})
		case event.ConnClosed:
			if b.How != "client" && b.How != "server" {
				d.instant(d.row(e.Node, "failures", 0), e.At, "connection lost: "+b.How, categoryClient, note{"connection", fmt.Sprint(b.Conn)})
			}
		}
	}
}

// outage draws one outage. Its parts follow each other in the order in which
// the measures list them; the last two may have taken turns.
func (d *drawing) outage(row *track, o oracle.Outage) {
	d.nest(row, o.From, o.To, "outage", categoryClient, func() {
		from := o.From
		for _, part := range []struct {
			name string
			span time.Duration
		}{
			{"detection", o.Detection}, {"election", o.Election}, {"announcement", o.Announcement},
			{"neighbour", o.Neighbour}, {"service", o.Service}, {"retry", o.Retry},
		} {
			to := min(from+part.span, o.To)
			d.slice(row, from, to, part.name, categoryClient)
			from = to
		}
	}, note{"open at the end", fmt.Sprint(o.Open)})
}

// happenings draws what happens to whole machines.
func (d *drawing) happenings(r *reports.Result) {
	for _, e := range r.Events {
		switch b := e.What.(type) {
		case event.PowerChanged:
			d.instant(d.node(e.Node), e.At, "power: "+string(b.State), categoryNode)
		case event.LinkChanged:
			state := "lost"
			if b.Up {
				state = "back"
			}
			d.instant(d.node(e.Node), e.At, "carrier of "+b.Interface+" "+state, categoryNode)
		case event.ServiceChanged:
			d.instant(d.node(e.Node), e.At, "service "+b.Service+": "+b.State, categoryNode, note{"reason", b.Reason})
		}
	}
}
