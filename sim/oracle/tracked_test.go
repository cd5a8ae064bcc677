package oracle

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// trackedFacts is the cluster on paper, whose members track one object of each
// kind. The back end web is asked by check and lb-group; dmz is another one.
func trackedFacts() Facts {
	f := paper(100 * time.Second)
	for i := range f.Members {
		m := &f.Members[i]
		m.Tracks = []Tracked{
			{Object: "interface wan", Nodes: []string{m.Node}, Interface: "wan"},
			{Object: "cpu service", Nodes: []string{m.Node}, Class: "service"},
			{Object: "service web", Nodes: []string{m.Node}, Service: "web"},
			{Object: "check http://127.0.0.1/", Nodes: []string{m.Node, "web"}},
			{Object: "lb-group app", Nodes: []string{m.Node, "web"}},
			{Object: "group wan", Nodes: []string{"a", "b"}, Group: "wan"},
		}
	}
	return f
}

// tracks is an object of a member that fails, or works again, as it has been
// since some seconds.
func (l *log) tracks(seconds float64, node, iface, object, state string, since float64) *log {
	return l.at(seconds, node, event.TrackChanged{Interface: iface, Group: 1, Object: object, State: state, Since: instant(since)})
}

// resigns is a takeover by b because a left the group.
func (l *log) resigns(seconds float64) *log {
	return l.gives(seconds, "a", "Initial", standby.CauseStop).at(seconds, "a", event.StandbySent{Interface: "lan", Group: 1, Opcode: "Resign"}).
		takes(seconds+0.0001, "b", "Standby", standby.CauseResign)
}

const selfCheck = "check http://127.0.0.1/"

// trackedCases are takeovers around a tracked object, and what they are
// credited to.
var trackedCases = []struct {
	name string
	log  *log
	want string
}{
	{"a hog that a check felt", (&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "lan", selfCheck, "down", 42).resigns(46), "hog a service 100%"},
	{
		"a hog of the other class than the one tracked",
		(&log{}).settled().at(40, "a", applied("hog a control 50%")).tracks(46, "a", "lan", "cpu service", "down", 42).resigns(46), "",
	},
	{"a hog that the CPU felt", (&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "lan", "cpu service", "down", 42).resigns(46), "hog a service 100%"},
	{"a back end", (&log{}).settled().at(40, "web", applied("backend web hang")).tracks(46, "a", "lan", selfCheck, "down", 42).resigns(46), "backend web hang"},
	{"a back end that is not asked", (&log{}).settled().at(40, "dmz", applied("backend dmz hang")).tracks(46, "a", "lan", selfCheck, "down", 42).resigns(46), ""},
	{"a lossy cable of the back end", (&log{}).settled().at(40, "", applied("impair web~app loss 100%")).tracks(46, "a", "lan", "lb-group app", "down", 42).resigns(46), "impair web~app loss 100%"},
	{"the other interface", (&log{}).settled().at(40, "a", applied("pull a.wan")).tracks(40, "a", "lan", "interface wan", "down", 40).resigns(40), "pull a.wan"},
	{"a third interface", (&log{}).settled().at(40, "a", applied("pull a.dmz")).tracks(41, "a", "lan", "interface wan", "down", 41).resigns(41), ""},
	{"a service", (&log{}).settled().at(40, "a", applied("stop service web on a")).tracks(40, "a", "lan", "service web", "down", 40).resigns(40), "stop service web on a"},
	{"another service", (&log{}).settled().at(40, "a", applied("stop service admin on a")).tracks(40, "a", "lan", "service web", "down", 40).resigns(40), ""},
	{
		"a fault after the first bad look",
		(&log{}).settled().at(40, "a", applied("hog a service 100%")).at(44, "web", applied("backend web hang")).tracks(46, "a", "lan", selfCheck, "down", 42).resigns(46),
		"hog a service 100%",
	},
	{
		"an order that a check cannot feel",
		(&log{}).settled().at(40, "a", applied("hog a service 100%")).at(41, "a", applied("save a")).at(41, "a", applied("set a standby.priority 120")).
			tracks(46, "a", "lan", selfCheck, "down", 42).resigns(46), "hog a service 100%",
	},
	{
		"a weight",
		(&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "lan", "cpu service", "down", 42).takes(48, "b", "Standby", standby.CausePreempt),
		"hog a service 100%",
	},
	{
		"a weight that comes back",
		(&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "lan", "cpu service", "down", 42).takes(48, "b", "Standby", standby.CausePreempt).
			at(60, "a", applied("calm a"), healed("hog a service 100%")).tracks(64, "a", "lan", "cpu service", "up", 62).takes(66, "a", "Standby", standby.CausePreempt),
		"hog a service 100%; calm a",
	},
	{
		"the end of a span",
		(&log{}).settled().at(40, "a", applied("hog a service 100% for 20s")).tracks(46, "a", "lan", "cpu service", "down", 42).takes(48, "b", "Standby", standby.CausePreempt).
			at(60, "a", healed("hog a service 100% for 20s")).tracks(64, "a", "lan", "cpu service", "up", 62).takes(66, "a", "Standby", standby.CausePreempt),
		"hog a service 100% for 20s; end of hog a service 100% for 20s",
	},
	{
		"a group whose member lost its cable",
		(&log{}).settled().at(40, "a", applied("pull a.wan")).tracks(40, "a", "lan", "group wan", "down", 40).resigns(40), "pull a.wan",
	},
	{
		"a group whose member felt something itself",
		(&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "wan", selfCheck, "down", 42).tracks(46, "a", "lan", "group wan", "down", 46).resigns(46),
		"hog a service 100%",
	},
	{
		"a crash is a crash, whatever was felt before",
		dies(40, 48).at(20, "a", applied("hog a service 50%")).tracks(30, "a", "lan", "cpu service", "down", 28), "crash a",
	},
	{"an object that nobody knows", (&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "lan", "weather", "down", 42).resigns(46), "hog a service 100%"},
}

// TestBlameTracked: a takeover is credited to the fault that a tracked object
// felt, and to none that it could not feel, that came too late, or that another
// member felt.
func TestBlameTracked(t *testing.T) {
	for _, c := range trackedCases {
		var got []string
		for _, took := range Measure(c.log.in(), trackedFacts()).Takeovers[1:] {
			got = append(got, took.Cause())
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestWhyTracked: the measure says by which object the fault came, and counts
// the detection from the fault.
func TestWhyTracked(t *testing.T) {
	l := (&log{}).settled().at(40, "a", applied("hog a service 100%")).tracks(46, "a", "lan", "cpu service", "down", 42).resigns(46).
		at(46.0001, "b", event.VIPClaimed{Segment: "lan", VIP: vip, Frame: "gratuitous-arp"})
	took := Measure(l.in(), trackedFacts()).Takeovers[1]
	if want := "hog a service 100%, by which cpu service of a.lan failed at 46s"; !strings.Contains(took.Why, want) {
		t.Errorf("got %q, want it to contain %q", took.Why, want)
	}
	if want := 6*time.Second + 100*time.Microsecond; took.Detection != want {
		t.Errorf("detection: got %v, want %v", took.Detection, want)
	}
}
