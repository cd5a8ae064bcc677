package netfab

import "time"

// stage is how far a frame has come.
type stage uint8

const (
	leaving  stage = iota // on the sender's cable; next: the switch
	crossing              // through the switch; next: the receiver's cable
	arriving              // on the receiver's cable, judged; next: the NIC
)

// transit is a frame in flight: the task that takes it to its next stage.
// Transits are reused.
type transit struct {
	fabric *Fabric
	frame  *Frame
	from   *Port
	to     *Port // nil: all ports, or not yet known
	seen   uint64
	stage  stage
}

// transit returns a transit that owns one reference of fr.
func (f *Fabric) transit(fr *Frame, from, to *Port, st stage) *transit {
	var t *transit
	if n := len(f.transits); n > 0 {
		t, f.transits = f.transits[n-1], f.transits[:n-1]
	} else {
		t = &transit{fabric: f}
	}
	t.frame, t.from, t.to, t.stage, t.seen = fr, from, to, st, f.changes
	return t
}

// end releases the frame and makes t reusable.
func (t *transit) end() {
	t.frame.Release()
	t.frame = nil
	t.fabric.transits = append(t.fabric.transits, t)
}

// String names the transit in reports of the loop.
func (t *transit) String() string {
	if t.to == nil {
		return "frame from " + t.from.name
	}
	return "frame from " + t.from.name + " to " + t.to.name
}

// Run takes the frame to its next stage.
func (t *transit) Run() {
	f := t.fabric
	now := f.loop.Now()
	switch {
	case t.from.wentDown > t.seen && t.stage != arriving:
		f.lose(now, t.from, t.to, t.frame.data, t.from.outage())
		t.end()
	case t.stage == leaving:
		t.frame.Retain() // forward takes over one reference, end releases one
		t.from.segment.forward(now, t.from, t.frame)
		t.end()
	case t.stage == arriving:
		if t.to.wentDown > t.seen {
			f.lose(now, t.from, t.to, t.frame.data, t.to.outage())
		} else {
			t.to.take(now, t.from, t.frame)
		}
		t.end()
	case t.to != nil:
		t.unicast(now)
		t.end()
	default:
		t.flood(now)
		t.end()
	}
}

// unicast takes the frame to the port at which the switch has learnt its
// destination.
func (t *transit) unicast(now time.Duration) {
	f, dst := t.fabric, destination(t.frame.data)
	switch {
	case t.to.wentDown > t.seen:
		f.lose(now, t.from, t.to, t.frame.data, t.to.outage())
	case !t.to.filter.accepts(dst):
		f.lose(now, t.from, t.to, t.frame.data, f.reason(t.to.name, " does not accept ", dst.mac().String()))
	default:
		t.arrive(now, t.to)
	}
}

// flood takes the frame to all ports but the sender's, skipping those whose NIC
// would not accept it.
func (t *transit) flood(now time.Duration) {
	s, dst := t.from.segment, destination(t.frame.data)
	taken := false
	for _, p := range s.ports {
		if p == t.from || !p.filter.accepts(dst) || !s.wants(now, dst, p) {
			continue
		}
		if p.wentDown > t.seen {
			taken = true
			t.fabric.lose(now, t.from, p, t.frame.data, p.outage())
			continue
		}
		if !p.carrier || p.wentUp > t.seen {
			continue // the switch did not send it there
		}
		taken = true
		t.arrive(now, p)
	}
	if !taken && !dst.isGroup() {
		t.reportUnaccepted(now, dst)
	}
}

// reportUnaccepted reports a unicast frame that no NIC accepted.
func (t *transit) reportUnaccepted(now time.Duration, dst address) {
	f := t.fabric
	for _, p := range t.from.segment.ports {
		if p != t.from && !p.carrier && p.filter.accepts(dst) {
			f.lose(now, t.from, p, t.frame.data, p.outage())
			return
		}
	}
	f.lose(now, t.from, nil, t.frame.data, f.reason("nobody on ", t.from.segment.name, " accepts ", dst.mac().String()))
}

// arrive sends the frame over the cable of port to, whose NIC would accept it.
func (t *transit) arrive(now time.Duration, to *Port) {
	f := t.fabric
	switch {
	case now < to.forwardAt:
		f.lose(now, t.from, to, t.frame.data, f.reason("port ", to.name, " is blocking"))
	case t.from.isolated && to.isolated:
		f.lose(now, t.from, to, t.frame.data, f.reason("ports ", t.from.name, " and ", to.name, " are isolated"))
	case to.in.busy:
		t.frame.Retain()
		to.in.pass(now, f.transit(t.frame, t.from, to, arriving))
	default:
		to.take(now, t.from, t.frame)
	}
}

// take gives a frame to the machine.
func (p *Port) take(now time.Duration, from *Port, fr *Frame) {
	f := p.fabric
	f.stats.Delivered++
	if f.digest != nil {
		f.digest.AddFrame(now, p.number, fr.data)
	}
	for _, o := range f.arrivals {
		o.Delivered(now, from, p, fr.data)
	}
	p.receiver.Receive(fr)
}
