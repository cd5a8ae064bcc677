package fault

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Timed is a fault and when it is applied.
type Timed struct {
	At    time.Duration
	Fault Fault
}

// DownAt returns, for each fault of a timeline, why the machine that it needs
// is certainly down at that instant, or nil. The errors are ErrDown. What only
// a run can decide, such as the order of two things at one instant, counts as
// up. The topology must be completed.
func DownAt(t topology.Topology, timeline []Timed) []error {
	why := make([]error, len(timeline))
	order := make([]int, len(timeline))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(timeline[a].At, timeline[b].At) })
	machines := map[string]*downtime{}
	for _, i := range order {
		f, at := timeline[i].Fault, timeline[i].At
		name := Node(f)
		n, exists := t.Nodes[name]
		if !exists {
			continue
		}
		m := machines[name]
		if m == nil {
			m = &downtime{on: n.Start, up: n.Start + n.Boot, boot: n.Boot, unsteady: n.Clock.Drift != 0}
			m.steady()
			machines[name] = m
		}
		if f.Row().power == MustBeUp && at < m.up {
			why[i] = m.error(name, at)
		}
		m.apply(f, at, n)
	}
	return why
}

// downtime is the time in which one machine has no running control plane.
type downtime struct {
	on, up time.Duration // when it gets power, and when its boot is over
	since  string        // what did it last; empty: it has not started yet
	boot   time.Duration // at most so long does its start take
	// unsteady says that its clock no longer tells how long a boot takes.
	unsteady bool
}

// downError is an ErrDown with a message of its own.
type downError string

func (e downError) Error() string { return string(e) }

// Is makes errors.Is(err, ErrDown) true.
func (e downError) Is(target error) bool { return target == ErrDown }

func (m *downtime) error(name string, at time.Duration) error {
	s := fmt.Sprintf("%s is down at %s", name, at)
	if m.since != "" {
		s += ", after " + m.since
	}
	if m.up < forever {
		s += fmt.Sprintf(": it is up from %s on", m.up)
	}
	return downError(s)
}

// forever is later than every instant.
const forever = time.Duration(math.MaxInt64)

// apply follows what a fault does to the power of its machine.
func (m *downtime) apply(f Fault, at time.Duration, n topology.Node) {
	event := f.String() + " at " + at.String()
	switch plain := Plain(f).(type) {
	case Crash:
		on, up := forever, forever
		if spanned, is := f.(For); is {
			on, up = at+spanned.Span, at+spanned.Span+n.Boot
		}
		m.off(at, on, up, event, n)
	case Reboot:
		down := cmp.Or(plain.Down, n.Boot)
		m.off(at, at+down-min(n.Boot, down), at+down, event, n)
		m.boot = min(n.Boot, down)
	case Boot:
		if at <= m.on {
			m.on, m.up, m.since, m.boot = at, min(m.up, at+n.Boot), event, n.Boot
		}
	case Drift, Skew:
		m.unsteady = true
	}
	m.steady()
}

// steady counts on a boot only if its end is certain.
func (m *downtime) steady() {
	if m.unsteady {
		m.up = min(m.up, m.on)
	}
}

// off cuts the power until the instant on. A machine whose start is still to
// come is switched on then in any case.
func (m *downtime) off(at, on, up time.Duration, event string, n topology.Node) {
	if at <= n.Start && n.Start <= on {
		on, up = n.Start, min(up, n.Start+m.boot)
	}
	m.on, m.up, m.since = on, up, event
}
