package testbed

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestCheck: what real time and real namespaces cannot do is told before a run,
// all of it at once.
func TestCheck(t *testing.T) {
	nic := func(address string) topology.NIC {
		return topology.NIC{Address: netip.MustParsePrefix(address), Segment: "lan"}
	}
	top := topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{
			"a": {NICs: map[string]topology.NIC{"lan": nic("192.0.2.11/24")}, Gateway: &topology.Gateway{}, Memory: topology.Memory{Limit: 64 << 20}},
			"k": {NICs: map[string]topology.NIC{"lan": nic("192.0.2.21/24")}, Exec: &topology.Exec{Run: []string{"keepalived"}}},
		},
	}
	parse := func(lines ...string) (faults []fault.Fault) {
		for _, line := range lines {
			f, err := fault.Parse(line)
			if err != nil {
				t.Fatal(err)
			}
			faults = append(faults, f)
		}
		return faults
	}
	fine := parse("pull a.lan", "crash k", "reboot k down 5s", "freeze k process", "hog k service 50%", "stop service keepalived on k",
		"fill a memory 90%", "skew a 5s", "reboot a down 5s")
	if err := Check(top, fine); err != nil {
		t.Errorf("what can be done: got %v", err)
	}
	second := top.Nodes["a"]
	second.NICs = map[string]topology.NIC{"lan": nic("192.0.2.11/24"), "lan2": nic("192.0.2.12/24")}
	second.Others = map[string]topology.Program{"other": &topology.Backend{}}
	top.Nodes["a"] = second
	err := Check(top, parse("reboot a warm down 5s", "fill k memory 90%", "skew k 5s for 3s"))
	if !errors.Is(err, ErrImpossible) {
		t.Fatalf("got %v, want %v", err, ErrImpossible)
	}
	for _, want := range []string{
		"node a: lan and lan2 lead to the same segment lan: a node has one cable to a segment",
		"node a: the program other is not built in",
		"reboot a warm down 5s: a killed process keeps nothing",
		"fill k memory 90%: a node with real programs uses the kernel's stack, clock and configuration",
		"skew k 5s for 3s: a node with real programs",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
