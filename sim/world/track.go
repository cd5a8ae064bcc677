package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	health "github.com/cablepull/cablepull/node/check"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/track"
	"github.com/cablepull/cablepull/node/track/tracker"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// startTracker watches what the member of a standby group tracks.
func (n *Node) startTracker(nic *host.NIC, s topology.Standby, m *member.Member) {
	if len(s.Track) == 0 {
		return
	}
	cfg := tracker.Config{
		Interface: nic.Name(),
		Group:     func() uint8 { return m.Config().Machine.Group },
		Priority:  func() uint8 { return m.Config().Machine.Priority },
		Apply:     m.Apply,
		Yield:     m.Yield,
	}
	for i, t := range s.Track {
		cfg.Objects = append(cfg.Objects, tracker.Object{
			Object: track.Object{
				Name: t.Object(), Rise: t.Rise, Fall: t.Fall,
				Effect: track.Effect{Weight: t.Weight, Fault: t.Fault, Yield: t.Yield},
			},
			Look: n.lookAt(t, fmt.Sprintf("track/%s/%d", nic.Name(), i)), Interval: t.Interval,
		})
		if other := n.host.NIC(t.Interface); other != nil {
			other.OnCarrier(func(bool) { n.tracksChanged() })
		}
	}
	n.trackers[nic.Name()] = tracker.Start(n.host, cfg)
}

// lookAt returns how an object is looked at. The name is that of the object
// among those of the node.
func (n *Node) lookAt(t topology.Track, name string) func(*sim.Proc) error {
	switch {
	case t.Interface != "":
		return orElse("no carrier", func() bool { return n.host.NIC(t.Interface).Carrier() })
	case t.CPU != "":
		gauge := n.host.CPU().Gauge(host.Class(t.CPU))
		return func(*sim.Proc) error {
			if busy := gauge.Busy(); busy > t.Above {
				return fmt.Errorf("%.0f %% in use", 100*busy)
			}
			return nil
		}
	case t.Check != nil:
		return n.selfCheck(*t.Check, name)
	case t.Service != "":
		return func(*sim.Proc) error {
			if n.gateway == nil {
				return errors.New("no gateway")
			}
			return n.gateway.Serving(t.Service)
		}
	case t.LBGroup != "":
		return orElse("no member is up", func() bool { return n.gateway != nil && n.gateway.GroupUp(t.LBGroup) })
	default:
		return orElse("not active", func() bool {
			m := n.members[t.Group]
			return m != nil && m.Status().Owner
		})
	}
}

// selfCheck returns a look by a health check, already validated.
func (n *Node) selfCheck(c topology.TrackCheck, name string) func(*sim.Proc) error {
	target, err := topology.ParseTarget(c.Target)
	n.must(err)
	checker, err := health.New(n.host, name, c.Check)
	n.must(err)
	return func(*sim.Proc) error { return checker.Run(target) }
}

// orElse is a look that says what is wrong unless a condition holds.
func orElse(wrong string, holds func() bool) func(*sim.Proc) error {
	return func(*sim.Proc) error {
		if holds() {
			return nil
		}
		return errors.New(wrong)
	}
}

// tracksChanged tells the trackers that what they watch may have changed.
func (n *Node) tracksChanged() {
	for _, iface := range slices.Sorted(maps.Keys(n.trackers)) {
		n.trackers[iface].Changed()
	}
}

// tellOwner makes a member tell the trackers of the node when it becomes the
// owner of its virtual IPs, or is no longer.
func (n *Node) tellOwner(cfg *member.Config) {
	before := cfg.OnOwner
	if before == nil && !n.tracksGroups() {
		return
	}
	cfg.OnOwner = func(owner bool) {
		if before != nil {
			before(owner)
		}
		n.tracksChanged()
	}
}

// tracksGroups reports whether a member of the node tracks a standby group.
func (n *Node) tracksGroups() bool {
	for _, s := range n.running.Standby { // order: any will do
		if slices.ContainsFunc(s.Track, func(t topology.Track) bool { return t.Group != "" }) {
			return true
		}
	}
	return false
}

// noteServing lets the members preempt that wait for the services of the
// machine, once each of these has listened.
func (n *Node) noteServing() {
	if n.serving || n.gateway == nil {
		return
	}
	for _, o := range n.gateway.Offers() {
		if n.gateway.Serving(o.Name) != nil {
			return
		}
	}
	n.serving = true
	for _, m := range n.Members() {
		m.HoldPreempt(member.UntilServing, false)
	}
}
