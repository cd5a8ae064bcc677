package gateway

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

var vip = netip.MustParseAddr("192.0.2.100")

// lab is an appliance a that may hold a virtual IP, a back end web and a client
// c1, on one segment.
type lab struct {
	*hosttest.Lab
	ledger *client.Ledger

	a, web, c1 *host.Host
	gateway    *Gateway
	backend    *backend.Backend
}

func newLab(t testing.TB, memory int64) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), ledger: client.NewLedger()}
	l.a = l.Add("a", "192.0.2.11/24", hosttest.Cores(2), func(c *host.Config) { c.Memory = memory })
	l.web = l.Add("web", "192.0.2.50/24", hosttest.Cores(2))
	l.c1 = l.Add("c1", "192.0.2.201/24", hosttest.Cores(2))
	return l
}

// own gives the virtual IP to the appliance.
func (l *lab) own() { l.a.NIC("lan").AddVIP(vip, host.MAC{}) }

// lose removes it.
func (l *lab) lose() { l.a.NIC("lan").RemoveVIP(vip, true) }

// holds is the default memory use of connections and requests.
var holds = topology.Memory{}.WithDefaults()

// start starts the services, by default on port 80 of the virtual IP; without
// any, it starts web.
func (l *lab) start(services map[string]topology.Service) {
	if services == nil {
		services = map[string]topology.Service{"web": {}}
	}
	for name, s := range services {
		if !s.Listen.IsValid() {
			s.Listen = netip.AddrPortFrom(vip, topology.DefaultPort)
		}
		services[name] = s.WithDefaults()
	}
	l.gateway = New(l.a, topology.Gateway{Services: services}, holds, nil)
}

// ask starts a client of the virtual IP.
func (l *lab) ask(cfg topology.Client) {
	l.TB.Helper()
	if cfg.Target == "" {
		cfg.Target = "http://192.0.2.100/"
	}
	if _, err := client.New(l.c1, cfg.WithDefaults(), l.ledger); err != nil {
		l.TB.Fatal(err)
	}
}

// outcomes counts the results of the client's requests, such as "200 by a" or
// "refused".
func (l *lab) outcomes() map[string]int {
	all := map[string]int{}
	for e := range slices.Values(l.Log.Events()) {
		switch w := e.What.(type) {
		case event.RequestAnswered:
			all[fmt.Sprintf("%d by %s", w.Status, w.By)]++
		case event.RequestFailed:
			all[w.Failure]++
		case event.AnswerMismatched:
			all["mismatched: "+w.Detail]++
		}
	}
	return all
}

func (l *lab) wantOutcomes(want map[string]int) {
	l.TB.Helper()
	if got := l.outcomes(); fmt.Sprint(got) != fmt.Sprint(want) {
		l.TB.Errorf("outcomes: got %v, want %v", got, want)
	}
}

// states lists the state changes of the appliance's services, such as "1s web
// listening".
func (l *lab) states() (all []string) {
	for e, s := range event.Of[event.ServiceChanged](l.Log.Events()) {
		if e.Node == "a" {
			all = append(all, fmt.Sprintf("%v %s %s", e.At, s.Service, s.State))
		}
	}
	return all
}

func (l *lab) wantStates(want ...string) {
	l.TB.Helper()
	if got := l.states(); !slices.Equal(got, want) {
		l.TB.Errorf("states: got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
