package world

import (
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// Usage is what a machine uses of its hardware. Control and Service are shares,
// 0..1, of all its processors, which hogs and work of that class have had
// during the last second.
type Usage struct {
	Control, Service float64
	Memory           int64 // bytes in use at present
	Limit            int64 // of memory, in bytes; 0: none
}

// samplePeriod is the time from one sample to the next.
const samplePeriod = time.Second

// sampler tells somebody what the machines use. It reads between two events of
// the loop, and no event is posted for it, so that the run is the same.
type sampler struct {
	loop     *sim.Loop
	use      func(at time.Duration, node string, u Usage)
	machines []sampled
	due      time.Duration
}

// sampled is a machine with its meters.
type sampled struct {
	name             string
	host             *host.Host
	limit            int64
	control, service *host.Meter
}

// newSampler returns the sampler of a world in virtual time that has all of its
// machines; nil if nobody wants to know.
func newSampler(w *World, use func(time.Duration, string, Usage)) *sampler {
	if use == nil {
		return nil
	}
	s := &sampler{loop: w.loop, use: use, due: samplePeriod}
	for _, name := range w.names {
		h := w.nodes[name].host
		s.machines = append(s.machines, sampled{
			name, h, w.topology.Nodes[name].Memory.Limit, h.CPU().Meter(host.Control), h.CPU().Meter(host.Service),
		})
	}
	return s
}

// run runs the loop until an instant, and takes the samples that come due.
func (s *sampler) run(until time.Duration) error {
	for s.due <= until {
		if err := s.loop.Run(s.due); err != nil {
			return err
		}
		s.take()
		s.due += samplePeriod
	}
	return s.loop.Run(until)
}

// take takes a sample of each machine. The meters of a machine without power
// are read too: the next sample is of one second again.
func (s *sampler) take() {
	for _, m := range s.machines {
		u := Usage{Control: m.control.Busy(), Service: m.service.Busy(), Memory: m.host.Memory().Used(), Limit: m.limit}
		if m.host.Power() == event.PowerUp {
			s.use(s.due, m.name, u)
		}
	}
}
