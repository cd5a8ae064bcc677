package client

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// ping starts a client of mode ping. Its target is the server unless cfg has
// one.
func (l *lab) ping(cfg topology.Client) {
	l.TB.Helper()
	cfg.Mode = topology.ModePing
	if cfg.Target == "" {
		cfg.Target = "192.0.2.50"
	}
	cfg.Owners = map[string]string{l.server.NIC("lan").MAC().String(): "web"}
	if _, err := NewPing(l.client, cfg.WithDefaults(), l.ledger); err != nil {
		l.TB.Fatal(err)
	}
}

// failures counts the failed requests by kind.
func (l *lab) failures() map[string]int {
	all := map[string]int{}
	_, found := hosttest.Bodies[event.RequestFailed](l.Lab, "c1")
	for _, f := range found {
		all[f.Failure]++
	}
	return all
}

// ignored counts the answers that were ignored, by reason.
func (l *lab) ignored() map[string]int {
	all := map[string]int{}
	_, found := hosttest.Bodies[event.AnswerIgnored](l.Lab, "c1")
	for _, f := range found {
		all[f.Reason]++
	}
	return all
}

func (l *lab) impair(i netfab.Impairment) (heal func()) {
	l.TB.Helper()
	rule, err := i.Rule(l.client.NIC("lan").Port())
	if err != nil {
		l.TB.Fatal(err)
	}
	return l.Fabric.Install(rule)
}

// gratuitous is the frame that announces an address.
func gratuitous(t *testing.T, ip netip.Addr, mac host.MAC) []byte {
	t.Helper()
	frame, err := wire.AppendGratuitousARP(nil, wire.ARPReply, ip, mac, mac)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// TestPing sends at its rate, and each answer names who gave it. The first
// waits for ARP: two frames more.
func TestPing(t *testing.T) {
	l := newLab(t)
	l.ping(topology.Client{Rate: 10, Start: second, Stop: 3 * second})
	l.Run(10 * second)
	at, requests := hosttest.Bodies[sent](l.Lab, "c1")
	_, answers := hosttest.Bodies[answered](l.Lab, "c1")
	if len(requests) != 20 || len(answers) != 20 {
		t.Fatalf("%d requests and %d answers, want 20 of each", len(requests), len(answers))
	}
	for i, a := range answers {
		want := 2 * hosttest.Latency
		if i == 0 {
			want *= 2
		}
		if a.Latency != want || a.By != "web" || a.Request != uint64(i+1) || requests[i].Conn != 0 || requests[i].Attempt != 1 {
			t.Errorf("request %+v: answer %+v, want one by web after %v", requests[i], a, want)
		}
		if i > 0 && at[i]-at[i-1] != 100*millisecond {
			t.Errorf("request %d: %v after the one before, want 100ms", i, at[i]-at[i-1])
		}
	}
	if at[0] < second || at[0] > second+100*millisecond {
		t.Errorf("the first at %v, want within an interval of the start", at[0])
	}
	if len(l.failures())+len(l.ignored()) != 0 {
		t.Errorf("failures %v, ignored answers %v, want none", l.failures(), l.ignored())
	}
}

// TestPingsUnderWay: with answers that take several intervals, and overtake
// each other, each belongs to its request.
func TestPingsUnderWay(t *testing.T) {
	l := newLab(t)
	l.impair(netfab.Impairment{Delay: 200 * millisecond, Reorder: 0.3})
	l.ping(topology.Client{Rate: 100, Timeout: 5 * second, Stop: 5 * second}) // the first wait for ARP, twice as long
	l.Run(10 * second)
	sentAt, _ := hosttest.Bodies[sent](l.Lab, "c1")
	at, answers := hosttest.Bodies[answered](l.Lab, "c1")
	if len(answers) != len(sentAt) || len(sentAt) != 500 {
		t.Fatalf("%d requests and %d answers, want 500 of each", len(sentAt), len(answers))
	}
	overtaken := 0
	for i, a := range answers {
		if at[i]-sentAt[a.Request-1] != a.Latency {
			t.Errorf("answer %+v at %v: its request was sent at %v", a, at[i], sentAt[a.Request-1])
		}
		if i > 0 && a.Request < answers[i-1].Request {
			overtaken++
		}
	}
	if overtaken == 0 {
		t.Error("no answer was overtaken, want some")
	}
}

// TestPingTimesOut: what is not answered in time fails then, and what is
// answered later is ignored. So is the second copy of an answer. Requests are
// under way for 600 ms in the second second: those of its last 300 ms arrive at
// the server when it is over, and are answered at once, twice.
func TestPingTimesOut(t *testing.T) {
	l := newLab(t)
	l.ping(topology.Client{Rate: 10, Timeout: 500 * millisecond, Phase: millisecond, Stop: 4 * second})
	var heal func()
	l.At(second, func() { heal = l.impair(netfab.Impairment{Delay: 300 * millisecond}) }) // in both directions
	l.At(2*second, func() { heal(); heal = l.impair(netfab.Impairment{Duplicate: 1, Direction: netfab.In}) })
	l.At(3*second, func() { heal() })
	l.Run(10 * second)
	at, failed := hosttest.Bodies[failed](l.Lab, "c1")
	for i, f := range failed {
		if f.Failure != host.Timeout || f.After != 500*millisecond || at[i] < 1500*millisecond || at[i] > 2500*millisecond {
			t.Errorf("%+v at %v, want a timeout of 500ms from what was sent in the slow second", f, at[i])
		}
	}
	if got := l.ignored(); len(failed) != 7 || got[event.AnswerLate] != 7 || got[event.AnswerDuplicate] != 3+10 {
		t.Errorf("%d failed, answers ignored %v, want 7 failed, 7 late and 13 duplicates", len(failed), got)
	}
	if n := hosttest.Count[answered](l.Lab, "c1"); n != 10+3+10+10 {
		t.Errorf("%d answered, want 33", n)
	}
}

// TestPingUnreachable: a machine that does not exist is not found by ARP, after
// three requests a second apart, and one without a route at once.
func TestPingUnreachable(t *testing.T) {
	l := newLab(t)
	l.ping(topology.Client{Target: "192.0.2.77", Rate: 1, Timeout: 5 * second, Phase: millisecond, Stop: 2 * second})
	l.Run(10 * second)
	at, failed := hosttest.Bodies[failed](l.Lab, "c1")
	if len(failed) != 2 || failed[0].Failure != host.Unreachable || failed[1].Failure != host.Unreachable || at[0] != at[1] || at[0] < 3*second || at[0] > 3*second+2*millisecond {
		t.Errorf("got %+v at %v, want both unreachable after 3 s", failed, at)
	}
	l = newLab(t)
	l.ping(topology.Client{Target: "198.51.100.1", Rate: 1, Phase: millisecond, Stop: 2 * second})
	l.Run(10 * second)
	if _, failed := hosttest.Bodies[event.RequestFailed](l.Lab, "c1"); len(failed) != 2 || failed[0].Failure != host.Unreachable || failed[0].After != 0 {
		t.Errorf("without a route: got %+v, want two that are unreachable at once", failed)
	}
}

// TestPingRefusesDamage: an answer with a wrong checksum never reaches the
// program.
func TestPingRefusesDamage(t *testing.T) {
	l := newLab(t)
	l.ping(topology.Client{Rate: 100, Timeout: 100 * millisecond, Stop: 10 * second})
	l.At(second, func() { l.impair(netfab.Impairment{Corrupt: 0.5}) })
	l.Run(20 * second)
	answers, failed := hosttest.Count[answered](l.Lab, "c1"), l.failures()[host.Timeout]
	if answers < 200 || failed < 300 || answers+failed != 1000 || hosttest.Count[event.AnswerMismatched](l.Lab, "c1") != 0 {
		t.Errorf("%d answered, %d timed out, want 1000 together, some of both, and no wrong answer", answers, failed)
	}
}

// TestPingFollowsTheAddress: an announcement redirects the next request, and
// without one the old neighbour is asked until its entry ends.
func TestPingFollowsTheAddress(t *testing.T) {
	vip := netip.MustParseAddr("192.0.2.100")
	for _, announced := range []bool{true, false} {
		l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), ledger: NewLedger()}
		l.server = l.Add("web", "192.0.2.50/24")
		other := l.Add("other", "192.0.2.51/24")
		const life = 20 * time.Second
		l.client = l.Add("c1", "192.0.2.201/24", func(c *host.Config) { c.ARPLife = life })
		l.At(0, func() { l.server.NIC("lan").AddVIP(vip, host.MAC{}) })
		l.At(second, func() { l.ping(topology.Client{Target: vip.String(), Rate: 10}) })
		l.At(5*second, func() {
			l.server.NIC("lan").RemoveVIP(vip, true)
			other.NIC("lan").AddVIP(vip, host.MAC{})
			if announced {
				hosttest.Inject(other.NIC("lan"), gratuitous(t, vip, other.NIC("lan").MAC()))
			}
		})
		l.Run(40 * second)
		at, answers := hosttest.Bodies[answered](l.Lab, "c1")
		from := time.Duration(0)
		for i, a := range answers {
			if a.By == "" {
				from = at[i]
				break
			}
		}
		want := 5 * second
		if !announced {
			want = second + life // its entry began with the first request
		}
		if from < want || from > want+200*millisecond {
			t.Errorf("announced %v: the other machine answers from %v, want %v", announced, from, want)
		}
	}
}

// TestPingsOfMachinesThatStop: a crash forgets the requests under way, a freeze
// keeps them: what came back meanwhile is read after it.
func TestPingsOfMachinesThatStop(t *testing.T) {
	l := newLab(t)
	l.impair(netfab.Impairment{Delay: 100 * millisecond})
	l.ping(topology.Client{Rate: 10, Timeout: 10 * second, Phase: millisecond})
	l.At(2050*millisecond, func() { l.client.Freeze(true) })
	l.At(4050*millisecond, l.client.Thaw)
	l.At(6050*millisecond, func() { l.client.Crash(false) })
	l.At(8050*millisecond, func() {
		l.client.PowerOn()
		l.ping(topology.Client{Rate: 10, Timeout: 10 * second, Phase: millisecond})
	})
	l.Run(10 * second)
	at, answers := hosttest.Bodies[answered](l.Lab, "c1")
	thawed, slowest := 0, time.Duration(0)
	for i, a := range answers {
		switch {
		case at[i] > 2050*millisecond && at[i] < 4050*millisecond, at[i] > 6050*millisecond && at[i] < 8050*millisecond:
			t.Errorf("answer %+v at %v, when nobody could read it", a, at[i])
		case at[i] == 4050*millisecond:
			thawed++
			slowest = max(slowest, a.Latency)
		}
	}
	if thawed != 2 || slowest < 2050*millisecond || slowest > 2200*millisecond {
		t.Errorf("%d answers at the thaw, the slowest after %v, want the 2 that were under way, about 2.1s", thawed, slowest)
	}
	_, requests := hosttest.Bodies[sent](l.Lab, "c1")
	if lost := len(requests) - len(answers); lost < 2 || lost > 6 || len(l.failures())+len(l.ignored()) != 0 {
		t.Errorf("%d requests without an answer, failures %v, ignored %v; want those under way at the crash and at the end, nothing else", lost, l.failures(), l.ignored())
	}
}
