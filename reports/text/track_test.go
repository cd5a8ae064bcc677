package text

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/event"
)

// TestTracked: what a tracked object does to its member, in a sentence.
func TestTracked(t *testing.T) {
	got := listed(t,
		event.TrackChanged{Interface: "lan", Object: "check http://127.0.0.1/", State: "down", Reason: "timeout", Priority: 110, Fault: true},
		event.TrackChanged{Interface: "lan", Object: "interface wan", State: "down", Reason: "no carrier", Priority: 90},
		event.TrackChanged{Interface: "lan", Object: "interface wan", State: "up", Priority: 90, Fault: true},
		event.TrackChanged{Interface: "lan", Object: "interface wan", State: "up", Priority: 110},
	)
	for i, want := range []string{
		"lan: check http://127.0.0.1/ fails, timeout: takes no part in the group",
		"lan: interface wan fails, no carrier: priority 90",
		"lan: interface wan works again; another object keeps it out of the group",
		"lan: interface wan works again: takes part with priority 110",
	} {
		if i >= len(got) || !strings.HasSuffix(got[i], "  "+want) {
			t.Errorf("line %d: want the end %q in\n%s", i, want, strings.Join(got, "\n"))
		}
	}
}
