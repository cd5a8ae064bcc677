package partner

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/b2b"
	"github.com/cablepull/cablepull/node/b2b/party"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is two partners that exchange documents with each other.
type lab struct {
	*hosttest.Lab
	p, q           *host.Host
	partner, other *Partner
	kept           map[string]*b2b.Store
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), kept: map[string]*b2b.Store{}}
	l.p = l.Add("p", "192.0.2.201/24")
	l.q = l.Add("q", "192.0.2.202/24")
	return l
}

// start starts p, which sends a document each ten seconds from the first on.
func (l *lab) start(x topology.Exchange) {
	x.To = netip.MustParseAddrPort("192.0.2.202:4080")
	x.Rate, x.Phase = topology.Rate(0.1), second
	l.partner = l.on(l.p, "192.0.2.201:4080", x)
}

// answer starts q, which sends nothing.
func (l *lab) answer(x topology.Exchange) { l.other = l.on(l.q, "192.0.2.202:4080", x) }

func (l *lab) on(h *host.Host, listen string, x topology.Exchange) *Partner {
	cfg := topology.Partner{Listen: netip.MustParseAddrPort(listen), Exchange: x}
	cfg = *cfg.Complete(topology.Place{}).(*topology.Partner)
	if l.kept[h.Name()] == nil {
		l.kept[h.Name()] = party.NewStore(cfg.Exchange)
	}
	return New(h, cfg, l.kept[h.Name()])
}

// counts are the events of a kind by one of their words.
func counts[B event.Body](l *lab, node string, word func(B) string) map[string]int {
	got := map[string]int{}
	for e, b := range event.Of[B](l.Log.Events()) {
		if e.Node == node {
			got[word(b)]++
		}
	}
	return got
}

func sent(b event.DocumentSent) string               { return string(rune('0' + b.Attempt)) }
func undelivered(b event.DocumentUndelivered) string { return b.Failure }
func arrived(b event.DocumentArrived) string         { return b.Outcome }
func delivered(b event.ReceiptSent) string           { return b.Disposition + " " + b.How + b.Failure }
func received(b event.ReceiptArrived) string         { return b.Disposition + " " + b.How + " " + b.Outcome }
func ended(b event.DocumentEnded) string             { return b.State }
func status(b event.StatusArrived) string            { return b.Status + b.Failure }
func stores(b event.StoreChanged) string             { return b.State }
func forgotten(b event.DocumentForgotten) string     { return b.Reason }
