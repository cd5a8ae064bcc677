package wall

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
)

// awaitMax is how long a machine that is busy with other things may take for
// what takes it milliseconds otherwise.
const awaitMax = 5 * time.Second

// space is an empty namespace, which ends with the test. Without the right to
// make one the test is skipped.
func space(t *testing.T) *netns.Namespace {
	t.Helper()
	ns, err := netns.New()
	if err != nil {
		t.Skipf("no network namespaces: %v", err)
	}
	t.Cleanup(func() { ns.Close() })
	return ns
}
