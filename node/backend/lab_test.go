package backend

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/client"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const (
	second      = time.Second
	millisecond = time.Millisecond
)

// lab is a client, c1, and a server, web, on one segment.
type lab struct {
	t       testing.TB
	loop    *sim.Loop
	log     *event.Log
	lan     *netfab.Segment
	ledger  *client.Ledger
	server  *host.Host
	client  *host.Host
	backend *Backend
}

func newLab(t testing.TB) *lab {
	digest := sim.NewDigest()
	l := &lab{t: t, loop: sim.New(42), log: event.NewLog(digest), ledger: client.NewLedger()}
	l.lan = netfab.New(l.loop, digest).AddSegment("lan", netfab.SegmentConfig{})
	l.server = l.host("web", 50)
	l.client = l.host("c1", 201)
	return l
}

func (l *lab) host(name string, place byte) *host.Host {
	h := host.New(l.loop, host.Config{Name: name, Cores: 2, ARP: host.ARPLinux, Log: l.log})
	addr := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, place}), 24)
	h.AddNIC("lan", host.MAC{2, 0, 0, 0, 0, place}, addr, l.lan)
	h.PowerOn()
	l.t.Cleanup(h.Destroy)
	return h
}

// serve starts the back end.
func (l *lab) serve(cfg topology.Backend) { l.backend = New(l.server, cfg.WithDefaults()) }

// ask starts a client of the server on a machine.
func (l *lab) ask(from *host.Host, cfg topology.Client) {
	l.t.Helper()
	cfg.Target = "http://192.0.2.50/"
	if _, err := client.New(from, cfg.WithDefaults(), l.ledger); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) run(until time.Duration) {
	l.t.Helper()
	if err := l.loop.Run(until); err != nil {
		l.t.Fatal(err)
	}
}

// at runs f at an instant.
func (l *lab) at(when time.Duration, f func()) { l.loop.At(when, sim.Func(f)) }

// set changes the back end's mode at an instant.
func (l *lab) set(when time.Duration, m Mode) {
	l.at(when, func() {
		if err := l.backend.Set(m); err != nil {
			l.t.Error(err)
		}
	})
}

// bodies returns the events of one kind, with their instants.
func bodies[B event.Body](l *lab) (at []time.Duration, all []B) {
	for e, b := range event.Of[B](l.log.Events()) {
		at = append(at, e.At)
		all = append(all, b)
	}
	return at, all
}

// Short names for the events that tests ask for.
type (
	opened   = event.ConnOpened
	answered = event.RequestAnswered
	failed   = event.RequestFailed
)
