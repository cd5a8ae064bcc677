package netfab

import (
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Receiver is the machine behind a NIC.
type Receiver interface {
	// Receive delivers a frame that passed the NIC's filter. The caller keeps its
	// reference: call Retain to keep the frame. Receive must not return before the
	// machine has settled; its goroutines must not call Send later on their own.
	Receive(*Frame)
	// CarrierChanged reports that the link went up or down, unless the machine
	// itself caused it.
	CarrierChanged(up bool)
}

// Port is a port of a switch, with the cable in it and the NIC at its far end.
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
	outages          [3]string     // the sentences of outage that were needed so far

	out, in lane
	table   *table // the switch's table for this side of a partition
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

// SetIsolated restricts the port to reaching ports that are not isolated.
func (p *Port) SetIsolated(isolated bool) { p.isolated = isolated }

// Pull pulls the cable: both ends lose carrier, frames on the cable are lost,
// and the switch forgets the addresses learnt there.
func (p *Port) Pull() { p.setPlugged(false) }

// Plug plugs the cable back in. The port forwards after the segment's
// ForwardDelay.
func (p *Port) Plug() { p.setPlugged(true) }

func (p *Port) setPlugged(plugged bool) {
	p.plugged = plugged
	if p.updateCarrier() {
		p.receiver.CarrierChanged(p.carrier)
	}
}

// SetPower switches the NIC at the far end on (the initial state) or off, as
// when the machine boots or crashes; the switch sees the link change.
// CarrierChanged is not called: the machine calls Carrier instead.
func (p *Port) SetPower(on bool) {
	p.powered = on
	p.updateCarrier()
}

// updateCarrier derives from cable and power whether the link is up, and
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
	// Links that are up at the start of the world count as up for long.
	if now, delay := p.fabric.loop.Now(), p.segment.cfg.ForwardDelay; now > 0 && delay > 0 {
		p.forwardAt = now + delay
		if p.fabric.onBlocked != nil {
			p.fabric.onBlocked(p, p.forwardAt)
		}
	}
	return true
}

// outage says why nothing passes the cable.
func (p *Port) outage() string {
	switch {
	case !p.plugged:
		return p.say(&p.outages[0], "cable ", p.name, " is out")
	case !p.powered:
		return p.say(&p.outages[1], p.name, " is switched off")
	}
	return p.say(&p.outages[2], "cable ", p.name, " was out")
}

// say composes a sentence unless it is known.
func (p *Port) say(known *string, words ...string) string {
	if *known == "" {
		*known = p.fabric.reason(words...)
	}
	return *known
}

// Send puts a frame on the cable, towards the switch, and takes over the
// caller's reference. The bytes must not change afterwards.
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
// second impairment does not repeat the draws of the first.
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
