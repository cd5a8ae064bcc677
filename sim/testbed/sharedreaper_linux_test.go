package testbed

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestTwoTestbedsSideBySide: two with the same nodes and addresses do not see
// each other, and the end of one leaves the processes and groups of the other
// alone, real programs too.
func TestTwoTestbedsSideBySide(t *testing.T) {
	top := withClient(realHost(topology.Exec{Run: actor("serve", "80"), Ready: topology.Ready{TCP: 80}}))
	first, second := open(t, top, Options{}), open(t, top, Options{})
	first.pass(200 * time.Millisecond)
	second.pass(200 * time.Millisecond)
	first.inject("pull web.lan")
	first.pass(100 * time.Millisecond)
	first.Close()
	if sharedReaper.reaper == nil {
		t.Fatal("the reaper went with the first of two")
	}
	closed := second.clock.Now()
	second.pass(closed + time.Second - second.Now())
	second.end()
	connected := false
	for _, e := range second.Events() {
		switch what := e.What.(type) {
		case event.ProgramEnded:
			t.Errorf("the second lost its program at %v: %+v", e.At, what)
		case event.LinkChanged:
			t.Errorf("the second saw the fault of the first at %v: %+v", e.At, what)
		case event.ConnEstablished:
			connected = connected || e.At > closed
		}
	}
	if !connected {
		t.Error("the second has no connections after the end of the first")
	}
	second.Close()
	if sharedReaper.reaper != nil || sharedReaper.users != 0 {
		t.Errorf("no testbed is left, but %d users with reaper %v", sharedReaper.users, sharedReaper.reaper)
	}
	if err := netns.Sweep(); err != nil {
		t.Error(err)
	}
	nothingLeft(t)
}
