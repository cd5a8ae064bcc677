package cell

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Cell is the deployment manager of a cell during one boot of its machine.
type Cell struct {
	host *host.Host
	port *session.Port
	held []*sim.Proc // requests that wait for something to change

	clusters []cluster
	mode     string
	now      Document // what is true
	before   Document // what was true when the cell became stale
}

// cluster is what the cell knows of a cluster.
type cluster struct {
	name    string
	servers []server // in the order of their names
}

type server struct {
	Member
	listed bool
}

// New starts a cell on a running machine; it ends with the machine. cfg must be
// complete.
func New(h *host.Host, cfg topology.Cell) *Cell {
	k := &Cell{host: h, mode: topology.CellOK}
	for _, name := range topology.Names(cfg.Clusters) {
		c := cluster{name: name}
		for _, s := range topology.Names(cfg.Clusters[name]) {
			m := cfg.Clusters[name][s]
			c.servers = append(c.servers, server{Member{s, m.Address, m.Port, *m.Weight}, !m.Stopped})
		}
		k.clusters = append(k.clusters, c)
	}
	k.changed()
	k.setMode(cfg.Mode)
	server := &web.Server{Node: h.Name(), Go: h.Go, Service: servlet{k}}
	k.port = session.Open(h, topology.CellService, session.AnyAddress(cfg.Port), server)
	return k
}

// Set sets a property: cell.mode, weight.CLUSTER.SERVER or
// member.CLUSTER.SERVER. Its value is one that topology.Cell.Properties takes.
func (k *Cell) Set(property, value string) error {
	if property == topology.CellModeProperty {
		if !slices.Contains(topology.CellModes(), value) {
			return fmt.Errorf("cell: %s: mode: got %q, want %s", k.host.Name(), value, topology.AnyOf(value, topology.CellModes()))
		}
		k.setMode(value)
		return nil
	}
	kind, rest, _ := strings.Cut(property, ".")
	of, name, _ := strings.Cut(rest, ".")
	s := k.find(of, name)
	if s == nil {
		return fmt.Errorf("cell: %s: property: got %q, want one of a server that there is", k.host.Name(), property)
	}
	next := *s
	switch kind + "." {
	case topology.CellMemberProperty:
		next.listed = value == "on"
	case topology.CellWeightProperty:
		weight, err := strconv.Atoi(value)
		if err != nil || weight < 0 || weight > weightMax {
			return fmt.Errorf("cell: %s: %s: got %q, want 0 to %d", k.host.Name(), property, value, weightMax)
		}
		next.Weight = weight
	default:
		return fmt.Errorf("cell: %s: property: got %q, want a weight or a member", k.host.Name(), property)
	}
	if next != *s {
		*s = next
		k.changed()
	}
	return nil
}

func (k *Cell) setMode(mode string) {
	if mode == k.mode {
		return
	}
	k.before, k.mode = k.now, mode
	if mode == topology.CellStale {
		return // what it says stays the same
	}
	k.changed()
}

// find returns a server; nil if there is none.
func (k *Cell) find(of, name string) *server {
	for i := range k.clusters {
		for j := range k.clusters[i].servers {
			if s := &k.clusters[i].servers[j]; k.clusters[i].name == of && s.Name == name {
				return s
			}
		}
	}
	return nil
}

// changed makes the next generation of the document, and lets requests that are
// held look again.
func (k *Cell) changed() {
	d := Document{Generation: k.now.Generation + 1}
	for _, c := range k.clusters {
		listed := Cluster{Name: c.name, Members: []Member{}}
		for _, s := range c.servers {
			if s.listed && k.mode != topology.CellEmpty {
				listed.Members = append(listed.Members, s.Member)
			}
		}
		d.Clusters = append(d.Clusters, listed)
	}
	k.now = d
	k.wake()
}

func (k *Cell) wake() {
	held := k.held
	k.held = nil
	for _, p := range held {
		p.Wake()
	}
}

// document is what the cell says.
func (k *Cell) document() Document {
	if k.mode == topology.CellStale {
		return k.before
	}
	return k.now
}

// StopService closes the port: whoever asks is refused, and who waits is reset.
// The name is topology.CellService.
func (k *Cell) StopService(name string) error {
	err := k.port.StopService(name)
	k.wake()
	return err
}

// StartService opens the port again.
func (k *Cell) StartService(name string) error { return k.port.StartService(name) }
