package queue

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// lease is a right that one holder at a time has.
//
// Its holder counts Time from the instant at which it sent its request, by its
// own clock, and stops by itself. The broker counts from when the request
// arrived, which is later, and for longer: if each clock may be wrong by a
// share d, then Time on the slowest clock lasts Time/(1-d), in which the
// fastest one counts Time·(1+d)/(1-d). Only then does it grant the lease to
// somebody else. While the clocks are no worse than that, two never count on it
// at once. A clock that is worse is what the token is for: the broker takes
// nothing from who has an old one.
type lease struct {
	name   string
	holder string        // empty: nobody has it
	token  uint64        // of the last grant
	span   time.Duration // after which it ends without a renewal
	until  time.Duration
}

// Hold is how long a broker reserves a lease for a holder that counts on it for
// a time, if each clock may be wrong by a share below 1.
func Hold(counts time.Duration, drift float64) time.Duration {
	return time.Duration(min(math.Ceil(float64(counts)*(1+drift)/(1-drift)), math.MaxInt64-1023))
}

// Deadline returns when the next lease ends; false: there is none.
func (b *Broker) Deadline() (at time.Duration, ok bool) {
	for _, l := range b.leases {
		if l.holder != "" && (!ok || l.until < at) {
			at, ok = l.until, true
		}
	}
	return at, ok
}

// expire ends the leases whose time is over.
func (b *Broker) expire(now time.Duration) {
	for _, l := range b.leases {
		if l.holder != "" && l.until <= now {
			b.endLease(l, LeaseExpired)
		}
	}
}

func (b *Broker) endLease(l *lease, why string) {
	b.act(LeaseEnded{l.name, l.holder, l.token, why})
	l.holder = ""
	if q := b.queues[l.name]; q != nil {
		b.raise(q, l.token+1)
	}
}

func (b *Broker) leaseOf(name string) *lease {
	for _, l := range b.leases {
		if l.name == name {
			return l
		}
	}
	l := &lease{name: name}
	b.leases = append(b.leases, l)
	return l
}

// acquire grants or renews a lease, or refuses it.
func (b *Broker) acquire(now time.Duration, e Acquire) {
	refuse := func(why string) {
		b.act(Refused{Session: e.Session, Number: e.Token, What: "acquire", Reason: why})
	}
	if e.Holder == "" || e.Time <= 0 || e.Drift < 0 || e.Drift >= 1 {
		refuse(ReasonBad)
		return
	}
	l := b.leaseOf(e.Lease)
	renews := e.Token != 0
	switch {
	case renews && (l.holder != e.Holder || l.token != e.Token):
		refuse(ReasonToken)
		return
	case !renews && l.holder != "" && (l.holder != e.Holder || planted.In(planted.LeaseNeverEnds)):
		refuse(ReasonHeld)
		return
	case !renews:
		l.holder = e.Holder
		l.token++
		b.raise(b.queueOf(l.name), l.token)
	}
	l.span = Hold(e.Time, e.Drift)
	l.until = max(l.until, now+l.span)
	if !renews {
		l.until = now + l.span
	}
	if planted.In(planted.LeaseNeverEnds) {
		l.until = math.MaxInt64
	}
	b.act(Granted{e.Session, l.name, l.holder, l.token, e.Time, renews})
}

// release ends a lease of who has it.
func (b *Broker) release(e Release) {
	if l := b.leaseOf(e.Lease); l.holder != "" && l.holder == e.Holder && l.token == e.Token {
		b.endLease(l, LeaseReleased)
	}
}
