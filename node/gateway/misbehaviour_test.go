package gateway

import (
	"fmt"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/backend"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestMisbehavingMember: what a client gets, and the gateway says it has seen,
// when a member answers in each of the wrong ways. The gateway keeps no memory
// of it, and the member stays up: its connections do not fail.
func TestMisbehavingMember(t *testing.T) {
	const waits = 10 * time.Second // the user agent's timeout
	for _, c := range []struct {
		mode, want, seen string
		after            time.Duration
	}{
		{backend.ModeOK, "200 by a", "", 0},
		{backend.ModeHang, "status-500", "timeout", waits},
		{backend.ModeReset, "status-500", "reset", 0},
		{backend.ModeResetOnAccept, "status-500", "reset", 0},
		{backend.ModeSlowDrip, "status-500", "timeout", waits},
		{backend.ModeEndlessHead, "status-500", "not HTTP", 0},
		{backend.ModeWrongLength, "status-500", "closed", 0},
		{backend.ModeHTTP10, "200 by a", "", 0},
		{backend.ModeChunked, "200 by a", "", 0},
		{backend.ModeGarbage, "status-500", "not HTTP", 0},
		{backend.ModeEmpty, "200 by a", "", 0},
		{backend.ModeHTML, "200 by a", "", 0},
		{backend.ModeSOAPFault, "200 by a", "", 0},
		{backend.ModeXMLBomb, "200 by a", "", 0},
		{backend.ModeHuge, "200 by a", "", 0},
	} {
		l := newGroupLab(t, topology.LBGroup{Algorithm: "first-alive"})
		if err := l.backends[0].Set(backend.Mode{Kind: c.mode}); err != nil {
			t.Fatal(err)
		}
		l.ask(topology.Client{Stop: 1500 * millisecond})
		l.Run(100 * second)
		l.wantChanges()
		if got := l.outcomes(); fmt.Sprint(got) != fmt.Sprint(map[string]int{c.want: 1}) {
			t.Errorf("%s: got %v, want one %s", c.mode, got, c.want)
		}
		seen := ""
		for _, f := range event.Of[event.LBAttemptFailed](l.Log.Events()) {
			seen += f.Failure
		}
		if seen != c.seen {
			t.Errorf("%s: the gateway has seen %q, want %q", c.mode, seen, c.seen)
		}
		for _, f := range event.Of[event.RequestFailed](l.Log.Events()) {
			if f.After.Round(second) != c.after {
				t.Errorf("%s: failed after %v, want %v", c.mode, f.After, c.after)
			}
		}
		if used := l.a.Memory().Used(); used != 0 {
			t.Errorf("%s: %d bytes of memory are still used", c.mode, used)
		}
		if n := hosttest.Count[event.LBRefused](l.Lab, "a"); n > 1 {
			t.Errorf("%s: %d errors for one request", c.mode, n)
		}
	}
}
