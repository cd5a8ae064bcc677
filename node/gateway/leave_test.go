package gateway

import (
	"testing"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestLeave: services that leave refuse connections. Those that are open end
// with their next answer, so that no request is lost, and idle ones when they
// are drained. The administrative service stays. After the return all serve.
func TestLeave(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{
		"web":   {},
		"admin": {Listen: mustAddrPort("192.0.2.100:9090"), Kind: topology.KindManagement},
		"off":   {Listen: mustAddrPort("192.0.2.100:81")},
	})
	l.At(second, func() {
		if err := l.gateway.StopService("off"); err != nil {
			t.Error(err)
		}
	})
	idle := l.talk([]string{whole})
	l.ask(topology.Client{Rate: 4, Mode: topology.ModeLongLived, Connections: 4, Stop: 8 * second})
	l.ask(topology.Client{Target: "http://192.0.2.100:9090/", Rate: 1, Stop: 8 * second})
	var leave *Leave
	left := func(want int) func() {
		return func() {
			if n := leave.Connections(); n != want {
				t.Errorf("at %v %d connections are left, want %d", l.Loop.Now(), n, want)
			}
		}
	}
	l.At(3*second+100*millisecond, func() {
		leave = l.gateway.Leave()
		left(5)()
	})
	l.At(4*second+200*millisecond, left(1)) // each of the four has had a request
	l.At(5*second, func() { leave.Drain() })
	l.At(5*second+millisecond, left(0))
	l.At(6*second+100*millisecond, func() { leave.Return() })
	l.Run(10 * second)
	if *idle < 5*second || *idle > 5*second+millisecond {
		t.Errorf("the idle connection ended at %v, want when it was drained", *idle)
	}
	l.wantStates("0s admin listening", "0s off listening", "0s web listening", "1s off stopped", "3.1s web stopped", "6.1s web listening")
	for _, s := range event.Of[event.ServiceChanged](l.Log.Events()) {
		if s.Service == "web" && s.State == stopped && s.Reason != "quiesce" {
			t.Errorf("web stopped because of %s, want quiesce", s.Reason)
		}
	}
	got := l.outcomes()
	if answered := got["200 by a"]; got["refused"] == 0 || answered+got["refused"] != 40 || answered < 8+12+8 {
		t.Errorf("outcomes: got %v, want 40, some refused while web was away, and no other failures", got)
	}
	if n := hosttest.Count[event.ConnAccepted](l.Lab, "a"); n < 4+1+8+4 {
		t.Errorf("%d connections accepted, want new ones after the return", n)
	}
}
