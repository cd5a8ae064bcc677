package picture

import (
	"math"
	"time"

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

// sampleSpan is the time that a sample is about.
const sampleSpan = time.Second

// class is a class of work.
type class uint8

const (
	service class = iota
	control
	workClasses // how many there are
)

// workNames are the names of the classes in events.
var workNames = [workClasses]string{"service", "control"}

// usages are what all machines have used.
type usages struct {
	machines map[string]*usage
	sampled  bool // not only events say it
}

// usage is what a machine has used.
type usage struct {
	node    string
	busy    [workClasses]series // per cent
	hogs    [workClasses]series // per cent of it that hogs take
	memory  series              // MiB
	limit   float64             // of memory, in MiB; 0: none, or nobody has said it
	refused refusals
}

// of returns the usage of a machine.
func (u *usages) of(node string) *usage {
	m := u.machines[node]
	if m == nil {
		m = &usage{node: node, memory: series{name: node, peaks: true}}
		for c, name := range workNames {
			m.busy[c] = series{name: node + " " + name, peaks: true}
			m.hogs[c] = series{name: node + " hogs of " + name}
		}
		if u.machines == nil {
			u.machines = map[string]*usage{}
		}
		u.machines[node] = m
	}
	return m
}

// sample takes in a sample.
func (u *usages) sample(at time.Duration, node string, s Usage) {
	u.sampled = true
	m := u.of(node)
	m.busy[service].add(at-sampleSpan, percent(s.Service))
	m.busy[control].add(at-sampleSpan, percent(s.Control))
	m.memory.add(at, mebibytes(s.Memory))
	m.limit = mebibytes(s.Limit)
}

// observe takes in an event.
func (u *usages) observe(e event.Event) {
	switch b := e.What.(type) {
	case event.LoadChanged:
		for c, name := range workNames {
			if name == b.Class {
				u.of(e.Node).hogs[c].add(e.At, percent(b.Share))
			}
		}
	case event.MemoryChanged:
		m := u.of(e.Node)
		m.memory.add(e.At, mebibytes(b.Used))
		m.limit = mebibytes(b.Limit)
		m.refused.turn(e.At, b.Refusing)
	case event.GatewayLoad:
		u.of(e.Node).memory.add(e.At, mebibytes(b.Memory))
	case event.PowerChanged:
		if m := u.machines[e.Node]; m != nil && b.State.Lost() {
			m.end(e.At)
		}
	}
}

// end ends everything: the machine loses its power.
func (m *usage) end(at time.Duration) {
	for c := range workClasses {
		m.busy[c].stop(at)
		m.hogs[c].stop(at)
	}
	m.memory.stop(at)
	m.refused.turn(at, false)
}

// stop says that there is no value from now on, unless there never was one. The
// value of that instant stays: memory may be what a machine dies of.
func (s *series) stop(at time.Duration) {
	n := len(s.points)
	switch {
	case n == 0:
	case s.points[n-1].at == at && n+1 < s.most():
		s.points = append(s.points, point{at, math.NaN()})
	default:
		s.add(at, math.NaN())
	}
}

// percent is a share in tenths of a per cent.
func percent(share float64) float64 { return math.Round(1000*share) / 10 }

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
