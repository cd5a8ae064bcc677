package world

import (
	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim/fault"
)

// applyToNetwork deals with cables, rules and switches. What Plug, Heal and the
// undoing of Prune lift has been lifted before.
func (w *World) applyToNetwork(f fault.Fault) (undo func() bool, err error) {
	switch f := f.(type) {
	case fault.Pull:
		port := w.port(f.Port)
		if f.Silently {
			return w.install(netfab.Silence{Port: port, Direction: direction(f.Direction)}.Rule(), nil)
		}
		port.Pull()
		return always(port.Plug), nil
	case fault.Plug:
		w.port(f.Port).Plug()
	case fault.Partition:
		return w.install(netfab.Partition{Sets: f.Sets, OneWay: f.OneWay}.Rule())
	case fault.Impair:
		return w.install(impairment(f).Rule(w.port(f.Port)))
	case fault.Drop:
		return w.install(netfab.Drop{
			Kind: netfab.Kind(f.Kind), From: f.From, To: f.To, Every: f.Every, First: f.First,
		}.Rule())
	case fault.Prune:
		if !f.Undo {
			return always(w.fabric.Segment(f.Segment).Prune()), nil
		}
	}
	return nil, nil
}

func (w *World) port(p fault.Port) *netfab.Port { return w.machines[p.Node].Port(p.Interface) }

// install puts a rule on the fabric.
func (w *World) install(rule netfab.Rule, err error) (undo func() bool, _ error) {
	if err != nil {
		return nil, err
	}
	return always(w.fabric.Install(rule)), nil
}

// impairment translates a fault line's fields; its distribution is one of those
// that fault.Parse takes.
func impairment(f fault.Impair) netfab.Impairment {
	return netfab.Impairment{
		Direction: direction(f.Direction), Loss: f.Loss, Burst: f.Burst, Delay: f.Delay, Jitter: f.Jitter,
		Distribution: netfab.Distribution(f.Distribution), Duplicate: f.Duplicate, Reorder: f.Reorder,
		Corrupt: f.Corrupt, Rate: f.Rate, Queue: f.Queue,
	}
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
