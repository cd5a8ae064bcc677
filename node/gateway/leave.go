package gateway

import "github.com/cablepull/cablepull/sim/topology"

// Leave is a graceful leave of all services but the administrative ones, which
// belong to the product's default domain and stay (spec/failover.md §5.1).
type Leave struct {
	gateway  *Gateway
	services []*service // that served when it began
}

// Leave makes the services accept no more connections and finish those that
// they have.
func (g *Gateway) Leave() *Leave {
	l := &Leave{gateway: g}
	for _, s := range g.services {
		if s.running && s.cfg.Kind != topology.KindManagement {
			s.retire()
			l.services = append(l.services, s)
		}
	}
	return l
}

// Connections returns the number of connections that are left.
func (l *Leave) Connections() int {
	n := 0
	for _, s := range l.services {
		n += s.server.Len()
	}
	return n
}

// Drain closes the connections that are idle.
func (l *Leave) Drain() {
	for _, s := range l.services {
		s.server.Drain()
	}
}

// Return makes the services accept connections again.
func (l *Leave) Return() {
	for _, s := range l.services {
		s.start()
	}
}

// retire stops listening. Connections end with their next answer if the server
// can do that, else idle ones end at once.
func (s *service) retire() {
	s.running = false
	s.binding.close("quiesce")
	if server, can := s.server.(interface{ Retire() }); can {
		server.Retire()
	} else {
		s.server.Drain()
	}
}
