package netfab

import (
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Receiver is the machine behind a NIC.
type Receiver interface {
	// Receive hands over a frame that the NIC's filter took. The caller keeps
	// its reference: Retain to keep the frame. When Receive returns the machine
	// has settled; no goroutine of it may call Send later on its own.
	Receive(*Frame)
	// CarrierChanged says that the link went up or down through no doing of
	// the machine.
	CarrierChanged(up bool)
}

// Port is a place on a switch, with the cable in it and the NIC at its far end.
type Port struct {
	fabric   *Fabric
	segment  *Segment
	node     string
	iface    string
	name     string
	number   uint32
	nodeID   int
	receiver Receiver
	filter   Filter
	isolated bool

	plugged, powered bool
	carrier          bool
	wentUp, wentDown uint64        // values of Fabric.changes at the last change of carrier
	forwardAt        time.Duration // spanning tree: frames pass from this instant on

	out, in lane
	table   *table // what the switch knows on this side of a partition
	streams map[string]*rand.Rand
}

// Node returns the name of the machine.
func (p *Port) Node() string { return p.node }

// Interface returns the name of the machine's interface.
func (p *Port) Interface() string { return p.iface }

// Name returns node and interface, such as a.lan.
func (p *Port) Name() string { return p.name }

// String returns Name.
func (p *Port) String() string { return p.name }

// Number returns the port's number in its fabric, counted from 1.
func (p *Port) Number() uint32 { return p.number }

// Fabric returns the fabric the port belongs to.
func (p *Port) Fabric() *Fabric { return p.fabric }

// Segment returns the switch the port belongs to.
func (p *Port) Segment() *Segment { return p.segment }

// Filter returns the address filter of the NIC.
func (p *Port) Filter() *Filter { return &p.filter }

// Carrier reports whether the link is up.
func (p *Port) Carrier() bool { return p.carrier }

// Forwarding reports whether the link is up and spanning tree lets frames pass.
func (p *Port) Forwarding() bool { return p.carrier && p.fabric.loop.Now() >= p.forwardAt }

// SetIsolated makes the port reach only ports that are not isolated.
func (p *Port) SetIsolated(isolated bool) { p.isolated = isolated }

// Pull takes the cable out: both ends lose carrier, what is on the cable is
// lost, and the switch forgets the addresses it knew there.
func (p *Port) Pull() { p.setPlugged(false) }

// Plug puts the cable back. The port forwards after the segment's ForwardDelay.
func (p *Port) Plug() { p.setPlugged(true) }

func (p *Port) setPlugged(plugged bool) {
	p.plugged = plugged
	if p.updateCarrier() {
		p.receiver.CarrierChanged(p.carrier)
	}
}

// SetPower switches the NIC at the far end on (as it is at first) or off, as
// the machine does when it boots and dies; the switch sees the link go. The
// machine itself asks Carrier: CarrierChanged is not called.
func (p *Port) SetPower(on bool) {
	p.powered = on
	p.updateCarrier()
}

// updateCarrier follows from cable and power whether the link is up, and
// reports whether that has changed.
func (p *Port) updateCarrier() bool {
	up := p.plugged && p.powered
	if up == p.carrier {
		return false
	}
	p.carrier = up
	p.fabric.changes++
	if !up {
		p.wentDown = p.fabric.changes
		p.segment.forget(p)
		return true
	}
	p.wentUp = p.fabric.changes
	// What is up at the start of the world has been up for long.
	if now := p.fabric.loop.Now(); now > 0 {
		p.forwardAt = now + p.segment.cfg.ForwardDelay
	}
	return true
}

// outage says in words why nothing passes the cable.
func (p *Port) outage() string {
	switch {
	case !p.plugged:
		return p.fabric.sentence("cable ", p.name, " is out")
	case !p.powered:
		return p.fabric.sentence(p.name, " is switched off")
	}
	return p.fabric.sentence("cable ", p.name, " was out")
}

// Send puts a frame on the cable, towards the switch, and takes over the
// caller's reference. The bytes must not change any more.
func (p *Port) Send(fr *Frame) {
	f := p.fabric
	now := f.loop.Now()
	switch {
	case !p.carrier:
		f.lose(now, p, nil, fr.data, p.outage())
		fr.Release()
		return
	case len(fr.data) < wire.EthernetSize:
		f.lose(now, p, nil, fr.data, "frame is shorter than an Ethernet header")
		fr.Release()
		return
	}
	f.stats.Sent++
	for _, o := range f.observers {
		o.Sent(now, p, fr.data)
	}
	if p.out.busy {
		p.out.pass(now, f.transit(fr, p, nil, leaving))
		return
	}
	p.segment.forward(now, p, fr)
}

// stream returns a named random stream of the port. It is kept, so that a
// second impairment does not repeat the luck of the first.
func (p *Port) stream(name string) *rand.Rand {
	if p.streams == nil {
		p.streams = map[string]*rand.Rand{}
	}
	r := p.streams[name]
	if r == nil {
		r = p.fabric.loop.Stream("link/" + p.link() + "/" + name)
		p.streams[name] = r
	}
	return r
}

// link names the cable between node and segment, such as a~lan.
func (p *Port) link() string { return p.node + "~" + p.iface }
