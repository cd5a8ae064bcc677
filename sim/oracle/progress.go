package oracle

import (
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// progress is what whoever uses a cluster has achieved since an instant.
type progress struct {
	clients map[string]*asker // by node
	order   []string          // of their nodes, sorted as in the facts, then as they came
	tellers map[string]*asker
	books   []string
	queues  map[string]*asker
	named   []string
	lb      []*lbView
	paths   map[string]event.PathChanged // of clients, the latest
	cluster coordinators
}

// asker is somebody of whom progress is expected.
type asker struct {
	asked, done time.Duration // the last time; -1: not since the last change
	interval    time.Duration // 0: unknown
	start, stop time.Duration
	ever        bool // it asked at any time
}

// lbView is how a gateway sees a member of a load-balancer group at the end.
type lbView struct{ node, group, server, health string }

// ProgressReads is the kinds of events that show whether whoever uses a cluster
// gets anywhere.
var ProgressReads = event.SetOf(
	event.RequestSent{}, event.RequestAnswered{}, event.PathChanged{}, event.TellerDone{}, event.MessagePublished{}, event.MessageProcessed{}, event.LBStatus{},
	event.ClusterStateChanged{}, event.ClusterMemberChanged{}, event.ClusterCoordinatorChanged{},
)

func newProgress(f Facts) progress {
	p := progress{clients: map[string]*asker{}, tellers: map[string]*asker{}, queues: map[string]*asker{}, paths: map[string]event.PathChanged{}, cluster: newCoordinators()}
	for _, c := range f.Clients {
		p.order = append(p.order, c.Node)
		p.clients[c.Node] = &asker{asked: -1, done: -1, interval: c.Interval, start: c.Start, stop: c.Stop}
	}
	return p
}

// find returns the asker of a name, and adds it if it is new.
func find(all map[string]*asker, order *[]string, name string) *asker {
	a := all[name]
	if a == nil {
		a = &asker{asked: -1, done: -1}
		all[name] = a
		*order = append(*order, name)
	}
	return a
}

func (a *asker) ask(at time.Duration) {
	a.asked, a.ever = at, true
}

func (p *progress) observe(e event.Event) {
	p.cluster.observe(e)
	switch b := e.What.(type) {
	case event.RequestSent:
		find(p.clients, &p.order, e.Node).ask(e.At)
	case event.RequestAnswered:
		if b.Status < 500 {
			find(p.clients, &p.order, e.Node).done = e.At
		}
	case event.PathChanged:
		p.paths[e.Node] = b
	case event.TellerDone:
		a := find(p.tellers, &p.books, e.Node)
		a.ask(b.Began)
		if b.Outcome == "ok" {
			a.done = e.At
		}
	case event.MessagePublished:
		if b.Confirmed && len(b.To) > 6 && b.To[:6] == "queue " {
			find(p.queues, &p.named, b.To[6:]).ask(e.At)
		}
	case event.MessageProcessed:
		find(p.queues, &p.named, b.Queue).done = e.At
	case event.LBStatus:
		if b.AdminState == "enabled" {
			p.lb = append(p.lb, &lbView{e.Node, b.Group, fmt.Sprintf("%s:%d", b.Server, b.Port), b.Health})
		}
	}
}

// reset forgets what was asked and done before a change.
func (p *progress) reset() {
	for _, all := range []map[string]*asker{p.clients, p.tellers, p.queues} {
		for _, a := range all { // order: each by itself
			a.asked, a.done = -1, -1
		}
	}
}

// missing lists what had no progress between two instants although somebody
// asked for it.
func (p *progress) missing(due, end time.Duration, r *Roster) (all []string) {
	for _, name := range p.order {
		if c := p.clients[name]; c.unanswered(due, end) {
			all = append(all, name+" is not answered"+p.where(name, r))
		}
	}
	for _, name := range p.books {
		if a := p.tellers[name]; a.asked >= due && a.done < due {
			all = append(all, fmt.Sprintf("nothing that the clerks of %s do succeeds", name))
		}
	}
	for _, name := range p.named {
		if a := p.queues[name]; a.asked >= due && a.done < due {
			all = append(all, fmt.Sprintf("nobody works on the queue %s", name))
		}
	}
	for _, v := range p.lb {
		if v.health != "up" {
			all = append(all, fmt.Sprintf("%s counts %s of group %s as %s", v.node, v.server, v.group, v.health))
		}
	}
	return append(all, p.cluster.disputes()...)
}

// unanswered reports whether a client had no answer although it asked. One that
// asks seldom gets the time to do so twice.
func (a *asker) unanswered(due, end time.Duration) bool {
	stopped := a.stop > 0 && a.stop < end
	patient := a.start > due || a.interval > 0 && due+2*a.interval > end
	return !stopped && !patient && a.done < due && (a.ever || a.interval > 0)
}

// where says where the requests of a client go, as far as it is known.
func (p *progress) where(client string, r *Roster) string {
	path, known := p.paths[client]
	switch {
	case !known:
		return ""
	case path.Lost != "":
		return ": its requests are lost"
	case path.Answers:
		return ": the answers of " + path.To + " are lost"
	}
	holders := r.Holders(path.IP)
	switch {
	case len(holders) == 0:
		return ": its requests arrive at " + path.To
	case slices.ContainsFunc(holders, func(m *Entry) bool { return m.Node == path.To }):
		return ": its requests arrive at " + path.To + ", which has " + path.IP
	}
	return ": its requests arrive at " + path.To + ", which does not have " + path.IP
}
