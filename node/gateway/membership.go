package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/cell"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// membership keeps the members of a group and their weights as a WebSphere cell
// lists them (spec/failover.md §6.6). Until the cell has first answered they
// are those of the configuration. While it does not answer, or with what is no
// document, or lists no servers of the cluster, the group keeps what it has:
// what the product does is not documented, and an empty list would turn a fault
// of the cell into an outage (ours).
//
// Name, address, port and weight of a member are the cell's, and its clone id
// is its name. A server of the configuration with the same name adds its
// health-port and its administrative state.
type membership struct {
	group      *group
	configured map[string]topology.LBServer
	listed     []topology.LBServer // by the document that counts
	generation int                 // of that document; 0: there is none yet
	failure    string              // of the last request; empty: it had none
}

func newMembership(g *group) *membership {
	m := &membership{group: g, configured: map[string]topology.LBServer{}}
	for _, s := range g.cfg.Servers {
		m.configured[s.Name] = s
	}
	return m
}

// start begins to ask the cell.
func (m *membership) start() {
	cell.Watch(m.group.gateway.host, "cell "+m.group.name, *m.group.cfg.Cell, m.report)
}

// report takes what a request has brought.
func (m *membership) report(d cell.Document, err error) {
	var list []topology.LBServer
	if err == nil {
		list, err = m.list(d)
	}
	if err == nil {
		err = m.group.machine.SetMembers(m.group.now(), groupMembers(m.administered(list)))
	}
	if err != nil {
		m.fail(err.Error())
		return
	}
	reason := ""
	switch {
	case m.generation == 0:
		reason = event.CellFirst
	case !slices.Equal(list, m.listed):
		reason = event.CellNews
	case m.failure != "":
		reason = event.CellAnswers
	}
	m.listed, m.generation, m.failure = list, d.Generation, ""
	if reason != "" {
		m.group.gateway.log(event.CellChanged{Group: m.group.name, Generation: d.Generation, Members: m.words(), Reason: reason})
		m.group.adopt(list)
	}
}

// fail logs why there is no news, unless that is known.
func (m *membership) fail(reason string) {
	if reason == m.failure {
		return
	}
	m.failure = reason
	m.group.gateway.log(event.CellFailed{Group: m.group.name, Generation: m.generation, Members: m.words(), Reason: reason})
}

// list is the members by a document.
func (m *membership) list(d cell.Document) ([]topology.LBServer, error) {
	cluster, known := d.Cluster(m.group.cfg.WLMGroup)
	switch {
	case !known:
		return nil, errors.New("no such cluster")
	case len(cluster.Members) == 0:
		return nil, errors.New("no servers")
	}
	list := make([]topology.LBServer, 0, len(cluster.Members))
	for _, c := range cluster.Members {
		list = append(list, topology.LBServer{
			Name: c.Name, Address: c.Address, MappedPort: c.Port, Weight: c.Weight, CloneID: c.Name, HealthPort: m.configured[c.Name].HealthPort,
		})
	}
	return list, nil
}

// administered returns a list with the administrative states of the
// configuration.
func (m *membership) administered(list []topology.LBServer) []topology.LBServer {
	list = slices.Clone(list)
	for i, s := range list {
		list[i].State = m.configured[s.Name].State
	}
	return list
}

// setAdminState keeps the administrative state of a server of the
// configuration, which a cell may leave out and list again.
func (m *membership) setAdminState(member string, enabled bool) {
	s, has := m.configured[member]
	if !has {
		return
	}
	s.State = topology.LBServerDisabled
	if enabled {
		s.State = topology.LBServerEnabled
	}
	m.configured[member] = s
}

// words lists the members that the group has, with their weights.
func (m *membership) words() string {
	var all []string
	for _, s := range m.group.machine.Status() {
		all = append(all, fmt.Sprint(s.Server, " ", s.Weight))
	}
	return strings.Join(all, ", ")
}
