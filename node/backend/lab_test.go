package backend

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const (
	second      = time.Second
	millisecond = time.Millisecond
)

// lab is a client, c1, and a server, web, on one segment.
type lab struct {
	*hosttest.Lab
	ledger  *client.Ledger
	server  *host.Host
	client  *host.Host
	backend *Backend
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), ledger: client.NewLedger()}
	l.server = l.Add("web", "192.0.2.50/24", hosttest.Cores(2))
	l.client = l.Add("c1", "192.0.2.201/24", hosttest.Cores(2))
	return l
}

// serve starts the back end.
func (l *lab) serve(cfg topology.Backend) { l.backend = New(l.server, cfg.WithDefaults()) }

// ask starts a client of the server on a machine.
func (l *lab) ask(from *host.Host, cfg topology.Client) {
	l.TB.Helper()
	cfg.Target = "http://192.0.2.50/"
	if _, err := client.New(from, cfg.WithDefaults(), l.ledger); err != nil {
		l.TB.Fatal(err)
	}
}

// set changes the back end's mode at an instant.
func (l *lab) set(when time.Duration, m Mode) {
	l.At(when, func() {
		if err := l.backend.Set(m); err != nil {
			l.TB.Error(err)
		}
	})
}

// Short names for the events that tests ask for.
type (
	opened   = event.ConnOpened
	answered = event.RequestAnswered
	failed   = event.RequestFailed
)

// target is the address of the back end.
func (l *lab) target() netip.AddrPort { return netip.MustParseAddrPort("192.0.2.50:80") }
