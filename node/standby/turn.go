package standby

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/planted"
	"github.com/cablepull/cablepull/node/wire"
)

// turn is one step in progress: the new machine, and the actions so far.
type turn struct {
	Machine
	now     time.Duration
	heard   wire.Message // the message that caused the step; zero otherwise
	jitter  float64      // of the Tick, from -1 to 1; 0 in other steps
	actions []Action
}

func (t *turn) emit(a Action) { t.actions = append(t.actions, a) }

// start handles event a, after the boot delay and the link delay if there are
// any.
func (t *turn) start(linkedAt time.Duration) {
	if t.state != Initial || t.startDue != Never {
		return
	}
	due := t.now + max(0, t.cfg.BootDelay)
	if linkedAt > 0 {
		due = max(due, linkedAt+t.cfg.LinkDelay)
	}
	if due > t.now {
		t.startDue = due
		return
	}
	t.enter(CauseStart)
}

// enter joins the group: AB/2 or AB/3. The other members are not known yet.
func (t *turn) enter(cause Cause) {
	t.reset()
	t.helloDue, t.preemptAt = t.now+t.helloTime, 0
	if t.cfg.PreemptDelay > 0 {
		t.preemptAt = t.now + t.cfg.PreemptDelay
	}
	t.do("AB")
	if t.vip.IsValid() {
		t.become(Listen, cause)
	} else {
		t.become(Learn, cause)
	}
}

// stop handles event b.
func (t *turn) stop() {
	t.startDue = Never
	t.apply(CauseStop)
}

// giveUp handles the operator's Yield; see there.
func (t *turn) giveUp() {
	if t.state == Active {
		t.yield = yieldWaiting
		t.apply(CauseYield)
	}
}

// reconfigure changes the configuration of a machine; see Reconfigure.
func (t *turn) reconfigure(cfg Config) {
	old := t.cfg
	switch {
	case t.state == Initial:
		t.cfg = cfg
		booting := t.startDue
		t.reset()
		t.startDue = booting
	case !old.sameMember(cfg):
		t.apply(CauseReconfigure)
		t.cfg = cfg
		t.enter(CauseReconfigure)
	default:
		t.cfg = cfg
		if !(old.LearnTimes && cfg.LearnTimes) {
			t.useTimes(cfg.HelloTime, cfg.HoldTime)
		}
	}
}

// useTimes changes the times in use. A shorter hello time takes effect without
// waiting for the longer one to end; a running hold timer uses the peer's hold
// time and keeps running.
func (t *turn) useTimes(hello, hold time.Duration) {
	if hello < t.helloTime {
		t.helloDue = min(t.helloDue, t.now+hello)
	}
	t.helloTime, t.holdTime = hello, hold
}

// expire runs every timer that is due, earliest first.
func (t *turn) expire(jitter float64) {
	if jitter >= -1 && jitter <= 1 {
		t.jitter = jitter
	}
	for t.Deadline() <= t.now {
		switch t.nextTimer() {
		case startTimer:
			t.enter(CauseStart) // which stops this timer and all others
		case activeTimer:
			cause := CauseActiveTimer
			if t.cfg.ActiveDelay > 0 && t.state == Standby && !t.active.IsValid() {
				cause = CauseNoActive // whose delay is over
			}
			t.activeDue = Never
			if planted.In(planted.HoldNeverExpires) && t.state == Standby && t.active.IsValid() {
				continue
			}
			t.loseActive()
			t.apply(cause)
		case standbyTimer:
			t.standbyDue, t.standby = Never, netip.Addr{}
			t.apply(CauseStandbyTimer)
		case announceTimer:
			t.announced++
			t.announceAgain()
		case advertiseTimer:
			t.advertiseDue = Never
			t.advertise(wire.AdvertisePassive)
		case helloTimer:
			t.nextHello(t.jittered())
			t.apply(CauseHelloTimer)
		}
	}
}

// nextHello sets the timer to the hello after the one that is due. It counts
// from when that one was due, not from now: a shell in real time is always
// slightly late, and over a hundred hellos the delays would add up. If it is
// very late, because its machine was frozen, it counts from now.
func (t *turn) nextHello(interval time.Duration) {
	from := t.helloDue
	if t.now-from > t.helloTime/10 {
		from = t.now
	}
	t.helloDue = from + interval
}

// loseActive forgets the active member, and ends an operator's Yield whose role
// another member took.
func (t *turn) loseActive() {
	t.active, t.leaderless = netip.Addr{}, true
	if t.yield == yieldHeard {
		t.yield = yieldNone
	}
}

// jittered is the time to the next hello. Converting the product before adding
// keeps the compiler from fusing the two operations, so that every processor
// gets the same instant. The minimum is a tenth of the hello time, whatever the
// jitter, so that the timer makes progress.
func (t *turn) jittered() time.Duration {
	shift := time.Duration(float64(t.helloTime) * t.cfg.HelloJitter * t.jitter)
	return max(t.helloTime+shift, t.helloTime/10, 1)
}

// apply carries out the table's cell for a cause in the current state.
func (t *turn) apply(cause Cause) {
	c := t.cfg.cellOf(cause, t.state)
	if c == (cell{}) {
		return
	}
	t.do(c.before)
	if c.to != 0 {
		t.become(c.to, cause)
	}
	t.do(c.after)
	if c.to == 0 {
		return
	}
	if t.cfg.Profile == IOS {
		t.greet()
	}
	if c.to == Standby && t.cfg.Profile != RFC2281 {
		t.expectActive()
	}
}

// expectActive makes a new Standby become Active if no Active is known: at
// once, or after the delay, which an Active timer that is about to expire does
// not shorten.
func (t *turn) expectActive() {
	switch delay := t.cfg.ActiveDelay; {
	case delay == 0:
		if t.activeDue == Never {
			t.apply(CauseNoActive)
		}
	case t.activeDue == Never, !t.active.IsValid() && t.activeDue < t.now+delay:
		t.activeDue = t.now + delay
	}
}

// greet does what IOS does on entering a state that sends hellos: it sends one
// at once and restarts the hello timer. An Active has already sent its hello.
func (t *turn) greet() {
	switch t.state {
	case Speak, Standby:
		t.do("F")
		t.helloDue = t.now + t.helloTime
	case Active:
		t.helloDue = t.now + t.helloTime
	}
}

// become is the only place that changes the state, and claims or releases the
// address with it.
func (t *turn) become(to State, cause Cause) {
	from := t.state
	if from == Active {
		t.announceDue = Never
		if !planted.In(planted.AddressNotReleased) {
			t.emit(ReleaseVIP{t.vip})
		}
	}
	t.state, t.changedAt = to, t.now
	t.counters.Transitions++
	t.emit(Transition{from, to, cause})
	switch to {
	case Initial:
		t.helloDue, t.advertiseDue = Never, Never
		t.active, t.standby = netip.Addr{}, netip.Addr{}
		t.yield = yieldNone
	case Standby:
		t.standby = netip.Addr{}
	case Active:
		t.active, t.leaderless = netip.Addr{}, false
		t.yield = yieldNone
		if t.cfg.Profile == IOS && !t.cfg.LearnTimes {
			t.useTimes(t.cfg.HelloTime, t.cfg.HoldTime) // the Active's are its own
		}
		t.emit(ClaimVIP{t.vip})
		t.advertise(wire.AdvertiseActive)
	}
	if to != Initial && (from == Initial || from == Active) {
		t.advertise(wire.AdvertisePassive)
	}
}

// do carries out actions of the table, given by their letters.
func (t *turn) do(letters string) {
	for i := range len(letters) {
		switch letters[i] {
		case 'A':
			t.activeDue = t.now + t.hold(wire.StateActive)
		case 'B':
			t.standbyDue = t.now + t.hold(wire.StateStandby)
		case 'C':
			t.activeDue = Never
		case 'D':
			t.standbyDue = Never
		case 'E':
			t.learn()
		case 'F':
			t.send(wire.OpHello)
		case 'G':
			t.send(wire.OpCoup)
		case 'H':
			t.send(wire.OpResign)
		case 'I':
			t.announceAt, t.announced = t.now, 0
			t.announceAgain()
		}
	}
}

// hold is how long a member in a role counts as alive from now: the hold time
// in its Hello if that is the cause, else ours. A zero in the Hello is ignored.
// If our hold time is not in whole seconds, neither is the peer's, and its
// rounded Hello would make us wait too long.
func (t *turn) hold(role wire.State) time.Duration {
	m := &t.heard
	if m.Opcode == wire.OpHello && m.State == role && m.Hold > 0 && t.cfg.HoldTime%time.Second == 0 {
		return m.Hold
	}
	return t.holdTime
}

// learn is action E: it takes what is not configured from the Active's Hello
// (RFC 2281 §5.1), and under IOS also configured times. No cell of the table
// learns while Active.
func (t *turn) learn() {
	if !t.cfg.VirtualIP.IsValid() && !t.heard.VirtualIP.IsUnspecified() {
		t.vip = t.heard.VirtualIP
	}
	if t.learnsTimes() && t.heard.Hello > 0 && t.heard.Hold > t.heard.Hello {
		t.useTimes(t.heard.Hello, t.heard.Hold)
	}
}

// learnsTimes reports whether the Active's times replace ours. Routers do not
// learn times of less than a second, and the rounded ones in a hello would part
// members that are configured alike.
func (t *turn) learnsTimes() bool {
	whole := t.cfg.HelloTime%time.Second == 0 && t.cfg.HoldTime%time.Second == 0
	return t.cfg.LearnTimes || t.cfg.Profile == IOS && whole
}

// send multicasts a message with the current state and times.
func (t *turn) send(op wire.Opcode) {
	switch op {
	case wire.OpHello:
		t.counters.HellosSent++
	case wire.OpCoup:
		t.counters.CoupsSent++
	case wire.OpResign:
		t.counters.ResignsSent++
	}
	t.emit(Send{wire.Message{
		Opcode: op, State: t.state.Wire(), Hello: t.helloTime, Hold: t.holdTime,
		Priority: t.cfg.Priority, Group: t.cfg.Group, Auth: t.cfg.Auth, VirtualIP: t.vip,
	}})
}

// announceAgain announces, and arms the timer for the next repeat of this
// round, if any.
func (t *turn) announceAgain() {
	t.counters.Announcements++
	t.emit(Announce{t.announced})
	t.announceDue = Never
	if t.announced < len(t.cfg.AnnounceTimes) {
		if after := t.cfg.AnnounceTimes[t.announced]; after > 0 {
			t.announceDue = t.announceAt + after
		}
	}
	if t.announceDue == Never && t.cfg.AnnounceEvery > 0 {
		t.announceDue = t.now + t.cfg.AnnounceEvery
	}
}
