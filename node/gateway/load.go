package gateway

import (
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// loadInterval is the time from one look at the load to the next.
const loadInterval = time.Second

// load logs what a gateway with groups has under way: retries and long timeouts
// show there before memory ends (spec/failover.md F37).
type load struct {
	gateway *Gateway
	timer   *sim.Timer
	last    event.GatewayLoad
}

func newLoad(g *Gateway) *load {
	l := &load{gateway: g}
	l.timer = g.host.Scope().NewTimer(sim.Func(l.look))
	l.timer.Reset(loadInterval)
	return l
}

// look logs the load if it has changed.
func (l *load) look() {
	now := event.GatewayLoad{Memory: l.gateway.host.Memory().Used()}
	for _, s := range l.gateway.services {
		now.Connections += s.server.Len()
	}
	for _, name := range topology.Names(l.gateway.groups) {
		now.Requests += l.gateway.groups[name].requests
	}
	if now != l.last {
		l.last = now
		l.gateway.log(now)
	}
	l.timer.Reset(loadInterval)
}
