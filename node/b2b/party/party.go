package party

import (
	"net/netip"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Config is what a party is.
type Config struct {
	Service  string         // its name in events
	Listen   netip.AddrPort // where it listens
	Exchange topology.Exchange
	// Serves reports whether the party is in service. New documents are sent, and
	// old ones again, only while it is.
	Serves func() bool
}

// Party is one side of an exchange during one boot of its machine.
type Party struct {
	host  *host.Host
	cfg   Config
	store *b2b.Store
	due   *sim.Timer
	text  string // of every document
	full  bool   // as logged last
	peers []*peer
}

// NewStore returns an empty store for a party.
func NewStore(x topology.Exchange) *b2b.Store {
	return b2b.NewStore(b2b.Config{
		Retransmit: x.Retransmit, Resends: *x.Resends, Size: x.Store, WhenFull: b2b.Policy(x.WhenFull), Retention: x.Retention,
	})
}

// New starts a party on a running machine; it ends with the machine. The
// exchange must be complete. The store is that of the machine: documents in it
// that wait for a receipt are sent again at once.
func New(h *host.Host, cfg Config, store *b2b.Store) *Party {
	y := &Party{host: h, cfg: cfg, store: store, text: strings.Repeat("*", cfg.Exchange.Size), full: store.Full()}
	y.due = h.Scope().NewTimer(sim.Func(y.overdue))
	store.Restart(h.Now())
	if cfg.Exchange.Rate > 0 {
		h.Go("documents", y.run)
	}
	y.schedule()
	y.startReplication()
	return y
}

// Finish logs what the store holds when the run ends.
func (y *Party) Finish() {
	y.host.Log(event.StoreStatus{
		Service: y.cfg.Service, Documents: y.store.Len(), Waiting: y.store.Waiting(), Limit: y.cfg.Exchange.Store,
	})
}

// changed logs what the store has forgotten, and whether it is full.
func (y *Party) changed(forgotten []string, reason string) {
	for _, id := range forgotten {
		y.host.Log(event.DocumentForgotten{Message: id, Reason: reason})
	}
	full := y.store.Full()
	if full == y.full {
		return
	}
	y.full = full
	state := "room"
	if full {
		state = "full"
	}
	y.host.Log(event.StoreChanged{Service: y.cfg.Service, State: state, Documents: y.store.Len()})
}

// expire lets the store forget what is old enough.
func (y *Party) expire() { y.changed(y.store.Expire(y.host.Now()), "retention") }

// schedule sets the timer to the next document that is due.
func (y *Party) schedule() {
	at, some := y.store.NextDue()
	if !some {
		y.due.Stop()
		return
	}
	y.due.Reset(max(at-y.host.Now(), 0))
}

// holdOff is how long a party that is out of service waits before it looks
// again for documents that are due.
const holdOff = time.Second

// overdue sends again, or gives up, what is due.
func (y *Party) overdue() {
	if at, some := y.store.NextDue(); some && at <= y.host.Now() && !y.cfg.Serves() {
		y.due.Reset(holdOff)
		return
	}
	for {
		t, action, some := y.store.Overdue(y.host.Now())
		if !some {
			break
		}
		if action == b2b.Transmit {
			y.transmit(t.ID, t.Attempts)
		} else {
			y.ended(t)
		}
	}
	y.schedule()
}

// ended logs that the sender is done with a document.
func (y *Party) ended(t b2b.Transaction) {
	y.copied(t.ID)
	y.host.Log(event.DocumentEnded{Message: t.ID, State: string(t.State), Attempts: t.Attempts, After: y.host.Now() - t.Since})
}
