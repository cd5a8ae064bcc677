package netfab

import (
	"fmt"
	"time"
)

// SegmentConfig describes a switch. The zero value is a plain one.
type SegmentConfig struct {
	Latency      time.Duration // from NIC to NIC, one way; more than 0
	Ageing       time.Duration // how long an address is remembered; more than 0, 300 s by 802.1D
	Snooping     Snooping      // handling of multicast; default SnoopingOff
	ForwardDelay time.Duration // a port blocks this long after link-up; 802.1D: 30 s, default 0
	Hub          bool          // no switch: it learns nothing, and sends each frame to all other ports
}

// Segment is one Ethernet broadcast domain: a learning switch, or a hub.
type Segment struct {
	fabric   *Fabric
	name     string
	cfg      SegmentConfig
	ports    []*Port
	tables   []*table // one, or one per side during partitions
	healedAt time.Duration
	pruned   int // number of Prune calls in force
	groups   groups
}

func newSegment(f *Fabric, name string, cfg SegmentConfig) *Segment {
	return &Segment{fabric: f, name: name, cfg: cfg, tables: []*table{newTable()}}
}

// Name returns the segment's name.
func (s *Segment) Name() string { return s.name }

// Ports returns the ports in the order in which they were attached.
func (s *Segment) Ports() []*Port { return s.ports }

// Latency returns how long a frame takes from NIC to NIC.
func (s *Segment) Latency() time.Duration { return s.cfg.Latency }

// Attach plugs a cable from a node's interface into the switch. The NIC is
// switched on and its filter accepts only broadcast. Attaching a node's
// interface twice is a programming error and panics.
func (s *Segment) Attach(node, iface string, r Receiver) *Port {
	f := s.fabric
	if f.Port(node, iface) != nil {
		panic(fmt.Sprintf("netfab: attach: %s.%s is attached already", node, iface))
	}
	p := &Port{
		fabric: f, segment: s, node: node, iface: iface, name: node + "." + iface,
		number: uint32(len(f.ports) + 1), nodeID: f.nodeNumber(node), receiver: r,
		plugged: true, powered: true,
	}
	p.table = s.tableFor(p)
	p.out.port, p.out.way = p, Out
	p.in.port, p.in.way = p, In
	s.ports = append(s.ports, p)
	f.ports = append(f.ports, p)
	p.updateCarrier()
	f.place(p)
	return p
}

// Lookup returns the port where the switch has learnt m, or nil if it would
// flood. During partitions, sides may differ: the result is for the side of
// port from.
func (s *Segment) Lookup(from *Port, m MAC) *Port {
	return from.table.lookup(s.fabric.loop.Now(), s.cfg.Ageing, addressOf(m))
}

// forward handles a frame that arrived at port from: the switch learns the
// source, and sends the frame to the port of the destination, or floods it. It
// takes over the caller's reference.
func (s *Segment) forward(now time.Duration, from *Port, fr *Frame) {
	f := s.fabric
	if now < from.forwardAt {
		f.lose(now, from, nil, fr.data, f.reason("port ", from.name, " is blocking"))
		fr.Release()
		return
	}
	if s.cfg.Hub {
		f.loop.After(s.cfg.Latency, f.transit(fr, from, nil, crossing))
		return
	}
	s.learn(now, from, source(fr.data))
	dst := destination(fr.data)
	var to *Port
	if !dst.isGroup() {
		to = from.table.lookup(now, s.cfg.Ageing, dst)
	} else if !s.admit(now, from, fr.data, dst) {
		fr.Release()
		return
	}
	if to == from {
		f.lose(now, from, nil, fr.data, f.reason("the switch knows ", dst.mac().String(), " at the sender's own port ", from.name))
		fr.Release()
		return
	}
	f.loop.After(s.cfg.Latency, f.transit(fr, from, to, crossing))
}

// learn notes where the source address was seen.
func (s *Segment) learn(now time.Duration, from *Port, src address) {
	if src.isGroup() {
		return // a group address is not a machine's
	}
	var moved *Port
	if len(s.tables) == 1 {
		moved = s.tables[0].learn(now, s.cfg.Ageing, from, src)
	} else {
		moved = s.learnPerSide(now, from, src)
	}
	if moved != nil {
		for _, o := range s.fabric.observers {
			o.MACMoved(now, src.mac(), moved, from)
		}
	}
}

// forget drops all addresses learnt at p, as a switch does on losing the link.
func (s *Segment) forget(p *Port) {
	for _, t := range s.tables {
		t.forget(p)
	}
	s.groups.forget(p)
}
