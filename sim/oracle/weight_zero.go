package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// weightZero watches that an owner assigns no connections to a member of weight
// 0. It may for as long as the report of the change takes: a report interval
// and a round trip. While it cannot rely on hearing the member, it may until
// the member counts as lost.
type weightZero struct {
	scene *scene
	watch *watch
	zero  map[weighted]*zeroed
	seen  int // version of the scene
}

// zeroed is a service of a member whose weight is 0.
type zeroed struct {
	member *Entry
	since  time.Duration
	parted map[*Entry]time.Duration // when another member last could not rely on hearing it
	deaf   map[*Entry]bool          // it cannot now
	told   bool
}

func newWeightZero(s *scene, w *watch) *weightZero {
	return &weightZero{scene: s, watch: w, zero: map[weighted]*zeroed{}, seen: -1}
}

var weightZeroReads = versionReads.Or(event.SetOf(event.BalanceWeight{}, event.BalanceAssigned{}))

// reads implements fold.
func (*weightZero) reads() event.Set { return weightZeroReads }

// Observe implements fold.
func (f *weightZero) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.BalanceWeight:
		key := weighted{b.Service, b.Member}
		switch z := f.zero[key]; {
		case b.Weight > 0:
			delete(f.zero, key)
		case z == nil:
			f.zero[key] = &zeroed{member: f.scene.roster.Find(e.Node, b.Interface), since: e.At, parted: map[*Entry]time.Duration{}, deaf: map[*Entry]bool{}}
			f.seen = -1
		}
	case event.BalanceAssigned:
		if z := f.zero[weighted{b.Service, b.Member}]; z != nil && z.member != nil && !z.told {
			f.assigned(e, b, z)
		}
	}
	if version := f.scene.version(); version != f.seen && len(f.zero) > 0 {
		f.seen = version
		f.follow(e.At)
	}
}

// follow notes who cannot rely on hearing whom now.
func (f *weightZero) follow(now time.Duration) {
	for _, z := range f.zero { // order: each by itself
		for _, owner := range f.scene.roster.Entries() {
			if z.member == nil {
				continue
			}
			deaf := !f.hears(owner, z.member, now)
			if deaf || z.deaf[owner] {
				z.parted[owner] = now
			}
			z.deaf[owner] = deaf
		}
	}
}

func (f *weightZero) hears(owner, member *Entry, now time.Duration) bool {
	if owner == member {
		return true
	}
	since, joined := f.scene.network.joined(owner, member)
	return joined && since <= now && owner.Up() && member.Up()
}

func (f *weightZero) assigned(e event.Event, b event.BalanceAssigned, z *zeroed) {
	owner := f.scene.roster.Find(e.Node, b.Interface)
	if owner == nil || z.member.SelfBalance == nil || owner.SelfBalance == nil {
		return
	}
	trip := 2*f.scene.facts.Transit + queueing
	until := max(z.since, z.parted[owner]) + z.member.SelfBalance.Report + trip
	if !f.hears(owner, z.member, e.At) {
		until = max(until, z.since+owner.SelfBalance.Lost+z.member.SelfBalance.Report+trip)
	}
	if e.At > until {
		z.told = true
		f.watch.report(e.At, "%s assigned a connection of %s to %s, whose weight for %s has been 0 since %v",
			e.Node, b.Client, z.member.Node, b.Service, z.since)
	}
}

// Finish implements fold.
func (f *weightZero) Finish(time.Duration) {}
