package world

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/sighting"
	"github.com/cablepull/cablepull/sim/topology"
)

// sightings passes the frames of the fabric to a watcher, and says which nodes
// may own which virtual IPs.
type sightings struct {
	world   *World
	watcher *sighting.Watcher
	ports   []*sighting.Port // by number of the fabric's port, which counts from 1
	count   uint64
}

func watchFrames(w *World) *sightings {
	var c sighting.Config
	for _, name := range topology.Names(w.topology.Nodes) {
		if w.topology.Nodes[name].Router != nil {
			c.Routers = append(c.Routers, name)
		}
		if w.topology.Nodes[name].Exec == nil {
			c.Reporters = append(c.Reporters, name) // our own members log their announcements
		}
	}
	s := &sightings{world: w, watcher: sighting.New(c, w.log.Append)}
	for _, name := range w.names {
		s.admit(name, w.topology.Nodes[name])
	}
	for _, name := range topology.Names(w.topology.Nodes) {
		if w.topology.Nodes[name].Client != nil {
			s.follow(name)
		}
	}
	return s
}

// follow watches the way of what a client asks.
func (s *sightings) follow(client string) {
	t := s.world.topology
	n := t.Nodes[client]
	target, server := targetOf(t, n)
	if server != "" {
		s.watcher.MayAnswer(target, server)
	}
	for _, iface := range topology.Names(n.NICs) {
		s.watcher.Follow(client, n.NICs[iface].Address.Addr(), client)
	}
	for _, name := range topology.Names(t.Nodes) {
		if r := t.Nodes[name].Router; r != nil && r.NAT != nil && r.NAT.SNAT != nil {
			s.watcher.Follow(client, r.NAT.SNAT.As, name)
		}
	}
}

// admit watches the virtual IPs of a node's groups, including those that it may
// learn from other members.
func (s *sightings) admit(name string, n topology.Node) {
	if n.Exec != nil {
		s.watch(n.Exec.VIPs, name)
	}
	for _, iface := range topology.Names(n.Standby) {
		here := n.Standby[iface]
		for _, other := range s.world.names {
			o := s.world.configured(other)
			for _, there := range topology.Names(o.Standby) {
				if o.Standby[there].Group == here.Group && o.NICs[there].Segment == n.NICs[iface].Segment {
					s.watch(o.Standby[there].VIPs(), name)
					s.watch(here.VIPs(), other)
					if here.SelfBalance != nil || o.Standby[there].SelfBalance != nil {
						s.balanced(o.Standby[there].VIPs())
					}
				}
			}
		}
	}
}

func (s *sightings) watch(vips []netip.Addr, node string) {
	for _, vip := range vips {
		s.watcher.MayOwn(vip, node)
	}
}

func (s *sightings) balanced(vips []netip.Addr) {
	for _, vip := range vips {
		s.watcher.Balanced(vip)
	}
}

// port returns the watcher's port for one of the fabric.
func (s *sightings) port(p *netfab.Port) *sighting.Port {
	for uint32(len(s.ports)) < p.Number() {
		next := s.world.fabric.Ports()[len(s.ports)]
		s.ports = append(s.ports, s.watcher.AddPort(next.Node(), next.Interface(), next.Segment().Name()))
	}
	return s.ports[p.Number()-1]
}

// Sent implements netfab.Observer.
func (s *sightings) Sent(now time.Duration, from *netfab.Port, data []byte) {
	s.count++
	s.watcher.Sent(now, s.port(from), data)
}

// Delivered implements netfab.DeliveryObserver.
func (s *sightings) Delivered(now time.Duration, from, to *netfab.Port, data []byte) {
	at := s.port(to)
	at.TakesAll = to.Filter().Promiscuous()
	s.watcher.Delivered(now, s.port(from), at, data)
}

// Lost implements netfab.Observer.
func (s *sightings) Lost(now time.Duration, from, to *netfab.Port, data []byte, why string) {
	var at *sighting.Port
	if to != nil {
		at = s.port(to)
	}
	s.watcher.Lost(now, s.port(from), at, data, why)
}

// MACMoved implements netfab.Observer.
func (s *sightings) MACMoved(now time.Duration, mac wire.MAC, from, to *netfab.Port) {
	s.watcher.Moved(now, mac, s.port(from), s.port(to))
}
