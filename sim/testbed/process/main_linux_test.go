package process

import (
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/topology"
)

// testVersion is the build that node processes of these tests say they are.
const testVersion = "test"

// awaitMax is how long a machine that is busy with other things may take for
// what takes it milliseconds otherwise.
const awaitMax = 5 * time.Second

// TestMain makes this program also the node processes of its tests.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || os.Args[1] != child.Node {
		os.Exit(m.Run())
	}
	if err := Main(testVersion); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// needNamespaces skips a test where namespaces cannot be had.
func needNamespaces(t *testing.T) {
	t.Helper()
	space, err := netns.New()
	if err != nil {
		t.Skipf("no network namespaces: %v", err)
	}
	space.Close()
}

// alone is a topology with one back end, web.
func alone() topology.Topology {
	return topology.Topology{
		Segments: map[string]topology.Segment{"lan": {}},
		Nodes: map[string]topology.Node{"web": {
			NICs: map[string]topology.NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.50/24")}}, Backend: &topology.Backend{},
		}},
	}
}
