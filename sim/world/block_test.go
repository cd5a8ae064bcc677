package world_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// lostAt counts the frames that are lost at a port, by reason and source.
type lostAt map[string]int

func (lostAt) Sent(time.Duration, *netfab.Port, []byte) {}
func (l lostAt) Lost(_ time.Duration, from, to *netfab.Port, data []byte, why string) {
	if strings.HasPrefix(why, "block") {
		l[from.Name()+" "+wire.EthernetOf(data).Source().String()+" "+why]++
	}
}
func (lostAt) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// TestBlockedActive: an active member with a virtual MAC is mute behind a
// blocked port, and its standby takes over; the two hear each other again, and
// agree, once the block is lifted, in each way there is. One without a virtual
// MAC suffers nothing.
func TestBlockedActive(t *testing.T) {
	for _, lift := range []string{"unblock a.lan", "heal", "heal a", ""} {
		for takeover, mute := range map[string]bool{topology.TakeoverMAC: true, topology.TakeoverARP: false} {
			t.Run(takeover+" "+lift, func(t *testing.T) { checkBlocked(t, takeover, lift, mute) })
		}
	}
}

func checkBlocked(t *testing.T, takeover, lift string, mute bool) {
	top, lost := cluster(), lostAt{}
	for _, name := range []string{"a", "b"} {
		s := top.Nodes[name].Standby["lan"]
		s.Takeover = takeover
		top.Nodes[name].Standby["lan"] = s
	}
	w, err := world.Build(top, world.Options{Seed: 1, Capture: lost})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	l := &lab{t, w, nil}
	line := "block a.lan foreign"
	if lift == "" {
		line += " for 30s"
	} else {
		l.at(70*time.Second, lift)
	}
	l.at(40*time.Second, line)
	l.run(69 * time.Second)
	if got := l.state("b") == "Active"; got != mute || l.state("a") != "Active" {
		t.Errorf("blocked: a is %s, b is %s, want a mute: %v", l.state("a"), l.state("b"), mute)
	}
	reason := "a.lan 00:00:0c:07:ac:1e block a.lan foreign"
	if got := lost[reason] > 0; got != mute || len(lost) > 1 {
		t.Errorf("lost: got %v, want %q: %v, and nothing else", lost, reason, mute)
	}
	l.run(100 * time.Second)
	if l.state("a") != "Active" || l.state("b") == "Active" || len(l.Fabric().Rules()) != 0 {
		t.Errorf("lifted: a is %s, b is %s, rules %v; want a Active only, and no rule", l.state("a"), l.state("b"), l.Fabric().Rules())
	}
	if healed := "1m10s - " + line; !slices.Contains(l.faults(), healed) {
		t.Errorf("faults: got %q, want %q among them", l.faults(), healed)
	}
	if _, violations := w.Measure(); len(violations) > 0 {
		t.Errorf("invariants: got %v, want none: the two could not hear each other", violations)
	}
}
