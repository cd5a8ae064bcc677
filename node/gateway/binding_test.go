package gateway

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

func mustAddrPort(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

func addrs(texts ...string) (all []netip.Addr) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// TestBindPolicies: spec/failover.md F14. The address arrives after 2.5 s,
// leaves after 6 s and returns after 8 s; each policy reacts in its own way,
// and the client sees it.
func TestBindPolicies(t *testing.T) {
	for _, c := range []struct {
		bind   string
		states []string
		first  string // of the requests that are due each second from 3 s on
	}{
		{"wait", []string{"0s web waiting", "2.5s web listening", "6s web waiting", "8s web listening"}, "answered"},
		{"", []string{"0s web waiting", "2.5s web listening", "6s web waiting", "8s web listening"}, "answered"},
		{"retry", []string{"0s web waiting", "3s web listening", "6s web waiting", "8s web listening"}, "answered"},
		{"fail", []string{"0s web failed"}, "refused"},
	} {
		t.Run("bind "+c.bind, func(t *testing.T) {
			l := newLab(t, 0)
			l.start(map[string]topology.Service{"web": {Listen: mustAddrPort("192.0.2.100:80"), Bind: c.bind}})
			l.At(2500*millisecond, l.own)
			l.At(6*second, l.lose)
			l.At(8*second, l.own)
			l.ask(topology.Client{Rate: 1, Start: 3 * second, Stop: 4 * second})
			l.ask(topology.Client{Rate: 1, Start: 9 * second, Stop: 10 * second})
			l.Run(12 * second)
			l.wantStates(c.states...)
			if c.first == "answered" {
				l.wantOutcomes(map[string]int{"200 by a": 2})
			} else {
				l.wantOutcomes(map[string]int{c.first: 2})
			}
		})
	}
}

// TestHiddenAddressIsListening: for a service it makes no difference whether
// the machine owns its address or hides it.
func TestHiddenAddressIsListening(t *testing.T) {
	l := newLab(t, 0)
	l.start(nil)
	n := l.a.NIC("lan")
	l.At(2*second, func() { n.HideVIP(vip) })
	l.At(4*second, l.own)
	l.At(6*second, func() { n.HideVIP(vip) })
	l.At(8*second, l.lose)
	l.ask(topology.Client{Rate: 1, Start: 5 * second, Stop: 6 * second})
	l.Run(10 * second)
	l.wantStates("0s web waiting", "2s web listening", "8s web waiting")
	l.wantOutcomes(map[string]int{"200 by a": 1})
}

// TestBindWithoutInterface: an interface that lost its own address has no
// routes, so that not even binding early works; the service waits for that too.
func TestBindWithoutInterface(t *testing.T) {
	l := newLab(t, 0)
	l.a.NIC("lan").SetAddress(netip.Prefix{})
	l.start(nil)
	l.At(2*second, func() { l.a.NIC("lan").SetAddress(netip.MustParsePrefix("192.0.2.11/24")) })
	l.At(3*second, l.own)
	l.ask(topology.Client{Rate: 1, Start: 4 * second, Stop: 5 * second})
	l.Run(8 * second)
	l.wantStates("0s web waiting", "3s web listening")
	l.wantOutcomes(map[string]int{"200 by a": 1})
}

// TestBoundAddress: an address of the machine itself is available at once, with
// any policy; one that is in use fails, with the reason.
func TestBoundAddress(t *testing.T) {
	for _, bind := range []string{"wait", "retry", "fail"} {
		l := newLab(t, 0)
		l.start(map[string]topology.Service{
			"own":   {Listen: mustAddrPort("192.0.2.11:80"), Bind: bind},
			"any":   {Listen: mustAddrPort("0.0.0.0:81"), Bind: bind},
			"taken": {Listen: mustAddrPort("192.0.2.11:80"), Bind: bind},
		})
		l.Run(second / 2)
		last := "failed"
		if bind == "retry" {
			last = "waiting"
		}
		l.wantStates("0s any listening", "0s own listening", "0s taken "+last)
		for _, s := range event.Of[event.ServiceChanged](l.Log.Events()) {
			if s.Service == "taken" && !strings.Contains(s.Reason, "address in use") {
				t.Errorf("bind %s: reason: got %q, want that the address is in use", bind, s.Reason)
			}
		}
	}
}

// TestStopAndStart: a stopped service refuses connections, its open ones end
// without losing an answer, and it can be started again; other services
// continue.
func TestStopAndStart(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{
		"web":   {Listen: mustAddrPort("192.0.2.100:80"), Work: 200 * millisecond},
		"other": {Listen: mustAddrPort("192.0.2.100:81")},
	})
	try := func(f func(string) error, name string) func() {
		return func() {
			if err := f(name); err != nil {
				t.Error(err)
			}
		}
	}
	l.At(2*second, try(l.gateway.StopService, "web"))
	l.At(2*second, try(l.gateway.StopService, "web")) // no effect
	l.At(4*second, try(l.gateway.StartService, "web"))
	l.At(4*second, try(l.gateway.StartService, "web"))
	l.ask(topology.Client{Rate: 10, Mode: "keep-alive", Connections: 10, Stop: 6 * second})
	l.Run(10 * second)
	l.wantStates("0s other listening", "0s web listening", "2s web stopped", "4s web listening")
	got := l.outcomes()
	if got["200 by a"] != 40 || got["refused"] != 20 || len(got) != 2 {
		t.Errorf("outcomes: got %v, want 40 answers, 20 refused and nothing else", got)
	}
	for _, name := range []string{"", "webs"} {
		if err := l.gateway.StopService(name); err == nil || !strings.Contains(err.Error(), "want other or web") {
			t.Errorf("stop %q: got %v, want an error that lists the services", name, err)
		}
	}
}

// TestStopWhileBinding: stopping ends the attempts.
func TestStopWhileBinding(t *testing.T) {
	for _, bind := range []string{"wait", "retry"} {
		l := newLab(t, 0)
		l.start(map[string]topology.Service{"web": {Listen: mustAddrPort("192.0.2.100:80"), Bind: bind}})
		l.At(1500*millisecond, func() { l.gateway.StopService("web") })
		l.At(2500*millisecond, l.own)
		l.ask(topology.Client{Rate: 1, Start: 5 * second, Stop: 6 * second})
		l.Run(8 * second)
		l.wantStates("0s web waiting", "1.5s web stopped")
		l.wantOutcomes(map[string]int{"refused": 1})
	}
}
