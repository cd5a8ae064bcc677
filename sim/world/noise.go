package world

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/noise"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// ErrNoise is noise in a world that cannot make it.
var ErrNoise = errors.New("noise needs virtual time: real machines have noise of their own")

// gapMin is the shortest time between two pauses or stalls of one entry, so
// that a run ends, whatever a model says.
const gapMin = time.Millisecond

// disturb puts the models of noise into effect. They are valid. It comes before
// any fault is injected, so that pauses of an instant come before its faults.
func (w *World) disturb(models []*noise.Model) error {
	names := map[string]bool{}
	for _, m := range models {
		if names[m.Name] {
			return fmt.Errorf("world: noise: got %s twice: both would draw the same", m.Name)
		}
		names[m.Name] = true
		if problems := slices.Concat(m.Problems(), m.ProblemsIn(w.topology)); len(problems) > 0 {
			return fmt.Errorf("world: noise %s: %s", m.Name, problems[0])
		}
		for i, p := range m.Pauses {
			w.pauses(m, i, p)
		}
		for i, s := range m.Stalls {
			w.stalls(m, i, s)
		}
		w.disturbFrames(m)
	}
	return nil
}

// draws returns the draws of one distribution. Its stream is named by what it
// is for, so that it does not depend on what else there is.
func (w *World) draws(m *noise.Model, list string, entry int, of, what string, d noise.Distribution) *noise.Draws {
	name := fmt.Sprintf("noise/%s/%s/%d/%s/%s", m.Name, list, entry, of, what)
	return noise.NewDraws(d, w.loop.Stream(name))
}

// disturbed returns the nodes of an entry: those it names, or by default those
// that have members and, if programs count, gateways.
func (w *World) disturbed(patterns []string, programs bool) []string {
	if len(patterns) > 0 {
		return noise.Matching(patterns, w.names)
	}
	return slices.DeleteFunc(slices.Clone(w.names), func(name string) bool {
		n := w.topology.Nodes[name]
		return len(n.Standby) == 0 && (!programs || n.Gateway == nil)
	})
}

func (w *World) pauses(m *noise.Model, entry int, p noise.Pause) {
	for _, name := range w.disturbed(p.Nodes, true) {
		h := w.nodes[name].host
		lasts := w.draws(m, "pauses", entry, name, "lasts", p.Lasts)
		w.again(w.draws(m, "pauses", entry, name, "every", p.Every), func() time.Duration {
			length := lasts.Next()
			number := h.Pause(p.What == noise.Process, length, length >= noise.Noted)
			if number > 0 {
				w.loop.After(length, simFunc(func() { h.Resume(number) }))
			}
			return length
		})
	}
}

func (w *World) stalls(m *noise.Model, entry int, s noise.Stall) {
	class, share := s.Takes()
	for _, name := range w.disturbed(s.Nodes, true) {
		h := w.nodes[name].host
		lasts := w.draws(m, "stalls", entry, name, "lasts", s.Lasts)
		w.again(w.draws(m, "stalls", entry, name, "every", s.Every), func() time.Duration {
			length := lasts.Next()
			w.loop.After(length, simFunc(h.Stall(host.Class(class), share, length, length >= noise.Noted)))
			return length
		})
	}
}

// again does something after each draw, and lets the time that it takes pass.
func (w *World) again(every *noise.Draws, do func() (length time.Duration)) {
	var timer func()
	wait := func(length time.Duration) { w.loop.After(length+max(every.Next(), gapMin), simFunc(timer)) }
	timer = func() { wait(do()) }
	wait(0)
}

// disturbFrames installs the rules that lose and delay frames.
func (w *World) disturbFrames(m *noise.Model) {
	for i, l := range m.Loss {
		w.eachPort(l.Segment, func(p *netfab.Port) {
			stream := fmt.Sprintf("noise/%s/loss/%d/%s", m.Name, i, p)
			w.fabric.Install(netfab.Losing(p, l.Share, float64(l.Burst), w.loop.Stream(stream)))
		})
	}
	for i, j := range m.Jitter {
		w.eachPort(j.Segment, func(p *netfab.Port) {
			w.fabric.Install(netfab.Delaying(p, w.draws(m, "jitter", i, p.String(), "delay", j.Delay).Next))
		})
	}
	for i, h := range m.Hellos {
		for _, name := range w.disturbed(h.Nodes, false) {
			for _, iface := range topology.Names(w.topology.Nodes[name].Standby) {
				p := w.machines[name].Port(iface)
				w.fabric.Install(netfab.DelayingHellos(p, w.draws(m, "hellos", i, p.String(), "late", h.Late).Next))
			}
		}
	}
}

// eachPort calls f for the ports of all machines on a segment, or on all.
func (w *World) eachPort(segment string, f func(*netfab.Port)) {
	for _, name := range w.names {
		for _, iface := range topology.Names(w.topology.Nodes[name].NICs) {
			if p := w.machines[name].Port(iface); segment == "" || p.Segment().Name() == segment {
				f(p)
			}
		}
	}
}

// NoiseFacts is what is known of the noise of a run, by its models and its
// topology, which must be completed.
func NoiseFacts(t topology.Topology, models []*noise.Model) oracle.Noise {
	facts := oracle.Noise{Any: len(models) > 0}
	unsure := func(segment string) {
		for _, name := range topology.Names(t.Segments) {
			if (segment == "" || segment == name) && !slices.Contains(facts.Unsure, name) {
				facts.Unsure = append(facts.Unsure, name)
			}
		}
	}
	for _, m := range models {
		for _, l := range m.Loss {
			unsure(l.Segment)
		}
		for _, j := range m.Jitter {
			if j.Delay.Longest() >= slack(t) {
				unsure(j.Segment)
			}
		}
		for _, h := range m.Hellos {
			if h.Late.Longest() >= slack(t) {
				unsure("")
			}
		}
	}
	return facts
}

// slack is how late the hello of any member may be at least before another one
// misses it.
func slack(t topology.Topology) time.Duration {
	least := time.Duration(1<<63 - 1)
	for _, n := range t.Nodes { // order: a minimum
		for _, s := range n.Standby { // order: a minimum
			least = min(least, s.Hold-s.Hello)
		}
	}
	return least
}
