package oracle

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// blameCases are faults around one takeover, or two, and what they are credited
// to. x is a member of another group on the segment.
var blameCases = []struct {
	name string
	log  *log
	want string // the causes of each takeover after the first
}{
	{
		"another group's fault came later",
		dies(40, 48).at(42, "x", applied("crash x"), event.PowerChanged{State: "crashed"}), "crash a",
	},
	{"a client's cable is slower later", dies(40, 48).at(44, "c1", applied("impair c1~lan delay 1ms")), "crash a"},
	{"the dead one's cable is pulled later", dies(40, 48).at(42, "a", applied("pull a.lan")), "crash a"},
	{"a member is configured later", dies(40, 48).at(41, "b", applied("set b standby.priority 105")), "crash a"},
	{
		"several at one instant, of which one is a client's",
		(&log{}).settled().at(40, "", applied("partition a | b c1"), applied("drop garp from b"), applied("impair c1~lan delay 1ms")).
			takes(48, "b", "Standby", standby.CauseActiveTimer),
		"partition a | b c1 and drop garp from b",
	},
	{"a loss that lasts, and a crash", dies(40, 48).at(30, "a", applied("impair a~lan loss 20%")), "crash a"},
	{
		"a crash when the timer has nearly expired",
		dies(47.9, 48).at(30, "a", applied("impair a~lan loss 20%")), "impair a~lan loss 20%",
	},
	{
		"a loss alone", (&log{}).settled().at(30, "a", applied("impair a~lan loss 20%")).
			takes(48, "b", "Standby", standby.CauseActiveTimer), "impair a~lan loss 20%",
	},
	{
		"a loss that is over", (&log{}).settled().at(30, "a", applied("impair a~lan loss 20%")).at(35, "a", healed("impair a~lan loss 20%")).
			takes(48, "b", "Standby", standby.CauseActiveTimer), "",
	},
	{
		"a loss that ended when the timer had nearly expired", (&log{}).settled().at(40, "a", applied("pull a.lan silently")).
			at(47, "a", healed("pull a.lan silently")).takes(48, "b", "Standby", standby.CauseActiveTimer), "pull a.lan silently",
	},
	{
		"a hog that lasts", (&log{}).settled().at(39, "a", applied("hog a control 100%"), event.LoadChanged{Class: "control", Share: 1}).
			at(41, "a", applied("hog a service 100%")).takes(48, "b", "Standby", standby.CauseActiveTimer), "hog a control 100%",
	},
	{
		"a partition that only the other one notices", (&log{}).settled().at(30, "", applied("partition one-way b -> a")).
			takes(48, "b", "Standby", standby.CauseActiveTimer), "",
	},
	{"a segment that hears no multicast, then a crash", dies(45, 50).at(41, "", applied("prune multicast lan")), "prune multicast lan"},
	{
		"a resign of the owner", (&log{}).settled().at(40, "a", applied("set a standby off")).gives(40, "a", "Initial", standby.CauseStop).
			at(40, "b", applied("save b")).takes(40.0001, "b", "Standby", standby.CauseResign), "set a standby off",
	},
	{
		"a preemption", (&log{}).settled().at(40, "b", applied("set b standby.priority 200")).at(41, "a", applied("hog a service 100%")).
			at(41, "a", applied("impair a~lan delay 1ms")).takes(41.9, "b", "Standby", standby.CausePreempt), "set b standby.priority 200",
	},
	{
		"the end of a reboot", (&log{}).settled().at(40, "a", applied("reboot a down 12s"), event.PowerChanged{State: "crashed"}).
			takes(48, "b", "Standby", standby.CauseActiveTimer).at(52, "a", event.PowerChanged{State: "booting"}).
			at(52, "a", turn("Initial", "Listen", standby.CauseStart)).takes(54, "a", "Listen", standby.CausePreempt),
		"reboot a down 12s; end of reboot a down 12s",
	},
	{
		"the end of a fault's span", (&log{}).settled().at(40, "", applied("partition a | b for 20s")).
			takes(48, "b", "Standby", standby.CauseActiveTimer).at(60, "", healed("partition a | b for 20s")).
			at(61, "a", applied("set a standby.priority 111")).gives(62, "b", "Speak", standby.CauseHigherActive),
		"partition a | b for 20s; end of partition a | b for 20s",
	},
	{
		"what heals stands for what it heals", (&log{}).settled().at(40, "", applied("partition a | b")).
			takes(48, "b", "Standby", standby.CauseActiveTimer).at(60, "", applied("heal"), healed("partition a | b")).
			gives(62, "b", "Speak", standby.CauseHigherActive),
		"partition a | b; heal",
	},
	{
		"an order, while both own it", (&log{}).settled().at(40, "", applied("partition a | b")).
			takes(48, "b", "Standby", standby.CauseActiveTimer).at(60, "", applied("heal"), healed("partition a | b")).
			at(61, "b", applied("set b standby off")).gives(61, "b", "Initial", standby.CauseStop),
		"partition a | b; set b standby off",
	},
	{"a fault of a Go team", (&log{}).settled().at(40, "", applied("the moon is full")).takes(48, "b", "Standby", standby.CauseActiveTimer), "the moon is full"},
	{"nothing that can have", (&log{}).settled().at(40, "c1", applied("crash c1")).takes(48, "b", "Standby", standby.CauseActiveTimer), ""},
}

// dies is a log in which a crashes, and b takes its address later.
func dies(crash, takes float64) *log {
	return (&log{}).settled().at(crash, "a", applied("crash a"), event.PowerChanged{State: "crashed"}).
		takes(takes, "b", "Standby", standby.CauseActiveTimer)
}

// twoGroups is the cluster on paper with a member of another group.
func twoGroups() Facts {
	f := paper(100 * time.Second)
	x := f.Members[0]
	x.Node, x.Address, x.Group, x.VIP = "x", "192.0.2.13", 31, "192.0.2.200"
	f.Members = append(f.Members, x)
	return f
}

func TestBlame(t *testing.T) {
	for _, tc := range blameCases {
		var got []string
		for _, took := range Measure(tc.log.in(), twoGroups()).Takeovers[1:] {
			got = append(got, took.Cause())
			if (took.Cause() == "") != strings.Contains(took.Why, "No fault") || took.Detected && took.Cause() == "" {
				t.Errorf("%s: %q, detected %v: it says %q", tc.name, took.Cause(), took.Detected, took.Why)
			}
		}
		if got := strings.Join(got, "; "); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestWhy: the measure says why it names a cause, and what else it can have
// been.
func TestWhy(t *testing.T) {
	l := dies(40, 48).at(30, "a", applied("impair a~lan loss 20%"))
	took := Measure(l.in(), twoGroups()).Takeovers[1]
	const want = "b could not hear a as the owner from 40s on: a was not up. The last that can have caused that, at 40s: crash a."
	if took.Why != want {
		t.Errorf("got %q, want %q", took.Why, want)
	}
	same(t, "possible", took.Possible, begun("impair a~lan loss 20%", 30*time.Second))
}

// TestDetectionIsHeard: a hello sent into a partition detects nothing.
func TestDetectionIsHeard(t *testing.T) {
	hello := func(node string) event.Body { return event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "hello"} }
	l := (&log{}).settled().at(40, "", applied("partition a c1 | b for 20s")).
		takes(48, "b", "Standby", standby.CauseActiveTimer). // nobody is with it
		at(59, "a", hello("a")).at(59.5, "b", hello("b")).
		at(60, "", healed("partition a c1 | b for 20s")).
		at(61, "b", hello("b")).at(62, "a", hello("a")).gives(62.0001, "b", "Speak", standby.CauseHigherActive)
	took := Measure(l.in(), paper(100*time.Second)).Takeovers
	if got := took[1].DetectedAt; got != 61*time.Second {
		t.Errorf("a → b: detected at %v, want 1m1s", got)
	}
	if got := took[2]; got.DetectedAt != 62*time.Second || got.Detection != 22*time.Second || got.Causes[0].When() != 60*time.Second {
		t.Errorf("b → a: got %+v, want 22s after the partition, at 1m2s", got)
	}
	if took[1].Moved || took[2].Moved {
		t.Error("a had it all the time, and yet it moved")
	}
}

// TestBothServe: there is no gap between two that serve in turns.
func TestBothServe(t *testing.T) {
	served := func(seconds float64, node, previous string) event.Body {
		return event.VIPServed{Segment: "lan", VIP: vip, Previous: previous, PreviousAt: instant(seconds) - 50*ms}
	}
	l := (&log{}).settled().at(40, "", applied("partition a c1 | b c2")).
		takes(48, "b", "Standby", standby.CauseActiveTimer).
		at(48.1, "b", served(48.1, "b", "a")).at(48.2, "a", served(48.2, "a", "b")).at(48.3, "b", served(48.3, "b", "a")).
		at(60, "", applied("heal"), healed("partition a c1 | b c2")).
		gives(62, "b", "Speak", standby.CauseHigherActive).at(62.1, "a", served(62.1, "a", "b"))
	for _, took := range Measure(l.in(), paper(100*time.Second)).Takeovers {
		if took.Served {
			t.Errorf("%s → %s: got a gap of %v, want none", took.From, took.To, took.Gap)
		}
	}
}

// TestReasons: every cause of a state change that takes or gives up the role
// has a reason; the rest changes nothing that anybody owns.
func TestReasons(t *testing.T) {
	none := []standby.Cause{
		standby.CauseStart, standby.CauseHelloTimer, standby.CauseHigherSpeak, standby.CauseHigherStandby, standby.CauseLowerStandby,
	}
	known := 0
	for c := standby.CauseStart; !strings.HasPrefix(c.String(), "Cause("); c++ {
		_, has := reasons[c.String()]
		for _, n := range none {
			has = has || n == c
		}
		if !has {
			t.Errorf("%s has no reason", c)
		}
		known++
	}
	if want := len(reasons) + len(none); known != want {
		t.Errorf("%d causes, %d reasons and %d without: one is of nothing", known, len(reasons), len(none))
	}
}

// TestWhyAnotherResigned: who stopped sending hellos is not always the owner.
func TestWhyAnotherResigned(t *testing.T) {
	f := twoGroups()
	f.Members[2].Group, f.Members[2].VIP = f.Members[0].Group, vip
	l := (&log{}).settled().at(48, "x", event.StandbySent{Interface: "lan", Group: 1, Opcode: "Resign"}).takes(48, "b", "Standby", standby.CauseResign)
	took := Measure(l.in(), f).Takeovers[1]
	if want := "x resigned, whose hellos had kept b waiting"; !strings.Contains(took.Why, want) {
		t.Errorf("got %q, want %q", took.Why, want)
	}
}
