package world_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Two gateways and a client; the cable of the active one is pulled.
func ExampleNew() {
	nic := func(address string) map[string]topology.NIC {
		return map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix(address)}}
	}
	standby := func(priority int) map[string]topology.Standby {
		return map[string]topology.Standby{"lan": {Group: 30, VIP: netip.MustParseAddr("192.0.2.100"), Priority: &priority}}
	}
	w, err := world.Build(topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"a":  {NICs: nic("192.0.2.11/24"), Gateway: &topology.Gateway{}, Standby: standby(110)},
			"b":  {NICs: nic("192.0.2.12/24"), Gateway: &topology.Gateway{}, Standby: standby(100)},
			"c1": {NICs: nic("192.0.2.201/24"), Client: &topology.Client{Target: "http://192.0.2.100/", Rate: 20, Start: 30 * time.Second}},
		},
	}, world.Options{Seed: 7})
	if err != nil {
		panic(err)
	}
	defer w.Close()

	if err := w.Run(40 * time.Second); err != nil {
		panic(err)
	}
	heal, err := w.Inject(fault.Pull{Port: fault.Port{Node: "a", Interface: "lan"}})
	if err != nil {
		panic(err)
	}
	if err := w.Run(80 * time.Second); err != nil {
		panic(err)
	}
	heal()
	if err := w.Run(120 * time.Second); err != nil {
		panic(err)
	}

	for e, s := range event.Of[event.StandbyChanged](w.Events()) {
		if e.At >= 40*time.Second {
			fmt.Printf("%.0fs: %s is %s\n", e.At.Seconds(), e.Node, s.To)
		}
	}
	// Output:
	// 40s: a is Initial
	// 49s: b is Active
	// 80s: a is Listen
	// 90s: a is Speak
	// 100s: a is Standby
}
