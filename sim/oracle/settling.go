package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// Settling finds out whether a cluster settles within a time after the last
// change that a fault made. Then each set of members that hear each other has
// one owner of its virtual IP; and once no fault is in force any more, clients
// and tellers are answered, queues are worked on, and gateways count the
// members of their groups as up.
//
// It demands nothing of a group while a fault is in force of which nobody can
// say who should own the address: a lossy cable, a slow clock, a changed
// configuration.
type Settling struct {
	scene    *scene
	within   time.Duration
	inForce  []inForce
	changed  time.Duration // the last change
	judged   bool          // since that
	progress progress
	ears     *ears
	troubles []Trouble
}

// Trouble is what has not settled in time.
type Trouble struct {
	At     time.Duration // when it should have
	Detail string
}

// inForce is a fault until it ends by itself, or something lifts it.
type inForce struct {
	fault fault.Fault
	until time.Duration // never: only another fault ends it
}

// SettlingReads is the kinds of events that Settling follows.
var SettlingReads = RosterReads.Or(event.SetOf(
	event.FaultApplied{}, event.FaultHealed{}, event.LoadChanged{}, event.StandbyRejected{},
	event.ConfigChanged{}, event.QuiesceChanged{},
)).Or(ProgressReads)

// NewSettling returns a fold that has seen nothing. It judges from the first
// change on, which is the start of the machines.
func NewSettling(f Facts, within time.Duration) *Settling {
	scene := newScene(f)
	return &Settling{scene: scene, within: within, judged: true, progress: newProgress(f), ears: newEars(scene)}
}

// Observe takes in the next event.
func (s *Settling) Observe(e event.Event) {
	s.judge(e.At)
	s.usurped(e)
	s.scene.Observe(e)
	s.ears.observe(e.At)
	s.progress.observe(e)
	switch b := e.What.(type) {
	case event.FaultApplied:
		if f := s.scene.lines.fault(b.Fault); f != nil {
			s.apply(e.At, f)
		}
	case event.FaultHealed:
		s.inForce = slices.DeleteFunc(s.inForce, func(x inForce) bool { return x.fault.String() == b.Fault })
	case event.PowerChanged, event.LinkChanged, event.PortBlocked, event.ConfigChanged, event.QuiesceChanged:
	default:
		return
	}
	s.change(e)
}

// change begins to count anew. A port that is blocked settles when it is not.
func (s *Settling) change(e event.Event) {
	s.changed, s.judged = e.At, false
	if b, blocked := e.What.(event.PortBlocked); blocked {
		s.changed = max(s.changed, b.Until)
	}
	s.progress.reset()
}

func (s *Settling) apply(at time.Duration, f fault.Fault) {
	s.inForce = slices.DeleteFunc(s.inForce, func(x inForce) bool { return fault.Lifts(f, x.fault) || fault.Replaces(f, x.fault) })
	if spanned, is := f.(fault.For); is {
		s.inForce = append(s.inForce, inForce{f, at + spanned.Span})
	} else if fault.Opposite(f) != nil || fault.Undoable(f) {
		s.inForce = append(s.inForce, inForce{f, never})
	}
}

// judge looks once, when the time is up, at what no change has touched since.
func (s *Settling) judge(now time.Duration) {
	due := s.changed + s.within
	if s.judged || now <= due {
		return
	}
	s.judged = true
	s.owners(due)
}

// owners demands one owner for each set of members that hear each other.
func (s *Settling) owners(due time.Duration) {
	if !s.certain(due) {
		return
	}
	for _, vip := range s.scene.facts.groups() {
		sets, sure := s.sets(vip, due)
		for _, set := range sets {
			if trouble := ownersOf(vip, set); sure && trouble != "" {
				s.report(due, "%s", trouble)
			}
		}
	}
}

// plain reports whether it is certain what a fault does to those who elect.
func plain(f fault.Fault) bool {
	switch f := fault.Plain(f).(type) {
	case fault.Pull, fault.Crash, fault.Partition:
		return true
	case fault.Freeze:
		return !f.Process
	}
	return fault.InfluenceOf(f) == fault.Serves
}

// sets divides the members of a group that take part in the election by whom
// they hear. They are unsure if one hears another that does not hear it.
func (s *Settling) sets(vip string, now time.Duration) (sets [][]*Entry, sure bool) {
	for _, m := range s.scene.roster.Group(vip) {
		if m.Real || !m.Up() || m.down || m.State == "" || m.State == event.StateInitial {
			continue
		}
		at := -1
		for i, set := range sets {
			heard := 0
			for _, o := range set {
				since, joined := s.scene.network.joined(m, o)
				switch {
				case joined && since+s.within <= now:
					heard++
				case joined, s.scene.network.silence(m, o) != fault.HellosLost, s.scene.network.silence(o, m) != fault.HellosLost:
					return nil, false
				}
			}
			if heard > 0 && (heard < len(set) || at >= 0) {
				return nil, false
			}
			if heard > 0 {
				at = i
			}
		}
		if at < 0 {
			sets = append(sets, nil)
			at = len(sets) - 1
		}
		sets[at] = append(sets[at], m)
	}
	return sets, true
}

// ownersOf says what is wrong with the owners among members that hear each
// other; empty: there is one.
func ownersOf(vip string, set []*Entry) string {
	var all, owners []string
	for _, m := range set {
		all = append(all, m.Node)
		if m.Owns() {
			owners = append(owners, m.Node)
		}
	}
	switch len(owners) {
	case 1:
		return ""
	case 0:
		return fmt.Sprintf("nobody owns %s, want one of %s", vip, strings.Join(all, ", "))
	}
	return fmt.Sprintf("%s own %s, want one of them", strings.Join(owners, " and "), vip)
}

// usurped demands that no member takes the role from one that it hears, unless
// it preempts. It is asked before the event counts. A member that has not heard
// the owner for long, or that a fault has touched lately, may not know it yet.
func (s *Settling) usurped(e event.Event) {
	b, is := e.What.(event.StandbyChanged)
	if !is || !b.Owner || strings.Contains(b.Cause, "preempt") || !s.certain(e.At) {
		return
	}
	m := s.scene.roster.Find(e.Node, b.Interface)
	if m == nil {
		return
	}
	for _, o := range s.scene.roster.Entries() {
		since, hears := s.ears.hearing(m, o, e.At)
		known := max(since, s.changed) + max(m.Hold, o.Hold) + 2*max(m.Hello, o.Hello)
		if hears && known <= e.At && o.VIP == m.VIP {
			s.report(e.At, "%s takes %s from %s, which it hears, and does not preempt", m.Node, m.VIP, o.Node)
		}
	}
}

// certain reports whether every fault in force is plain.
func (s *Settling) certain(now time.Duration) bool {
	return !slices.ContainsFunc(s.inForce, func(x inForce) bool { return x.until > now && !plain(x.fault) })
}

// Finish ends the run: what should be in progress is judged now.
func (s *Settling) Finish(end time.Duration) {
	s.judge(end)
	due := s.changed + s.within
	if end <= due || slices.ContainsFunc(s.inForce, func(x inForce) bool { return x.until > due }) {
		return
	}
	if s.judged {
		s.owners(end) // still so
	}
	for _, detail := range s.progress.missing(due, end, s.scene.roster) {
		s.report(end, "%s", detail)
	}
}

// Troubles returns what has not settled, by instant, each once.
func (s *Settling) Troubles() []Trouble { return s.troubles }

// Last returns the instant of the last change.
func (s *Settling) Last() time.Duration { return s.changed }

func (s *Settling) report(at time.Duration, format string, args ...any) {
	detail := fmt.Sprintf(format, args...)
	if !slices.ContainsFunc(s.troubles, func(t Trouble) bool { return t.Detail == detail }) {
		s.troubles = append(s.troubles, Trouble{at, detail})
	}
}
