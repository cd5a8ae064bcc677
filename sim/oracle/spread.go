package oracle

import (
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// spread counts what each node served.
type spread struct {
	nodes    map[string]*Spread
	servers  map[uint64][]string // of open requests, the nodes that served them
	alone    map[string][]string // by node, a list of it alone that requests share
	answered int
	done     numbers
}

func newSpread(*scene) recorder {
	return &spread{nodes: map[string]*Spread{}, servers: map[uint64][]string{}, alone: map[string][]string{}}
}

func (s *spread) node(name string) *Spread {
	n := s.nodes[name]
	if n == nil {
		n = &Spread{Node: name}
		s.nodes[name] = n
	}
	return n
}

var spreadReads = event.SetOf(
	event.ConnAccepted{}, event.RequestServed{}, event.RequestFailed{}, event.RequestAnswered{},
)

// reads implements fold.
func (*spread) reads() event.Set { return spreadReads }

// Observe implements fold.
func (s *spread) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.ConnAccepted:
		s.node(e.Node).Connections++
	case event.RequestServed:
		if by := s.servers[b.Request]; !s.done.has(b.Request) && !slices.Contains(by, e.Node) {
			s.servers[b.Request] = s.with(by, e.Node)
		}
	case event.RequestFailed:
		delete(s.servers, b.Request) // the served answer did not arrive
	case event.RequestAnswered:
		s.count(b)
	}
}

// with returns a list that also holds node. Nearly every request is served by
// one node, so the lists of one are shared: they have no room for more.
func (s *spread) with(by []string, node string) []string {
	if len(by) > 0 {
		return append(by, node)
	}
	if s.alone[node] == nil {
		s.alone[node] = []string{node}
	}
	return s.alone[node]
}

func (s *spread) count(b event.RequestAnswered) {
	if s.done.has(b.Request) {
		return
	}
	s.done.add(b.Request)
	s.answered++
	by := s.servers[b.Request]
	delete(s.servers, b.Request)
	if b.By != "" && !slices.Contains(by, b.By) {
		by = s.with(by, b.By)
	}
	for _, name := range by {
		s.node(name).Requests++
	}
}

// Finish implements fold.
func (s *spread) Finish(time.Duration) {}

func (s *spread) record(to *Measures) {
	all := make([]Spread, 0, len(s.nodes))
	for _, name := range sorted(s.nodes) {
		n := *s.nodes[name]
		if s.answered > 0 {
			n.RequestShare = float64(n.Requests) / float64(s.answered)
		}
		all = append(all, n)
	}
	to.Spread = all
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

var (
	spreadConnections = &Column{"spread-connections", "connections accepted", "connections", Count, WithAllDue}
	spreadRequests    = &Column{"spread-requests", "requests served", "requests", Count, WithAllDue}
	spreadShare       = &Column{"spread-share", "share of requests", "share", Share, Freely}
)

func spreadTable(m *Measures) Table {
	t := Table{Title: "Spread", Names: []string{"node"}, Columns: []*Column{spreadConnections, spreadRequests, spreadShare}}
	for _, s := range m.Spread {
		r := row(s.Node)
		r.count(spreadConnections, s.Connections)
		r.count(spreadRequests, s.Requests)
		r.Add(spreadShare, s.RequestShare)
		t.Rows = append(t.Rows, r)
	}
	return t
}
