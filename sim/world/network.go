package world

import (
	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/fault"
)

// networkEffects are the effects on cables, rules and switches. The faults that
// plug, heal and others lift are already lifted.
var networkEffects = fault.Effects[*World]{
	fault.EffectOf((*World).pull),
	fault.EffectOf((*World).plug),
	fault.EffectOf((*World).partition),
	fault.EffectOf((*World).impair),
	fault.EffectOf((*World).drop),
	fault.EffectOf((*World).prune),
	fault.EffectOf(lifted[fault.Unprune]),
	fault.EffectOf((*World).block),
	fault.EffectOf(lifted[fault.Unblock]),
	fault.EffectOf(lifted[fault.Heal]),
}

// lifted is the effect of a fault that only lifts others.
func lifted[F fault.Fault](*World, F) (undo func() bool, err error) { return nil, nil }

func (w *World) pull(f fault.Pull) (undo func() bool, err error) {
	port := w.port(f.Port)
	if f.Silently {
		return w.install(netfab.Silence{Port: port, Direction: direction(f.Direction)}.Rule(), nil)
	}
	port.Pull()
	return always(port.Plug), nil
}

func (w *World) plug(f fault.Plug) (undo func() bool, err error) {
	w.port(f.Port).Plug()
	return nil, nil
}

func (w *World) partition(f fault.Partition) (undo func() bool, err error) {
	return w.install(netfab.Partition{Sets: f.Sets, OneWay: f.OneWay}.Rule())
}

// impair translates the fields of a fault; its distribution is one that
// fault.Parse accepts.
func (w *World) impair(f fault.Impair) (undo func() bool, err error) {
	return w.install(netfab.Impairment{
		Direction: direction(f.Direction), Loss: f.Loss, Burst: f.Burst, Delay: f.Delay, Jitter: f.Jitter,
		Distribution: netfab.Distribution(f.Distribution), Duplicate: f.Duplicate, Reorder: f.Reorder,
		Corrupt: f.Corrupt, Rate: f.Rate, Queue: f.QueueSize(),
	}.Rule(w.port(f.Port)))
}

func (w *World) drop(f fault.Drop) (undo func() bool, err error) {
	return w.install(netfab.Drop{
		Kind: netfab.Kind(f.Kind), From: f.From, To: f.To, Every: f.Every, First: f.First,
	}.Rule())
}

func (w *World) prune(f fault.Prune) (undo func() bool, err error) {
	return always(w.fabric.Segment(f.Segment).Prune()), nil
}

func (w *World) block(f fault.Block) (undo func() bool, err error) {
	mac, err := wire.ParseMAC(w.topology.Nodes[f.Port.Node].NICs[f.Port.Interface].MAC)
	return w.install(netfab.Foreign{Port: w.port(f.Port), MAC: mac}.Rule(), err)
}

func (w *World) port(p fault.Port) *netfab.Port { return w.machines[p.Node].Port(p.Interface) }

// install puts a rule on the fabric.
func (w *World) install(rule netfab.Rule, err error) (undo func() bool, _ error) {
	if err != nil {
		return nil, err
	}
	return always(w.fabric.Install(rule)), nil
}

func direction(d fault.Direction) netfab.Direction {
	switch d {
	case fault.Out:
		return netfab.Out
	case fault.In:
		return netfab.In
	}
	return netfab.Both
}
