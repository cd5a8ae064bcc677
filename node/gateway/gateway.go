package gateway

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Defaults of a service and of the memory that its work takes.
const (
	defaultName       = "web"
	defaultPort       = 80
	defaultWork       = 100 * time.Microsecond
	defaultSize       = 1000
	defaultBacklog    = 128
	defaultConnection = 64 << 10
	defaultRequest    = 256 << 10
)

// Gateway is the services of one machine during one of its lives.
type Gateway struct {
	host       *host.Host
	services   []*service // in the order of their names
	connection int64      // bytes of memory that an open connection holds
	request    int64      // bytes that a request in work holds
}

// New starts the services of cfg on a running machine, with which they die. A
// service without an address to listen on serves port 80 of the virtual IPs:
// those given, and those that a member of a group learns later. If no services
// were said there is one of that kind, named web; an empty mapping means none.
func New(h *host.Host, cfg topology.Gateway, memory topology.Memory, vips []netip.Addr) *Gateway {
	g := &Gateway{
		host:       h,
		connection: cmp.Or(memory.Connection, defaultConnection),
		request:    cmp.Or(memory.Request, defaultRequest),
	}
	services := cfg.Services
	if services == nil {
		services = map[string]topology.Service{defaultName: {}}
	}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		g.services = append(g.services, newService(g, name, services[name], vips))
	}
	h.OnAddress(g.address)
	for _, s := range g.services {
		s.start()
	}
	return g
}

// StartService makes a stopped or failed service listen again.
func (g *Gateway) StartService(name string) error {
	s, err := g.service(name)
	if err == nil {
		s.start()
	}
	return err
}

// StopService makes a service listen no more. Idle connections are closed at
// once, others after the answer under way; new ones are refused.
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

// address is told when the machine gains or gives up an address.
func (g *Gateway) address(addr netip.Addr, held bool) {
	own := slices.ContainsFunc(g.host.NICs(), func(n *host.NIC) bool { return n.Address().Addr() == addr })
	for _, s := range g.services {
		if held && s.follows && !own {
			s.follow(addr)
		}
		for _, d := range s.doors {
			if d.addr.Addr() == addr {
				d.note()
			}
			if held && d.proc != nil {
				d.proc.Wake() // it may wait for the means to bind
			}
		}
	}
}

func (g *Gateway) log(body event.Body) { g.host.Log(body) }
