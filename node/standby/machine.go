package standby

import (
	"math"
	"net/netip"
	"time"
)

// Never is the Deadline of a machine that waits for no timer.
const Never = time.Duration(math.MaxInt64)

// Machine is one member of one group: a comparable value. Make one with New.
type Machine struct {
	cfg   Config
	state State

	// In use: configured or learned.
	vip                 netip.Addr
	helloTime, holdTime time.Duration

	// Instants at which timers are due, Never when they do not run. Restarting a
	// timer overwrites the instant, which cancels an expiry due at the same moment.
	startDue     time.Duration // end of the boot and link delays
	helloDue     time.Duration // free-running from Start: it ticks in Listen too, where nothing is sent
	activeDue    time.Duration
	standbyDue   time.Duration
	announceDue  time.Duration
	advertiseDue time.Duration // while not Active, with Config.Advertise

	announceAt time.Duration // when the current round of announcements began
	announced  int           // repeats made in this round

	// Members last heard in these roles; zero when unknown or when it is ourselves.
	// Only a Resign from active is event i.
	active, standby netip.Addr

	preemptAt  time.Duration // end of the preempt delay
	leaderless bool          // no member has claimed the role since it was last lost

	yield     yield
	changedAt time.Duration
	counters  Counters
}

// yield is the progress of an operator's Yield.
type yield uint8

const (
	yieldNone    yield = iota
	yieldWaiting       // role given up; no other Active heard since
	yieldHeard         // another Active was heard; when it is lost we may preempt again
)

// New returns a machine in Initial. It accepts any Config; Validate reports
// what a product would refuse.
func New(cfg Config) Machine {
	m := Machine{cfg: cfg, state: Initial}
	m.reset()
	return m
}

// reset forgets what was learned and stops every timer. State and counters
// stay.
func (m *Machine) reset() {
	m.vip = m.cfg.VirtualIP
	m.helloTime, m.holdTime = m.cfg.HelloTime, m.cfg.HoldTime
	m.startDue, m.helloDue, m.activeDue, m.standbyDue, m.announceDue, m.advertiseDue = Never, Never, Never, Never, Never, Never
	m.announceAt, m.announced = 0, 0
	m.active, m.standby, m.leaderless = netip.Addr{}, netip.Addr{}, true
	m.yield = yieldNone
}

// State returns the member's state.
func (m Machine) State() State { return m.state }

// Config returns the configuration in force.
func (m Machine) Config() Config { return m.cfg }

// Deadline is the earliest instant at which a timer is due, or Never. Step with
// a Tick then.
func (m Machine) Deadline() time.Duration {
	return min(m.startDue, m.helloDue, m.activeDue, m.standbyDue, m.announceDue, m.advertiseDue)
}

// Step applies an event at an instant. It returns the new machine and what the
// caller must do, in the order documented at Action. Instants must not decrease
// from step to step.
func (m Machine) Step(now time.Duration, ev Event) (Machine, []Action) {
	t := turn{Machine: m, now: now}
	switch ev := ev.(type) {
	case Start:
		t.start(ev.LinkedAt)
	case Stop:
		t.stop()
	case Tick:
		t.expire(ev.Jitter)
	case Received:
		t.receive(ev.From, ev.Message)
	case Reconfigure:
		t.reconfigure(ev.Config)
	case Yield:
		t.giveUp()
	}
	return t.Machine, t.actions
}

// timer names a timer, to order simultaneous expiries.
type timer uint8

const (
	startTimer timer = iota
	activeTimer
	standbyTimer
	announceTimer
	advertiseTimer
	helloTimer
)

// The order in which simultaneous timers expire. The hello comes last so that
// it carries the state that the other expiries lead to. The order of the Active
// and Standby timers decides whether a lone member ever takes over
// (spec/failover.md §1.7, hazard 1): in Listen the Active timer must start the
// election before the Standby timer expires; in Speak the Standby timer must
// first make us Standby, because only there does the Active timer's expiry
// matter.
var (
	activeFirst  = [...]timer{startTimer, activeTimer, standbyTimer, announceTimer, advertiseTimer, helloTimer}
	standbyFirst = [...]timer{startTimer, standbyTimer, activeTimer, announceTimer, advertiseTimer, helloTimer}
)

// nextTimer returns the timer that is due first; of those due at the same
// instant, the first in the state's order.
func (m *Machine) nextTimer() timer {
	order := &activeFirst
	if m.state == Speak && m.cfg.Profile != RFC2281 {
		order = &standbyFirst
	}
	first := order[0]
	for _, t := range order[1:] {
		if m.due(t) < m.due(first) {
			first = t
		}
	}
	return first
}

func (m *Machine) due(t timer) time.Duration {
	switch t {
	case startTimer:
		return m.startDue
	case activeTimer:
		return m.activeDue
	case standbyTimer:
		return m.standbyDue
	case announceTimer:
		return m.announceDue
	case advertiseTimer:
		return m.advertiseDue
	case helloTimer:
		return m.helloDue
	}
	return Never
}
