package cluster

import (
	"slices"
	"time"
)

// How Carbon keeps messages (spec/failover.md §7.3).
const (
	KeepTime    = 5 * time.Minute // how long a message is kept at least, by its sender and by its receivers
	CleanupTime = 2 * time.Minute // between two passes that forget older ones
	CleanupMax  = 5000            // how many messages of each kind a pass forgets
)

// Letter is a message of the application, such as one that invalidates an entry
// of a cache.
type Letter struct {
	ID   string // unique
	Text string
}

// Mailbox is the memory of one process for messages: those that it has sent,
// for members that join, and the IDs of those that it has received, so that it
// drops what a sender repeats. A pass that cleans up comes at times only, so
// both remember for up to two minutes more than five, and not for the same
// time: a repeated message may be older than what its receiver remembers.
type Mailbox struct {
	sent     []sent
	received map[string]time.Duration
	order    []string // of received, the oldest first
}

type sent struct {
	Letter
	at time.Duration
}

// NewMailbox returns an empty mailbox.
func NewMailbox() *Mailbox { return &Mailbox{received: map[string]time.Duration{}} }

// Sent notes that a message was sent to all members.
func (b *Mailbox) Sent(now time.Duration, l Letter) { b.sent = append(b.sent, sent{l, now}) }

// Repeat returns what a joining member gets: all that is kept, in the order in
// which it was sent.
func (b *Mailbox) Repeat() []Letter {
	var all []Letter
	for _, s := range b.sent {
		all = append(all, s.Letter)
	}
	return all
}

// Receive takes in a message, and reports whether the application gets it. Only
// repeated ones are compared with those that have come: Carbon executes every
// message that comes the normal way.
func (b *Mailbox) Receive(now time.Duration, l Letter, repeated bool) bool {
	_, had := b.received[l.ID]
	if had && repeated {
		return false
	}
	if !had {
		b.order = append(b.order, l.ID)
	}
	b.received[l.ID] = now
	return true
}

// Clean is one pass that cleans up: due every CleanupTime.
func (b *Mailbox) Clean(now time.Duration) {
	old := 0
	for old < min(len(b.sent), CleanupMax) && now-b.sent[old].at > KeepTime {
		old++
	}
	b.sent = slices.Delete(b.sent, 0, old)
	for old = 0; old < min(len(b.order), CleanupMax) && now-b.received[b.order[old]] > KeepTime; old++ {
		delete(b.received, b.order[old])
	}
	b.order = slices.Delete(b.order, 0, old)
}
