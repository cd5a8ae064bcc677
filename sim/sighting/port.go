package sighting

import "encoding/binary"

// Port is where frames leave a machine: one of its interfaces. In a capture it
// is the station that sent the frame.
type Port struct {
	// TakesAll says that the port takes every frame, and the machine behind it has
	// the filter, as in real time. What arrives there may not be meant for it.
	TakesAll bool

	node, iface, segment, name string
	place                      [4]byte // tells the ports apart in fingerprints of packets
	looped                     bool    // a looping packet has been reported
	router, announces          bool    // see Config
	host                       bool    // may have a watched address
	mac                        uint64  // that a host sent from last
	recent                     route   // of the last packet that arrived
	path                       *path   // of recent, nil if none is followed
}

// number tells the ports apart.
func (p *Port) number() uint32 { return binary.BigEndian.Uint32(p.place[:]) }

// Node returns the name of the machine.
func (p *Port) Node() string { return p.node }

// Name returns node and interface, such as a.lan.
func (p *Port) Name() string { return p.name }

// AddPort adds the interface of a node, on a segment. The caller adds each port
// once and keeps it.
func (w *Watcher) AddPort(node, iface, segment string) *Port {
	p := &Port{
		node: node, iface: iface, segment: segment, name: node + "." + iface,
		router: w.routers[node], announces: !w.reporters[node], host: w.hosts[node],
	}
	w.all = append(w.all, p)
	binary.BigEndian.PutUint32(p.place[:], uint32(len(w.all)))
	return p
}
