package sighting

// Port is where frames leave a machine: the cable of one of its interfaces. In a
// capture it is the station that sent the frame.
type Port struct {
	node, iface, segment, name string
	number                     uint32
	looped                     bool // a packet that went in a circle has been reported
	router, announces          bool // see Config
}

// Node returns the name of the machine.
func (p *Port) Node() string { return p.node }

// Name returns node and interface, such as a.lan.
func (p *Port) Name() string { return p.name }

// AddPort adds the interface of a node, on a segment. Whoever feeds the watcher
// adds each port once and keeps it.
func (w *Watcher) AddPort(node, iface, segment string) *Port {
	w.ports++
	return &Port{
		node: node, iface: iface, segment: segment, name: node + "." + iface, number: w.ports,
		router: w.routers[node], announces: !w.reporters[node],
	}
}
