//go:build linux

package realhost

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/topology"
)

// TestMissing: what is called is looked for, by whomever it is called, and what
// the scenario brings along is not.
func TestMissing(t *testing.T) {
	nodes := map[string]topology.Node{
		"a": {Exec: &topology.Exec{Run: []string{"sh", "check"}, Needs: []string{"sh", "no-such-tool"}}},
		"b": {Exec: &topology.Exec{Run: []string{"{dir}/check"}, Beside: map[string][]string{"x": {"no-such-server"}, "y": {"./own"}}}},
		"c": {Backend: &topology.Backend{}},
	}
	want := []string{"no-such-tool", "no-such-server"}
	if diff := cmp.Diff(want, Missing(topology.Topology{Nodes: nodes})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
