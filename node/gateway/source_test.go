package gateway

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestSourceVIP: the gateway connects to its back end from the virtual IP while
// it holds that, and has no back end while it does not. Requests come to its
// own address.
func TestSourceVIP(t *testing.T) {
	l := newLab(t, 0)
	l.backend = backend.New(l.web, topology.Backend{}.WithDefaults())
	s := forwarding()
	s.Listen = mustAddrPort("0.0.0.0:80")
	s.SourceVIP = vip
	l.start(map[string]topology.Service{"shop": s})
	l.At(2*second, l.own)
	l.At(4*second, l.lose)
	l.ask(topology.Client{Target: "http://192.0.2.11/", Rate: 10, Stop: 6 * second})
	l.Run(10 * second)
	l.wantOutcomes(map[string]int{"200 by a": 20, "status-502": 40})
	count := 0
	for e, c := range event.Of[event.ConnAccepted](l.Log.Events()) {
		if e.Node != "web" {
			continue
		}
		if count++; !strings.HasPrefix(c.Client, "192.0.2.100:") {
			t.Errorf("the back end has accepted %s, want connections from 192.0.2.100", c.Client)
		}
	}
	if count != 20 {
		t.Errorf("the back end has accepted %d connections, want 20", count)
	}
}

// TestSourceVIPMoves: another machine that has taken the virtual IP gets the
// back end's answers, and resets what it does not know. A request to the
// gateway's own address then finds no back end.
func TestSourceVIPMoves(t *testing.T) {
	l := newLab(t, 0)
	l.own()
	l.backend = backend.New(l.web, topology.Backend{}.WithDefaults())
	s := forwarding()
	s.Listen = mustAddrPort("0.0.0.0:80")
	s.SourceVIP = vip
	l.start(map[string]topology.Service{"shop": s})
	heir := l.Add("b", "192.0.2.12/24")
	l.At(2*second, func() { // both have it now, and the back end asks b
		heir.NIC("lan").AddVIP(vip, host.MAC{})
		frame, err := wire.AppendGratuitousARP(nil, wire.ARPReply, vip, heir.NIC("lan").MAC(), heir.NIC("lan").MAC())
		if err != nil {
			t.Error(err)
		}
		hosttest.Inject(heir.NIC("lan"), frame)
	})
	l.ask(topology.Client{Target: "http://192.0.2.11/", Rate: 10, Mode: topology.ModeKeepAlive, Stop: 4 * second})
	l.Run(30 * second)
	// The request under way at 2 s waits for its answer in vain; the others queue
	// behind it.
	got := l.outcomes()
	if got["200 by a"] != 20 || got["timeout"]+got["status-504"]+got["status-502"] != 20 || len(got) > 3 {
		t.Errorf("outcomes: got %v, want 20 answers, and 20 failures for lack of a back end", got)
	}
}
