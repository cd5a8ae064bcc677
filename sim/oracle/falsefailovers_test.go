package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// TestFalseFailovers counts what no fault explains, once: neither the way back
// nor the end of a split counts again, and no election at the start.
func TestFalseFailovers(t *testing.T) {
	for _, c := range []struct {
		name string
		log  *log
		want int
	}{
		{"nothing happens", (&log{}).settled(), 0},
		{"a crash", (&log{}).settled().
			at(40, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
			takes(50, "b", "Standby", standby.CauseActiveTimer), 0},
		{"a preemption after the end of a fault", (&log{}).settled().
			at(40, "a", event.FaultApplied{Fault: "crash a"}, event.PowerChanged{State: "crashed"}).
			takes(50, "b", "Standby", standby.CauseActiveTimer).
			at(60, "a", event.FaultApplied{Fault: "boot a"}, event.PowerChanged{State: "up"}).
			takes(63, "a", "Listen", standby.CausePreempt).gives(63.001, "b", "Speak", standby.CauseCoup), 0},
		{"hellos that nobody saw lost", (&log{}).settled().
			takes(50, "b", "Standby", standby.CauseActiveTimer), 1},
		{"and the way back by preemption", (&log{}).settled().
			takes(50, "b", "Standby", standby.CauseActiveTimer).gives(50.001, "a", "Speak", standby.CauseCoup).
			takes(52, "a", "Speak", standby.CausePreempt).gives(52.001, "b", "Speak", standby.CauseCoup), 1},
		{"and the end of the split", (&log{}).settled().
			takes(50, "b", "Standby", standby.CauseActiveTimer).
			gives(51, "b", "Speak", standby.CauseHigherActive), 1},
		{"twice", (&log{}).settled().
			takes(50, "b", "Standby", standby.CauseActiveTimer).gives(51, "b", "Speak", standby.CauseHigherActive).
			takes(70, "b", "Standby", standby.CauseActiveTimer).gives(71, "b", "Speak", standby.CauseHigherActive), 2},
		{"a machine that stood still", (&log{}).settled().
			at(40, "a", event.PowerChanged{State: "frozen"}).
			takes(50, "b", "Standby", standby.CauseActiveTimer).
			at(51, "a", event.PowerChanged{State: "thawed"}).gives(51.1, "b", "Speak", standby.CauseHigherActive), 1},
		{"from a to b, and much later back for the same reason", (&log{}).settled().
			takes(40, "b", "Standby", standby.CauseActiveTimer).gives(40.1, "a", "Speak", standby.CauseCoup).
			takes(60, "a", "Standby", standby.CauseActiveTimer).gives(60.1, "b", "Speak", standby.CauseCoup), 2},
		{"a higher member that starts later", (&log{}).
			takes(10, "b", "Standby", standby.CauseNoActive).
			at(20, "a", turn("Initial", "Listen", standby.CauseStart)).
			takes(22, "a", "Listen", standby.CausePreempt).gives(22.001, "b", "Speak", standby.CauseCoup), 0},
		{"a tracked service that fails under load", (&log{}).settled().
			at(40, "a", event.TrackChanged{Interface: "lan", Object: "service web", State: event.TrackDown, Since: instant(39)}).
			takes(42, "b", "Standby", standby.CausePreempt).gives(42.001, "a", "Speak", standby.CauseCoup), 1},
	} {
		m := Measure(c.log.in(), paper(100*time.Second))
		if got := m.Groups[0].FalseFailovers; got != c.want {
			t.Errorf("%s: got %d false failovers, want %d; %+v", c.name, got, c.want, m.Takeovers)
		}
	}
}

// TestFalseFailoversAreMeasured: a figure of 0 says that the address had an
// owner; without an owner there is none.
func TestFalseFailoversAreMeasured(t *testing.T) {
	for _, c := range []struct {
		name string
		log  *log
		want int // figures
	}{{"nobody is Active", &log{}, 0}, {"a is", (&log{}).settled(), 1}} {
		m := Measure(c.log.in(), paper(100*time.Second))
		found := 0
		for _, f := range m.Figures() {
			if f.ID == "false-failovers" {
				found++
			}
		}
		if found != c.want {
			t.Errorf("%s: got %d figures, want %d", c.name, found, c.want)
		}
	}
}
