package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Load is the most that a gateway with load-balancer groups had under way, as
// it showed once a second, and the requests that it answered with errors of its
// own.
type Load struct {
	Node        string `json:"node"`
	Connections int    `json:"connections"` // of clients
	Requests    int    `json:"requests"`    // in progress
	Memory      int    `json:"memory_kib"`  // KiB
	Refused     int    `json:"refused"`
	AtOnce      int    `json:"at_once"` // of those, without trying any member
}

// loads finds them.
type loads struct {
	nodes map[string]*Load
}

func newLoads(*scene) recorder { return &loads{map[string]*Load{}} }

func (f *loads) node(name string) *Load {
	l := f.nodes[name]
	if l == nil {
		l = &Load{Node: name}
		f.nodes[name] = l
	}
	return l
}

var loadReads = event.SetOf(event.GatewayLoad{}, event.LBRefused{})

// reads implements fold.
func (*loads) reads() event.Set { return loadReads }

// Observe implements fold.
func (f *loads) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.GatewayLoad:
		l := f.node(e.Node)
		l.Connections = max(l.Connections, b.Connections)
		l.Requests = max(l.Requests, b.Requests)
		l.Memory = max(l.Memory, int(b.Memory>>10))
	case event.LBRefused:
		l := f.node(e.Node)
		l.Refused++
		if b.Attempts == 0 {
			l.AtOnce++
		}
	}
}

// Finish implements fold.
func (f *loads) Finish(time.Duration) {}

func (f *loads) record(to *Measures) {
	to.Loads = make([]Load, 0, len(f.nodes))
	for _, name := range sorted(f.nodes) {
		to.Loads = append(to.Loads, *f.nodes[name])
	}
}

var (
	loadConnections = &Column{"load-connections", "most connections", "connections", Count, Freely}
	loadRequests    = &Column{"load-requests", "most requests in progress", "requests", Count, Freely}
	loadMemory      = &Column{"load-memory", "most memory, KiB", "KiB", Count, Freely}
	loadRefused     = &Column{"load-refused", "answered with an error", "errors", Count, WithAllDue}
	loadAtOnce      = &Column{"load-at-once", "of those at once", "at once", Count, WithAllDue}
)

func loadTable(m *Measures) Table {
	t := Table{
		Title: "Gateways: the most under way, and errors of their own", Names: []string{"gateway"},
		Columns: []*Column{loadConnections, loadRequests, loadMemory, loadRefused, loadAtOnce},
	}
	for _, l := range m.Loads {
		r := row(l.Node)
		r.count(loadConnections, l.Connections)
		r.count(loadRequests, l.Requests)
		r.count(loadMemory, l.Memory)
		r.count(loadRefused, l.Refused).bad()
		r.count(loadAtOnce, l.AtOnce)
		t.Rows = append(t.Rows, r)
	}
	return t
}
