package gateway

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestChain: a service forwards to another one of the same machine, by the
// loopback address. Without persistent connections each request opens one. All
// of it stays on the machine.
func TestChain(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:81", "0.0.0.0:81"} {
		for persistent, want := range map[bool]int{true: 1, false: 10} {
			l := newLab(t, 0)
			l.own()
			tap := l.Tap()
			l.start(map[string]topology.Service{
				"first":  {Forward: topology.ForwardTo(mustAddrPort("127.0.0.1:81")), Persistent: &persistent},
				"second": {Listen: mustAddrPort(listen)},
			})
			l.ask(topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Stop: second})
			l.Run(5 * second)
			l.wantOutcomes(map[string]int{"200 by a": 10})
			if n := hosttest.Count[event.RequestServed](l.Lab, "a"); n != 20 {
				t.Errorf("%s: %d answers, want 10 of each service", listen, n)
			}
			opened := 0
			for _, c := range event.Of[event.ConnAccepted](l.Log.Events()) {
				if c.Service != "second" {
					continue
				}
				opened++
				if !strings.HasPrefix(c.Client, "127.0.0.1:") {
					t.Errorf("%s: the second service is called by %s, want the loopback address", listen, c.Client)
				}
			}
			if opened != want {
				t.Errorf("%s, persistent %v: the second service accepted %d connections, want %d", listen, persistent, opened, want)
			}
			if n := len(tap.SentBy("a", 0, func(f hosttest.Frame) bool { return strings.Contains(string(f.Data), "\x7f\x00\x00\x01") })); n != 0 {
				t.Errorf("%d frames with the loopback address have left the machine", n)
			}
		}
	}
}

// TestChainOverVIP: a connection of a machine to a virtual IP that it holds
// stays on the machine, too.
func TestChainOverVIP(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"first": {Forward: topology.ForwardTo(mustAddrPort("192.0.2.100:81"))}, "second": {Listen: mustAddrPort("192.0.2.100:81")}})
	l.ask(topology.Client{Rate: 10, Mode: topology.ModeKeepAlive, Stop: second})
	l.Run(5 * second)
	l.wantOutcomes(map[string]int{"200 by a": 10})
	if n := hosttest.Count[event.RequestServed](l.Lab, "a"); n != 20 {
		t.Errorf("%d answers, want 10 of each service", n)
	}
}
