package oracle

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// breach breaks an invariant on purpose, or comes as near to it as is allowed.
type breach struct {
	name   string
	events *log
	at     float64 // of the one report; 0: there must be none
	detail string  // that it contains
}

// broken has the invariants that a test has broken on purpose.
var broken = map[string]bool{}

// TestMain runs all tests; of a whole run it wants each invariant broken once
// at least: one that no test has seen reported may be blind.
func TestMain(m *testing.M) {
	status := m.Run()
	whole := !slices.ContainsFunc([]string{"run", "skip", "list", "fuzz"}, func(name string) bool {
		return flag.Lookup("test."+name).Value.String() != ""
	})
	if status == 0 && whole {
		for _, i := range Invariants {
			if !broken[i.Name] {
				fmt.Printf("FAIL: no test breaks the invariant %s on purpose\n", i.Name)
				status = 1
			}
		}
	}
	os.Exit(status)
}

// check runs all invariants over each log and wants exactly the one report, or
// none at all.
func check(t *testing.T, invariant string, f Facts, breaches []breach) {
	t.Helper()
	if slices.ContainsFunc(breaches, func(b breach) bool { return b.at != 0 }) {
		broken[invariant] = true
	}
	for _, b := range breaches {
		t.Run(b.name, func(t *testing.T) {
			got := Check(b.events.in(), f)
			if b.at == 0 {
				for _, v := range got {
					t.Errorf("reported: %s at %v: %s", v.Invariant, v.At, v.Detail)
				}
				return
			}
			if len(got) != 1 || got[0].Invariant != invariant || got[0].At != instant(b.at) || !strings.Contains(got[0].Detail, b.detail) {
				t.Errorf("reported: %+v\nwant one of %s at %v with %q", got, invariant, instant(b.at), b.detail)
			}
		})
	}
}

// TestInvariantsAreDescribed: names are sorted, and each says what and why.
func TestInvariantsAreDescribed(t *testing.T) {
	var names []string
	for _, i := range Invariants {
		names = append(names, i.Name)
		if i.Says == "" || i.Reason == "" || i.fold == nil {
			t.Errorf("%s: says %q because %q", i.Name, i.Says, i.Reason)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != len(Invariants) {
		t.Errorf("names are not in order: %v", names)
	}
}

// both adds a time in which both members are Active, from 40 s on.
func both() *log {
	return (&log{}).settled().takes(40, "b", "Standby", standby.CauseActiveTimer)
}

// TestOneActive: hold 10 s and two hellos of 3 s are allowed, from when the two
// can hear each other.
func TestOneActive(t *testing.T) {
	check(t, "one-active", paper(100*time.Second), []breach{
		{"for ever", both(), 56, "a and b are both Active for 192.0.2.100 since 40s, allowed are 16s"},
		{"to the instant", both().gives(56, "b", "Speak", standby.CauseHigherActive), 0, ""},
		{"a moment longer", both().gives(56.001, "b", "Speak", standby.CauseHigherActive), 56, "since 40s"},
		{"parted", both().at(30, "", applied("partition a | b")), 0, ""},
		{
			"after the heal", both().at(30, "", applied("partition a | b")).at(60, "", healed("partition a | b")),
			76, "since 1m0s",
		},
		{
			"parted again in time", both().at(30, "", applied("partition a | b")).at(60, "", healed("partition a | b")).
				at(75, "", applied("partition a | b")),
			0, "",
		},
		{"switched on behind a blocked port", both().at(30, "b", blocked(84.5)), 0, ""},
		{"not told in time", both().at(30, "b", blocked(70)), 86, "since 1m10s"},
		{"blocked once more", both().at(50, "b", blocked(70)), 86, "since 1m10s"},
		{"blocked elsewhere", both().at(30, "b", event.PortBlocked{Interface: "dmz", Until: time.Hour}), 56, "since 40s"},
		{"frozen", both().at(39, "a", event.PowerChanged{State: "frozen"}), 0, ""},
		{
			"thawed", both().at(39, "a", event.PowerChanged{State: "frozen"}).at(50, "a", event.PowerChanged{State: "thawed"}),
			66, "since 50s",
		},
		{"crashed", both().at(39, "a", event.PowerChanged{State: "crashed"}), 0, ""},
	})
	check(t, "one-active", paper(56*time.Second), []breach{{"the run ends in time", both(), 0, ""}})
	check(t, "one-active", paper(56*time.Second+1), []breach{{"the run ends", both(), 56, "since 40s"}})
	f := paper(100 * time.Second)
	f.Members[1].Hold = 30 * time.Second
	check(t, "one-active", f, []breach{{"the longer hold time counts", both(), 76, "allowed are 36s"}})
	f.Members[1].VIP = "192.0.2.101"
	check(t, "active-holds-vip", f, []breach{{"other groups do not", both(), 40, "b is Active and does not hold 192.0.2.101"}})
}

// TestOneActiveTwice: each episode is reported once, and again if it comes
// back.
func TestOneActiveTwice(t *testing.T) {
	l := both().gives(60, "b", "Speak", standby.CauseHigherActive).takes(70, "b", "Standby", standby.CauseActiveTimer)
	got := Check(l.in(), paper(200*time.Second))
	if len(got) != 2 || got[0].At != 56*time.Second || got[1].At != 86*time.Second {
		t.Errorf("reported: %+v, want two at 56s and 86s", got)
	}
}

func TestActiveHoldsVIP(t *testing.T) {
	gained, lost := event.VIPGained{Interface: "lan", VIP: vip}, event.VIPLost{Interface: "lan", VIP: vip}
	becomes := turn("Standby", "Active", standby.CauseActiveTimer)
	check(t, "active-holds-vip", paper(100*time.Second), []breach{
		{"without it", (&log{}).at(20, "a", becomes), 20, "a is Active and does not hold 192.0.2.100"},
		{"late", (&log{}).at(20, "a", becomes).at(20.001, "a", gained), 20, "does not hold"},
		{"within the instant", (&log{}).at(20, "a", becomes, gained), 0, ""},
		{"kept", (&log{}).at(20, "a", becomes, gained).at(30, "a", turn("Active", "Speak", standby.CauseCoup)), 30, "a holds 192.0.2.100 and is Speak"},
		{"given up first", (&log{}).settled().gives(30, "a", "Speak", standby.CauseCoup), 0, ""},
		{"lost while Active", (&log{}).settled().at(40, "a", lost), 40, "does not hold"},
		{"taken without a role", (&log{}).at(20, "b", gained), 20, "b holds 192.0.2.100 and is not running"},
		{"gone with the power", (&log{}).settled().at(40, "a", event.PowerChanged{State: "crashed"}), 0, ""},
		{"taken by the dead", (&log{}).settled().at(40, "a", event.PowerChanged{State: "crashed"}).at(41, "a", gained), 41, "is not running"},
		{"frozen", (&log{}).settled().at(40, "a", event.PowerChanged{State: "frozen"}), 0, ""},
		{"on another interface", (&log{}).settled().at(40, "a", event.VIPGained{Interface: "wan", VIP: "198.51.100.1"}), 0, ""},
		{"at the end", (&log{}).settled().at(100, "a", lost), 100, "does not hold"},
	})
	f := paper(100 * time.Second)
	f.Members[0].Secondary = []string{"192.0.2.101"}
	second := event.VIPGained{Interface: "lan", VIP: "192.0.2.101"}
	check(t, "active-holds-vip", f, []breach{
		{"half of them", (&log{}).at(20, "a", becomes, gained), 20, "does not hold 192.0.2.101"},
		{"all of them", (&log{}).at(20, "a", becomes, gained, second), 0, ""},
		{
			"another one by configuration", (&log{}).
				at(10, "a", event.ConfigChanged{Property: "standby.vip", Value: "192.0.2.109"}).
				at(20, "a", becomes, event.VIPGained{Interface: "lan", VIP: "192.0.2.109"}),
			0, "",
		},
		{
			"none by configuration", (&log{}).
				at(10, "a", event.ConfigChanged{Property: "standby.vip", Value: "192.0.2.109"}).at(20, "a", becomes),
			20, "does not hold",
		},
	})
}

func TestOneServer(t *testing.T) {
	accepted := event.ConnAccepted{Service: "web", Client: local(1)}
	served := event.RequestServed{Service: "web", Request: 1, Client: local(1)}
	check(t, "one-server", paper(100*time.Second), []breach{
		{"accepted by two", (&log{}).opened(1, 1, "a").at(2, "b", accepted), 2, "b accepted the connection of " + local(1) + ", which a serves"},
		{"accepted twice by two", (&log{}).opened(1, 1, "a").at(2, "b", accepted, accepted), 2, "b accepted"},
		{"accepted twice by one", (&log{}).opened(1, 1, "a").at(2, "a", accepted), 0, ""},
		{"answered by another", (&log{}).opened(1, 1, "a").asked(2, 1, 1).at(3, "b", served), 3, "b answered a request on"},
		{"known to the server first", (&log{}).at(1, "a", accepted).at(1, "c1", event.ConnEstablished{Conn: 1, Local: local(1)}).at(2, "b", accepted), 2, "b accepted"},
		{
			"the port is used again", (&log{}).opened(1, 1, "a").closed(2, 1, "client", 0).
				at(3, "c1", event.ConnEstablished{Conn: 2, Local: local(1)}).at(3, "b", accepted),
			0, "",
		},
		{
			// a takes the first connection out of its backlog when the client has
			// long gone, and uses the port to speak with b.
			"accepted late", (&log{}).at(1, "c1", event.ConnEstablished{Conn: 1, Local: local(1)}).closed(2, 1, "timeout", 0).
				at(3, "c1", event.ConnEstablished{Conn: 2, Local: local(1)}).at(3, "b", accepted).
				at(4, "a", accepted).asked(5, 7, 2).at(5, "b", event.RequestServed{Service: "web", Request: 7, Client: local(1)}),
			0, "",
		},
		{
			"accepted late, and first", (&log{}).at(1, "c1", event.ConnEstablished{Conn: 1, Local: local(1)}).closed(2, 1, "timeout", 0).
				at(3, "c1", event.ConnEstablished{Conn: 2, Local: local(1)}).at(4, "a", accepted).
				at(5, "b", accepted).asked(5, 7, 2).at(5, "b", event.RequestServed{Service: "web", Request: 7, Client: local(1)}),
			0, "",
		},
		{
			"late, but two of them", (&log{}).at(1, "c1", event.ConnEstablished{Conn: 1, Local: local(1)}).closed(2, 1, "timeout", 0).
				at(3, "c1", event.ConnEstablished{Conn: 2, Local: local(1)}).at(3, "b", accepted).at(4, "a", accepted).
				asked(5, 7, 2).at(5, "b", event.RequestServed{Service: "web", Request: 7, Client: local(1)}).at(6, "a", accepted),
			6, "a accepted",
		},
		{
			"answered late", (&log{}).opened(1, 1, "a").asked(2, 1, 1).closed(3, 1, "timeout", 0).
				at(4, "c1", event.ConnEstablished{Conn: 2, Local: local(1)}).at(4, "b", accepted).at(5, "a", served),
			0, "",
		},
		{"a back end behind it", (&log{}).opened(1, 1, "a").at(1, "web", event.ConnAccepted{Service: "http", Client: "192.0.2.11:7"}), 0, ""},
	})
}

func TestNoForwardingLoop(t *testing.T) {
	check(t, "no-forwarding-loop", paper(time.Minute), []breach{
		{"a frame comes back", (&log{}).at(5, "r1", event.FrameLooped{Segment: "lan", Port: "r1.lan", Times: 3, Frame: "ping"}), 5, "came back to r1.lan"},
		{"an address moves", (&log{}).at(5, "", event.MACMoved{Segment: "lan", MAC: macA, From: "a.lan", To: "b.lan"}), 0, ""},
	})
}
