package gateway

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Gateway is the services of one machine during one boot.
type Gateway struct {
	host        *host.Host
	memory      topology.Memory // memory used by connections and requests
	services    []*service      // in the order of their names
	groups      map[string]*group
	userAgent   time.Duration // its timeout
	nameservers topology.Nameservers
	names       *name.Stub // nil: nothing was looked up yet
	load        *load      // nil: there are no groups
	onChange    func()     // may be nil; see OnChange
	onGroup     func()     // may be nil; see OnGroupChange
}

// Stores returns the persistence store of a service of kind b2b, which survives
// the gateway.
type Stores func(service string, x topology.Exchange) *b2b.Store

// New starts the services of cfg on a running machine; they end with the
// machine. cfg must be complete. memory is what connections and requests use,
// and stores are asked only for services of kind b2b.
func New(h *host.Host, cfg topology.Gateway, memory topology.Memory, stores Stores) *Gateway {
	g := &Gateway{host: h, memory: memory, groups: map[string]*group{}, userAgent: cfg.UserAgent, nameservers: cfg.Nameservers}
	for _, name := range topology.Names(cfg.Groups) {
		g.groups[name] = newGroup(g, name, cfg.Groups[name])
	}
	for _, name := range topology.Names(cfg.Services) {
		s := newService(g, name, cfg.Services[name])
		if s.cfg.Kind == topology.KindB2B {
			s.party = newParty(s, stores(name, *s.cfg.B2B))
		}
		g.services = append(g.services, s)
	}
	h.OnAddress(g.address)
	for _, s := range g.services {
		s.start()
	}
	for _, name := range topology.Names(g.groups) {
		g.groups[name].start()
	}
	if len(g.groups) > 0 {
		g.load = newLoad(g)
	}
	return g
}

// SetMember enables or disables a member of a group.
func (g *Gateway) SetMember(group, member string, enabled bool) error {
	gr := g.groups[group]
	if gr == nil || !gr.has(member) {
		return fmt.Errorf("gateway: group on %s: got member %q of %q, want one that there is", g.host.Name(), member, group)
	}
	gr.setAdminState(member, enabled)
	return nil
}

// Finish logs the members of all groups, and what persistence stores hold, as
// they are when the run ends.
func (g *Gateway) Finish() {
	for _, s := range g.services {
		if s.party != nil {
			s.party.Finish()
		}
	}
	for _, name := range topology.Names(g.groups) {
		g.groups[name].finish()
	}
}

// StartService makes a stopped or failed service listen again.
func (g *Gateway) StartService(name string) error {
	s, err := g.service(name)
	if err == nil {
		s.start()
	}
	return err
}

// StopService makes a service stop listening. Idle connections are closed at
// once, others after the current answer; new ones are refused.
func (g *Gateway) StopService(name string) error {
	s, err := g.service(name)
	if err == nil {
		s.stop()
	}
	return err
}

// Connections returns the number of open client connections of a service.
func (g *Gateway) Connections(name string) int {
	if s, err := g.service(name); err == nil {
		return s.server.Len()
	}
	return 0
}

func (g *Gateway) service(name string) (*service, error) {
	var names []string
	for _, s := range g.services {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return nil, fmt.Errorf("gateway: service on %s: got %q, want %s", g.host.Name(), name, strings.Join(names, " or "))
}

// address is called when the machine gains or gives up an address.
func (g *Gateway) address(addr netip.Addr, held bool) {
	for _, s := range g.services {
		if s.binding.addr.Addr() == addr {
			s.binding.note()
		}
		if held && s.binding.proc != nil {
			s.binding.proc.Wake() // it may be waiting until it can bind
		}
	}
}

func (g *Gateway) log(body event.Body) { g.host.Log(body) }
