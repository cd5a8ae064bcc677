package oracle

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Balance is what one member got of a self-balanced service, against what its
// weight says. A share is of all that owners assigned for the service.
type Balance struct {
	Service string `json:"service"` // ip:port
	Member  string `json:"member"`  // its node, or its address if it is not in the facts
	// Assigned is new connections that an owner assigned to it.
	Assigned      int     `json:"assigned"`
	AssignedShare float64 `json:"assigned_share"` // 0..1
	// WeightShare is the mean, over all assignments, of its weight then over the
	// sum of the weights of the members that the owner heard. The log has a weight
	// when it has moved by 5 or more, so with weights that follow the CPU it is a
	// little off.
	WeightShare  float64 `json:"weight_share"`
	Requests     int     `json:"requests"` // it answered on connections that were assigned to it
	RequestShare float64 `json:"request_share"`
}

// Off returns how far the assigned share is from that of the weight, as a part
// of the latter; 0 if both are 0.
func (b Balance) Off() float64 {
	if b.AssignedShare == b.WeightShare {
		return 0
	}
	return (b.AssignedShare - b.WeightShare) / b.WeightShare
}

// balances counts what owners assign.
type balances struct {
	facts    Facts
	services map[string]*balanced
	weights  map[weighted]int
	heard    map[string][]string // addresses of the members that a node hears, by node
	assigned map[string]*got     // by the client's ip:port
}

// weighted is a member, by its address, and one of its services.
type weighted struct{ service, member string }

// balanced is what is known of one service.
type balanced struct {
	got      map[string]*got // by the member's address
	assigned int
	requests int
}

// got is what one member got of a service.
type got struct {
	service            *balanced
	node               string
	assigned, requests int
	due                float64 // sum of its shares by weight
}

func newBalances(s *scene) recorder {
	return &balances{
		facts: s.facts, services: map[string]*balanced{}, weights: map[weighted]int{}, heard: map[string][]string{},
		assigned: map[string]*got{},
	}
}

var balanceReads = event.SetOf(
	event.BalanceWeight{}, event.BalanceMember{}, event.PowerChanged{}, event.BalanceAssigned{},
	event.RequestServed{},
)

// reads implements fold.
func (*balances) reads() event.Set { return balanceReads }

// Observe implements fold.
func (f *balances) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.BalanceWeight:
		f.weights[weighted{b.Service, b.Member}] = b.Weight
	case event.BalanceMember:
		f.heard[e.Node] = slices.DeleteFunc(f.heard[e.Node], func(m string) bool { return m == b.Member })
		if b.State == "heard" {
			f.heard[e.Node] = append(f.heard[e.Node], b.Member)
		}
	case event.PowerChanged:
		if b.State.Lost() {
			delete(f.heard, e.Node)
		}
	case event.BalanceAssigned:
		f.assign(e.Node, b)
	case event.RequestServed:
		if g := f.assigned[b.Client]; g != nil && g.node == e.Node {
			g.requests++
			g.service.requests++
		}
	}
}

func (f *balances) assign(owner string, b event.BalanceAssigned) {
	s := f.services[b.Service]
	if s == nil {
		s = &balanced{got: map[string]*got{}}
		f.services[b.Service] = s
	}
	to := f.of(s, b.Member)
	to.assigned++
	s.assigned++
	f.assigned[b.Client] = to

	sum := 0
	f.each(owner, b.Service, func(_ string, weight int) { sum += weight })
	f.each(owner, b.Service, func(member string, weight int) {
		if weight > 0 {
			f.of(s, member).due += float64(weight) / float64(sum)
		}
	})
}

// of returns what a member got of a service.
func (f *balances) of(s *balanced, member string) *got {
	g := s.got[member]
	if g == nil {
		g = &got{service: s, node: member}
		if m := f.facts.at(member); m != nil {
			g.node = m.Node
		}
		s.got[member] = g
	}
	return g
}

// each visits the weights of the members that an owner knows: its own, and
// those that it hears.
func (f *balances) each(owner, service string, visit func(member string, weight int)) {
	for _, m := range f.facts.Members {
		if m.Node == owner {
			visit(m.Address, f.weights[weighted{service, m.Address}])
		}
	}
	for _, member := range f.heard[owner] {
		visit(member, f.weights[weighted{service, member}])
	}
}

// Finish implements fold.
func (f *balances) Finish(time.Duration) {}

func (f *balances) record(to *Measures) {
	to.Balance = []Balance{}
	for _, service := range sorted(f.services) {
		s := f.services[service]
		var rows []Balance
		for _, g := range s.got { // order: sorted below
			b := Balance{Service: service, Member: g.node, Assigned: g.assigned, Requests: g.requests}
			b.AssignedShare = float64(g.assigned) / float64(s.assigned)
			b.WeightShare = g.due / float64(s.assigned)
			if s.requests > 0 {
				b.RequestShare = float64(g.requests) / float64(s.requests)
			}
			rows = append(rows, b)
		}
		slices.SortStableFunc(rows, func(a, b Balance) int { return cmp.Compare(a.Member, b.Member) })
		to.Balance = append(to.Balance, rows...)
	}
}

var (
	balanceAssigned     = &Column{"balance-assigned", "connections assigned", "connections", Count, Freely}
	balanceShare        = &Column{"balance-share", "share of connections assigned", "share", Share, Freely}
	balanceWeight       = &Column{"balance-weight", "share by weight", "by weight", Share, Freely}
	balanceRequests     = &Column{"balance-requests", "requests answered by whom they were assigned to", "requests", Count, Freely}
	balanceRequestShare = &Column{"balance-request-share", "share of requests assigned", "share", Share, Freely}
)

func balanceTable(m *Measures) Table {
	t := Table{
		Title: "Self-balancing against weights", Names: []string{"service", "member"},
		Columns: []*Column{balanceAssigned, balanceShare, balanceWeight, balanceRequests, balanceRequestShare},
	}
	for _, b := range m.Balance {
		r := Row{Of: b.Service + " on " + b.Member, Names: []string{b.Service, b.Member}}
		r.count(balanceAssigned, b.Assigned)
		r.Add(balanceShare, b.AssignedShare)
		r.Add(balanceWeight, b.WeightShare)
		r.count(balanceRequests, b.Requests)
		r.Add(balanceRequestShare, b.RequestShare)
		t.Rows = append(t.Rows, r)
	}
	return t
}
