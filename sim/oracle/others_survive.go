package oracle

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// othersSurvive watches the connections to virtual IPs whose members all
// recover by rebuild or second-chance. One that a member terminates must
// survive the death of others. Precisely, it must not end with a reset, a close
// or a timeout in the middle of a request if, since it was established,
//
//   - some member of the group died: lost its power, or a carrier;
//   - the member that terminates it did not;
//   - nothing else was done to the cluster, or is still in force;
//   - under second-chance, only one member died or came back: two changes lose
//     what the order of members says;
//   - the forwarding table had room, and the service did not end it for being
//     idle;
//   - something was said on it in the last idleMost.
//
// A timeout counts only if the client had waited for long enough after it could
// reach a recovered owner again: TCP repeats a segment after at most as long as
// the outage lasted, and patience covers what the member takes to answer.
type othersSurvive struct {
	scene *scene
	watch *watch
	modes map[string]string // by virtual IP: how its members recover
	conns map[uint64]*survivor
	ends  map[string]*survivor // by the client's ip:port

	disturbedAt time.Duration // the last fault that is not the death of a member
	disturbing  []string      // those in force, by line
	deaths      map[string]time.Duration
	changes     []time.Duration // of machines or carriers of members
	blind       map[*Entry]bool // members that recover
	recovered   map[*Entry]time.Duration
	ways        map[string]way // of clients
	full        bool           // a table has had no room
}

// survivor is a connection to a balanced virtual IP.
type survivor struct {
	client, vip, local string
	home               string // the node that terminates it
	at, spokeAt        time.Duration
	sentAt             time.Duration // of the request that waits
}

const (
	// idleMost is how long the forwarding table remembers a connection on which
	// nothing is said (spec/failover.md §5.4).
	idleMost = 900 * time.Second
	patience = 10 * time.Second
)

func newOthersSurvive(s *scene, w *watch) *othersSurvive {
	f := &othersSurvive{
		scene: s, watch: w, modes: map[string]string{}, conns: map[uint64]*survivor{}, ends: map[string]*survivor{},
		disturbedAt: -1, deaths: map[string]time.Duration{}, blind: map[*Entry]bool{}, recovered: map[*Entry]time.Duration{},
		ways: map[string]way{},
	}
	for vip := range s.facts.vips() { // order: into a map
		f.modes[vip] = s.facts.recovery(vip)
	}
	return f
}

// recovery returns how all members of a virtual IP recover, empty if not all do
// so in one way that keeps connections.
func (f Facts) recovery(vip string) string {
	mode := ""
	for _, m := range f.Members {
		switch {
		case !m.holds(vip):
		case m.SelfBalance == nil || mode != "" && mode != m.SelfBalance.Recovery:
			return ""
		default:
			mode = m.SelfBalance.Recovery
		}
	}
	if mode != "rebuild" && mode != "second-chance" {
		return ""
	}
	return mode
}

var othersSurviveReads = event.SetOf(
	event.FaultApplied{}, event.FaultHealed{}, event.PowerChanged{}, event.LinkChanged{},
	event.BalanceTable{}, event.BalanceRecovery{}, event.PathChanged{}, event.ConnEstablished{},
	event.ConnAccepted{}, event.RequestSent{}, event.RequestAnswered{}, event.RequestFailed{},
	event.ConnTimedOut{}, event.ConnClosed{},
)

// reads implements fold.
func (*othersSurvive) reads() event.Set { return othersSurviveReads }

// Observe implements fold.
func (f *othersSurvive) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		f.applied(e, b.Fault)
	case event.FaultHealed:
		f.healed(e, b.Fault)
	case event.PowerChanged, event.LinkChanged:
		f.changed(e)
	case event.BalanceTable:
		if m := f.scene.roster.Find(e.Node, b.Interface); m != nil && m.SelfBalance != nil {
			f.full = f.full || b.Entries >= m.SelfBalance.Table
		}
	case event.BalanceRecovery:
		if m := f.scene.roster.Find(e.Node, b.Interface); m != nil {
			f.blind[m] = b.State == "began"
			f.recovered[m] = e.At
		}
	case event.PathChanged:
		f.ways[e.Node] = way{b, e.At}
	default:
		f.traffic(e)
	}
}

// traffic follows connections.
func (f *othersSurvive) traffic(e event.Event) {
	switch b := e.What.(type) {
	case event.ConnEstablished:
		if vip := f.target(e.Node); f.modes[vip] != "" {
			c := &survivor{client: e.Node, vip: vip, local: b.Local, at: e.At, spokeAt: e.At}
			f.conns[b.Conn], f.ends[b.Local] = c, c
		}
	case event.ConnAccepted:
		if c := f.ends[b.Client]; c != nil && c.home == "" {
			c.home = e.Node
		}
	case event.RequestSent:
		if c := f.conns[b.Conn]; c != nil {
			c.sentAt = e.At
		}
	case event.RequestAnswered:
		if c := f.conns[b.Conn]; c != nil {
			c.spokeAt = e.At
		}
	case event.RequestFailed:
		if c := f.conns[b.Conn]; c != nil && (b.Failure == "reset" || b.Failure == "closed" || b.Failure == "timeout") {
			f.lost(e.At, b.Conn, b.Failure)
		}
	case event.ConnTimedOut: // its service has ended it
		if c := f.ends[b.Client]; c != nil {
			delete(f.ends, b.Client)
			c.home = ""
		}
	case event.ConnClosed:
		if b.How == "reset" || b.How == "timeout" {
			f.lost(e.At, b.Conn, b.How)
		}
		f.forget(b.Conn)
	}
}

func (f *othersSurvive) target(client string) string {
	for _, c := range f.scene.facts.Clients {
		if c.Node == client {
			return c.Target
		}
	}
	return ""
}

func (f *othersSurvive) forget(conn uint64) {
	if c := f.conns[conn]; c != nil {
		delete(f.conns, conn)
		if f.ends[c.local] == c {
			delete(f.ends, c.local)
		}
	}
}

// member reports whether a node is a member of a self-balanced group.
func (f *othersSurvive) member(node string) bool {
	return slices.ContainsFunc(f.scene.facts.Members, func(m Member) bool { return m.Node == node && m.SelfBalance != nil })
}

// death reports whether a fault stops members and does nothing else.
func (f *othersSurvive) death(line string) bool {
	this := f.scene.lines.fault(line)
	if this == nil || fault.InfluenceOf(this) != fault.Halts {
		return false
	}
	nodes := fault.Nodes(this)
	return len(nodes) > 0 && !slices.ContainsFunc(nodes, func(node string) bool { return !f.member(node) })
}

// applied notes a fault. What brings a member back disturbs nothing.
func (f *othersSurvive) applied(e event.Event, line string) {
	edges := f.scene.history.edges
	back := len(edges) > 0 && edges[len(edges)-1].Fault == line && len(edges[len(edges)-1].lifted) > 0
	if back {
		for _, old := range edges[len(edges)-1].lifted {
			back = back && f.death(old.Fault)
			f.lift(old.Fault, e.At)
		}
	}
	if !back && !f.death(line) {
		f.disturbedAt = e.At
		f.disturbing = append(f.disturbing, line)
	}
}

func (f *othersSurvive) healed(e event.Event, line string) {
	if !f.death(line) {
		f.lift(line, e.At)
	}
}

// lift notes that a fault is no longer in force.
func (f *othersSurvive) lift(line string, at time.Duration) {
	if i := slices.Index(f.disturbing, line); i >= 0 {
		f.disturbing = slices.Delete(f.disturbing, i, i+1)
		f.disturbedAt = at
	}
}

// changed notes that a machine or a carrier of a member went or came back.
func (f *othersSurvive) changed(e event.Event) {
	if !f.member(e.Node) || e.At == 0 {
		return
	}
	f.changes = append(f.changes, e.At)
	switch b := e.What.(type) {
	case event.PowerChanged:
		if !b.State.Up() {
			f.deaths[e.Node] = e.At
		}
	case event.LinkChanged:
		if !b.Up {
			f.deaths[e.Node] = e.At
		}
	}
}

// lost judges the end of a connection.
func (f *othersSurvive) lost(at time.Duration, conn uint64, how string) {
	c := f.conns[conn]
	if c == nil || c.home == "" || !f.member(c.home) || f.full || len(f.disturbing) > 0 || f.disturbedAt >= c.at {
		return
	}
	if died, dead := f.deaths[c.home]; dead && died >= c.at {
		return
	}
	dead, diedAt := "", time.Duration(0)
	for node, died := range f.deaths { // order: the latest, then by name
		if died >= c.at && (dead == "" || died > diedAt || died == diedAt && node < dead) {
			dead, diedAt = node, died
		}
	}
	if dead == "" || at-c.spokeAt >= idleMost || f.modes[c.vip] == "second-chance" && f.changesSince(c.at) > 1 {
		return
	}
	if how == "timeout" && !f.waitedLong(c, at) {
		return
	}
	f.forget(conn)
	f.watch.report(at, "the connection of %s, which %s terminates, was lost (%s): %s died at %v, and nothing else happened",
		c.local, c.home, how, dead, diedAt)
}

// changesSince counts members that died or came back; what happens to one
// machine at one instant counts once.
func (f *othersSurvive) changesSince(since time.Duration) int {
	n := 0
	for i, at := range f.changes {
		if at >= since && (i == 0 || f.changes[i-1] != at) {
			n++
		}
	}
	return n
}

// waitedLong reports whether the client waited for its answer although a
// recovered owner could be reached for long enough.
func (f *othersSurvive) waitedLong(c *survivor, at time.Duration) bool {
	w, known := f.ways[c.client]
	if !known || w.Lost != "" {
		return false
	}
	for _, m := range f.scene.roster.Entries() {
		if m.Node != w.To || !m.holds(c.vip) || !m.Owns() || f.blind[m] {
			continue
		}
		ready := max(w.at, m.Since, f.recovered[m])
		return at-max(ready, c.sentAt) >= max(ready-c.sentAt, 0)+patience
	}
	return false
}

// Finish implements fold.
func (f *othersSurvive) Finish(time.Duration) {}
