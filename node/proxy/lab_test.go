package proxy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/backend"
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

// lab is a proxy lb, two back ends m1 and m2 and a client c1 on one segment.
type lab struct {
	*hosttest.Lab
	ledger *client.Ledger

	lb, c1   *host.Host
	machines []*host.Host
	members  []*backend.Backend
	proxy    *Proxy
}

// newLab starts a proxy of m1, and of m2 as its backup.
func newLab(t testing.TB, cfg topology.Proxy) *lab {
	t.Helper()
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), ledger: client.NewLedger()}
	l.lb = l.Add("lb", "192.0.2.10/24")
	l.c1 = l.Add("c1", "192.0.2.201/24")
	for i := range 2 {
		h := l.Add(fmt.Sprintf("m%d", i+1), fmt.Sprintf("192.0.2.%d/24", 21+i))
		l.machines = append(l.machines, h)
		l.members = append(l.members, backend.New(h, topology.Backend{}.WithDefaults()))
	}
	if cfg.Upstream.Servers == nil {
		cfg.Upstream.Servers = []topology.UpstreamServer{
			{Address: netip.MustParseAddrPort("192.0.2.21:80"), Name: "m1"},
			{Address: netip.MustParseAddrPort("192.0.2.22:80"), Name: "m2", Backup: true},
		}
	}
	var err error
	if l.proxy, err = New(l.lb, *cfg.Complete(topology.Place{}).(*topology.Proxy)); err != nil {
		t.Fatal(err)
	}
	return l
}

// ask starts the client.
func (l *lab) ask(cfg topology.Client) {
	l.TB.Helper()
	cfg.Target = "http://192.0.2.10/"
	if _, err := client.New(l.c1, cfg.WithDefaults(), l.ledger); err != nil {
		l.TB.Fatal(err)
	}
}

// story lists what the proxy logs about its servers, and what the client got,
// such as "1s 200 by m1".
func (l *lab) story() (all []string) {
	say := func(e event.Event, format string, args ...any) {
		all = append(all, fmt.Sprintf("%v ", e.At.Round(10*millisecond))+fmt.Sprintf(format, args...))
	}
	for e := range slices.Values(l.Log.Events()) {
		switch w := e.What.(type) {
		case event.ProxyPeerChanged:
			say(e, "%d: %s %s", w.Worker, w.Peer, strings.TrimSpace(w.State+" "+w.Reason))
		case event.ProxyAttemptFailed:
			say(e, "%s fails to %s: %s", w.Peer, w.Stage, w.Reason)
		case event.ProxyRefused:
			say(e, "refused %d", w.Status)
		case event.RequestAnswered:
			say(e, "%d by %s", w.Status, w.By)
		case event.RequestFailed:
			say(e, "%s", w.Failure)
		}
	}
	return all
}

func (l *lab) wantStory(want ...string) {
	l.TB.Helper()
	if got := l.story(); !slices.Equal(got, want) {
		l.TB.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
