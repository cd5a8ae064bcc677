package gateway

import (
	"testing"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestConnectionLimit: ten connections come at once and each request takes one
// second. With room for three, three are accepted each second, and the others
// wait in the backlog; nobody is refused. When the service stops, nobody more
// is accepted.
func TestConnectionLimit(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": {Connections: 3, Work: 100 * millisecond}})
	l.ask(topology.Client{Rate: 1000, Start: second, Phase: 1, Stop: second + 9*millisecond + 1, Timeout: 100 * second, Connections: 10})
	l.Run(20 * second)
	l.wantOutcomes(map[string]int{"200 by a": 10})
	at, _ := hosttest.Bodies[event.ConnAccepted](l.Lab, "a")
	open := 0
	for i := range at {
		if i >= 3 && at[i]-at[i-3] < 100*millisecond {
			t.Errorf("connection %d is accepted %v after the third one before it, want a whole request later", i+1, at[i]-at[i-3])
		}
		open++
	}
	if open != 10 {
		t.Errorf("%d accepted, want 10", open)
	}
}

// TestConnectionLimitStops: a service that is full and stops accepts nobody
// more, and can be started again.
func TestConnectionLimitStops(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.start(map[string]topology.Service{"web": {Connections: 1, Work: second}})
	l.ask(topology.Client{Rate: 1000, Start: second, Stop: second + 2*millisecond, Timeout: 100 * second, Connections: 3})
	l.At(1500*millisecond, func() { l.gateway.StopService("web") })
	l.At(5*second, func() { l.gateway.StartService("web") })
	l.ask(topology.Client{Rate: 1, Start: 6 * second, Stop: 6500 * millisecond})
	l.Run(20 * second)
	got := l.outcomes()
	if got["200 by a"] != 2 || got["reset"] == 0 {
		t.Errorf("outcomes: got %v, want the request in progress and the one after the restart, the others reset", got)
	}
}
