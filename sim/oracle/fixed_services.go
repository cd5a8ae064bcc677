package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// fixedServices watches that connections to a virtual IP stay with its owner if
// the service is not balanced: no owner assigns them to another member, and no
// member accepts one that has not been an owner since it was opened.
type fixedServices struct {
	scene  *scene
	watch  *watch
	opened map[uint64]opening       // connections to such services, by number
	ends   map[string]opening       // the established ones, by the client's ip:port
	left   map[*Entry]time.Duration // when a member last ceased to be an owner
}

// opening is a connection that a client opened.
type opening struct {
	vip, target string
	at          time.Duration
}

func newFixedServices(s *scene, w *watch) *fixedServices {
	return &fixedServices{
		scene: s, watch: w, opened: map[uint64]opening{}, ends: map[string]opening{}, left: map[*Entry]time.Duration{},
	}
}

var fixedServiceReads = event.SetOf(
	event.BalanceAssigned{}, event.ConnOpened{}, event.ConnEstablished{}, event.ConnClosed{},
	event.ConnAccepted{}, event.StandbyChanged{},
)

// reads implements fold.
func (*fixedServices) reads() event.Set { return fixedServiceReads }

// Observe implements fold.
func (f *fixedServices) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.BalanceAssigned:
		f.assigned(e, b)
	case event.ConnOpened:
		if o := (opening{hostOf(b.Target), b.Target, e.At}); f.fixed(o) {
			f.opened[b.Conn] = o
		}
	case event.ConnEstablished:
		if o, known := f.opened[b.Conn]; known {
			f.ends[b.Local] = o
		} else {
			delete(f.ends, b.Local)
		}
	case event.ConnClosed:
		delete(f.opened, b.Conn)
	case event.ConnAccepted:
		if o, known := f.ends[b.Client]; known {
			delete(f.ends, b.Client)
			f.accepted(e, b, o)
		}
	case event.StandbyChanged:
		if m := f.scene.roster.Find(e.Node, b.Interface); m != nil && !b.Owner {
			f.left[m] = e.At
		}
	}
}

// fixed reports whether a member has such a service on one of its virtual IPs.
func (f *fixedServices) fixed(o opening) bool {
	for _, m := range f.scene.facts.Members {
		if m.holds(o.vip) && m.SelfBalance.fixed(o.target) != nil {
			return true
		}
	}
	return false
}

func (f *fixedServices) assigned(e event.Event, b event.BalanceAssigned) {
	owner := f.scene.roster.Find(e.Node, b.Interface)
	if owner == nil || owner.Address == b.Member {
		return
	}
	if s := owner.SelfBalance.fixed(b.Service); s != nil {
		f.watch.report(e.At, "%s assigned a connection of %s to %s: %s is not balanced, it is the %s",
			e.Node, b.Client, b.Member, b.Service, s.Fixed)
	}
}

func (f *fixedServices) accepted(e event.Event, b event.ConnAccepted, o opening) {
	for _, m := range f.scene.roster.Entries() {
		if m.Node != e.Node || !m.holds(o.vip) || m.Owner {
			continue
		}
		if left, was := f.left[m]; !was || left < o.at || m.State == "" {
			f.watch.report(e.At, "%s accepted the connection of %s to %s, which is not balanced, without owning %s", e.Node, b.Client, o.target, o.vip)
		}
	}
}

// Finish implements fold.
func (f *fixedServices) Finish(time.Duration) {}
