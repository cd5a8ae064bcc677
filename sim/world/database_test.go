package world

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestLostIsWhatTheCopyHas: with a database on each node, exactly that is lost
// which the passive one has committed, once the active one is back.
func TestLostIsWhatTheCopyHas(t *testing.T) {
	for seed := range uint64(5) {
		none, reads := 0, 0.2
		on := func(address string, n topology.Node) topology.Node {
			n.NICs = map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address + "/24")}}
			return n
		}
		node := func(address string) topology.Node {
			return on(address, topology.Node{Database: &topology.Database{}, Accounts: &topology.Accounts{Database: topology.DataSource{Address: "localhost"}}})
		}
		w, err := Build(topology.Topology{
			Segments: map[string]topology.Segment{"lan": {}},
			Nodes: map[string]topology.Node{
				"a": node("192.0.2.11"), "b": node("192.0.2.12"),
				"lb": on("192.0.2.10", topology.Node{Proxy: &topology.Proxy{Connect: 2 * time.Second, Upstream: topology.Upstream{Servers: []topology.UpstreamServer{
					{Address: netip.MustParseAddrPort("192.0.2.11:80")}, {Address: netip.MustParseAddrPort("192.0.2.12:80"), Backup: true},
				}}}}),
				"t1": on("192.0.2.201", topology.Node{Teller: &topology.Teller{
					Target: "http://192.0.2.10/accounts", Registers: &none, Reads: &reads, Start: 5 * time.Second, Audit: 90 * time.Second,
				}}),
			},
		}, Options{Seed: seed + 1})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		w.Loop().At(30*time.Second, sim.Func(func() { w.Node("a").crash(false) }))
		w.Loop().At(60*time.Second, sim.Func(func() { w.Node("a").powerOn() }))
		if err := w.Run(100 * time.Second); err != nil {
			t.Fatal(err)
		}
		w.Finish()
		m, violations := oracle.Fold(w.Log().Events(), FactsOf(w.Topology(), 100*time.Second))
		copied := int(w.Node("b").database.Position().Number)
		if l := m.Ledgers[0]; l.Lost != copied || copied < 20 || l.Doubled+l.Reordered+l.Phantom > 0 || l.Stale == 0 {
			t.Errorf("seed %d: got %+v, want %d lost, which b has committed", seed+1, l, copied)
		}
		if len(violations) != 2 { // of two lists
			t.Errorf("seed %d: got %v, want both lists", seed+1, violations)
		}
		for _, e := range event.Of[event.DatabaseFollowed](w.Log().Events()) {
			t.Errorf("seed %d: got %+v, want no replica", seed+1, e)
		}
	}
}
