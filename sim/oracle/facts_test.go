package oracle

import (
	"testing"
	"time"
)

// TestSecondaryBelongsToItsGroup: a client of a secondary address is explained
// by the group of the primary one.
func TestSecondaryBelongsToItsGroup(t *testing.T) {
	f := paper(time.Minute)
	f.Members[0].Secondary = []string{"192.0.2.101"}
	for addr, want := range map[string]string{"192.0.2.101": vip, vip: vip, "192.0.2.50": ""} {
		if got := f.primary(addr); got != want {
			t.Errorf("primary(%s): got %q, want %q", addr, got, want)
		}
	}
}
