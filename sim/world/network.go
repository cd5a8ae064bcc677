package world

import (
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// networkFault is a rule on the fabric that `heal` may lift.
type networkFault struct {
	fault fault.Fault
	nodes []string
	lift  func()
}

// applyToNetwork deals with cables, rules and switches.
func (w *World) applyToNetwork(f fault.Fault) (undo func(), err error) {
	switch f := f.(type) {
	case fault.Pull:
		port := w.port(f.Port)
		if f.Silently {
			silence := netfab.Silence{Port: port, Direction: direction(f.Direction)}
			return w.install(f, []string{f.Port.Node}, silence.Rule()), nil
		}
		port.Pull()
		return port.Plug, nil
	case fault.Plug:
		w.port(f.Port).Plug()
		w.lift(func(n *networkFault) bool {
			p, ok := n.fault.(fault.Pull)
			return ok && p.Port == f.Port
		})
		return nil, nil
	case fault.Partition:
		rule, err := netfab.Partition{Sets: f.Sets, OneWay: f.OneWay}.Rule()
		if err != nil {
			return nil, err
		}
		return w.install(f, f.Targets().Nodes, rule), nil
	case fault.Impair:
		rule, err := impairment(f).Rule(w.port(f.Port))
		if err != nil {
			return nil, err
		}
		return w.install(f, []string{f.Port.Node}, rule), nil
	case fault.Drop:
		rule, err := netfab.Drop{
			Kind: netfab.Kind(f.Kind), From: f.From, To: f.To, Every: f.Every, First: f.First,
		}.Rule()
		if err != nil {
			return nil, err
		}
		return w.install(f, f.Targets().Nodes, rule), nil
	case fault.Prune:
		return w.prune(f), nil
	case fault.Heal:
		w.lift(func(n *networkFault) bool { return f.Node == "" || slices.Contains(n.nodes, f.Node) })
		return nil, nil
	}
	return nil, fmt.Errorf("no effect on the network is known for %T", f)
}

func (w *World) port(p fault.Port) *netfab.Port { return w.nodes[p.Node].host.NIC(p.Interface).Port() }

// install puts a rule on the fabric, where heal finds it.
func (w *World) install(f fault.Fault, nodes []string, rule netfab.Rule) (undo func()) {
	return w.hold(f, nodes, w.fabric.Install(rule))
}

// hold remembers how to lift a fault of the network.
func (w *World) hold(f fault.Fault, nodes []string, lift func()) (undo func()) {
	n := &networkFault{fault: f, nodes: nodes, lift: lift}
	w.network = append(w.network, n)
	return func() {
		n.lift()
		w.network = slices.DeleteFunc(w.network, func(o *networkFault) bool { return o == n })
	}
}

// lift removes the rules that match, and says so.
func (w *World) lift(match func(*networkFault) bool) {
	kept := w.network[:0]
	for _, n := range w.network {
		if !match(n) {
			kept = append(kept, n)
			continue
		}
		n.lift()
		w.log.Append(w.Now(), "", event.FaultHealed{Fault: n.fault.String()})
	}
	w.network = kept
}

// prune turns the snooping bug of a segment on, or off again.
func (w *World) prune(f fault.Prune) (undo func()) {
	if f.Undo {
		w.lift(func(n *networkFault) bool {
			p, ok := n.fault.(fault.Prune)
			return ok && p.Segment == f.Segment
		})
		return nil
	}
	return w.hold(f, nil, w.fabric.Segment(f.Segment).Prune())
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
