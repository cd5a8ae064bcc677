package world_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// TestImpossibleFaults: what a fault refers to must exist, a machine that is
// down takes no orders, and a fault written in Go must have a line. At refuses
// what can never be done; none of it leaves an event.
func TestImpossibleFaults(t *testing.T) {
	other := errors.New("any other error")
	for _, c := range []struct {
		line  string
		want  error
		never bool // known before its time
	}{
		{"crash z", fault.ErrTarget, true},
		{"pull a.wan", fault.ErrTarget, true},
		{"pull z.lan for 3s", fault.ErrTarget, true},
		{"prune multicast wan", fault.ErrTarget, true},
		{"partition a | z", fault.ErrTarget, true},
		{"drop hello from a to z", fault.ErrTarget, true},
		{"heal z", fault.ErrTarget, true},
		{"yield z", fault.ErrTarget, true},
		{"yield web", fault.ErrTarget, true},
		{"yield a.wan", fault.ErrTarget, true},
		{"backend a hang", fault.ErrTarget, true},
		{"stop service web on c1", fault.ErrTarget, true},
		{"stop service web on web", fault.ErrTarget, true}, // its service is http
		{"fill web memory 10%", fault.ErrTarget, true},     // it has no limit
		{"set a nonsense 1", topology.ErrProperty, true},
		{"set a standby.priority 256", topology.ErrProperty, true},
		{"set a standby.wan.priority 1", topology.ErrProperty, true},
		{"set a lan.address 2001:db8::1/64", topology.ErrProperty, true},
		{"set a standby.hello 1s", other, true},               // the product wants 2 s or more
		{"set a lan.address 192.0.2.100/24", other, false},    // it holds that as virtual IP
		{"set down standby.priority 1", fault.ErrDown, false}, // of a machine that is off
		{"hog down service 100%", fault.ErrDown, false},       // nothing runs there
		{"fill down memory 10%", fault.ErrDown, false},
		{"freeze down", fault.ErrDown, false},
		{"yield down", fault.ErrDown, false},
		{"stop service web on down", fault.ErrDown, false},
		{"backend down status 500 for 3s", fault.ErrDown, false},
	} {
		top := cluster()
		down := top.Nodes["b"]
		down.Start, down.Backend = time.Hour, &topology.Backend{}
		down.NICs = map[string]topology.NIC{"lan": {Address: mustPrefix("192.0.2.99/24")}}
		top.Nodes["down"] = down
		l := open(t, top)
		l.run(40 * time.Second)
		f := parse(t, c.line)
		heal, err := l.Inject(f)
		if err == nil || heal != nil || c.want != other && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.line, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), c.line) {
			t.Errorf("%s: the error %q does not name the fault", c.line, err)
		}
		if c.want != other && len(l.faults()) != 0 {
			t.Errorf("%s: logged %v", c.line, l.faults())
		}
		if err := l.At(l.Now()+time.Second, f); (err != nil) != c.never {
			t.Errorf("%s: At: got %v, want an error: %v", c.line, err, c.never)
		}
		if err := l.Run(l.Now() + 2*time.Second); (err != nil) == c.never {
			t.Errorf("%s: run: got %v, want an error: %v", c.line, err, !c.never)
		}
	}
}

// TestFaultsWithoutALine: values that no line can say are refused, not carried
// out in part, nor a reason to crash.
func TestFaultsWithoutALine(t *testing.T) {
	for _, f := range []fault.Fault{
		fault.Hog{Node: "a", Class: "kernel", Share: 1},
		fault.Hog{Node: "a", Class: "service", Share: 1.5},
		fault.Pull{Port: fault.Port{Node: "a", Interface: "lan"}, Direction: fault.Out},
		fault.Impair{Port: fault.Port{Node: "a", Interface: "lan"}},
		fault.Partition{Sets: [][]string{{"a"}}},
		fault.Drop{Kind: "beer", From: "a"},
		fault.For{Fault: fault.Boot{Node: "a"}, Span: time.Second},
		fault.Backend{Node: "web", Mode: "sleep"},
	} {
		l := open(t, cluster())
		l.run(time.Second)
		if _, err := l.Inject(f); err == nil || len(l.faults()) != 0 {
			t.Errorf("%#v: got %v and events %v, want an error and none", f, err, l.faults())
		}
	}
}

// TestInjectAfterClose: a closed world takes no faults, and healing what is
// left does nothing.
func TestInjectAfterClose(t *testing.T) {
	l := open(t, cluster())
	l.run(40 * time.Second)
	heals := []func(){l.inject("pull a.lan"), l.inject("set b standby.priority 200"), l.inject("crash web"), l.inject("hog b service 50%")}
	l.Close()
	for _, heal := range heals {
		heal()
	}
	if _, err := l.Inject(parse(t, "yield a")); !errors.Is(err, world.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

// TestSuperseding: a fault that sets a state anew takes the place of the one
// before: that one's end then changes nothing, and is no event.
func TestSuperseding(t *testing.T) {
	for _, c := range []struct {
		first, then string
		holds       func(l *lab) bool // what then says
	}{
		{"hog b service 50% for 10s", "hog b service 90%", func(l *lab) bool { return l.Node("b").Host().CPU().Hogged(host.Service) == 0.9 }},
		{"fill b memory 50% for 10s", "fill b memory 25%", func(l *lab) bool { return l.Node("b").Host().Memory().Filled() == 16<<20 }},
		{"pull b.lan for 10s", "pull b.lan for 1h", func(l *lab) bool { return !l.Node("b").Host().NIC("lan").Carrier() }},
		{"freeze b process for 10s", "freeze b for 1h", func(l *lab) bool { return l.Node("b").Host().Frozen() }},
		{"crash b for 10s", "crash b", func(l *lab) bool { return power(l) == "crashed" }},
		{"crash b for 10s", "reboot b down 20s", func(l *lab) bool { return power(l) == "crashed" }},
		{"drift b 1% for 10s", "drift b 2%", func(l *lab) bool {
			before := l.Node("b").Host().Scope().Elapsed()
			l.pass(time.Second)
			return l.Node("b").Host().Scope().Elapsed()-before == 1020*time.Millisecond
		}},
		{"backend web hang for 10s", "backend web status 404", func(l *lab) bool { return backendState(l) == "status 404" }},
		{"set b standby.priority 120 for 10s", "set b standby.priority 130", func(l *lab) bool { return l.Node("b").Member("lan").Status().Priority == 130 }},
	} {
		l := open(t, cluster())
		l.at(40*time.Second, c.first)
		l.at(45*time.Second, c.then)
		l.run(51 * time.Second)
		if !c.holds(l) {
			t.Errorf("%s: the end of %s undid it", c.then, c.first)
		}
		l.wantFaults("40s + "+c.first, "45s + "+c.then)
	}
}

// TestHogsOfTwoClasses: a hog touches its own class only. A second one, of the
// other class, neither replaces the first nor lets it last longer, and ends and
// is calmed without it.
func TestHogsOfTwoClasses(t *testing.T) {
	l := open(t, cluster())
	want := func(service, control float64) {
		t.Helper()
		cpu := l.Node("b").Host().CPU()
		if s, c := cpu.Hogged(host.Service), cpu.Hogged(host.Control); s != service || c != control {
			t.Errorf("at %v: service hogged by %v, control by %v, want %v and %v", l.Now(), s, c, service, control)
		}
	}
	l.at(40*time.Second, "hog b service 50% for 10s")
	l.run(41 * time.Second)
	want(0.5, 0)
	l.at(45*time.Second, "hog b control 25% for 10s")
	l.run(46 * time.Second)
	want(0.5, 0.25)
	l.run(51 * time.Second)
	want(0, 0.25)
	l.run(56 * time.Second)
	want(0, 0)
	l.at(60*time.Second, "hog b service 50%", "hog b control 25%", "calm b service")
	l.run(61 * time.Second)
	want(0, 0.25)
	l.at(62*time.Second, "hog b service 50%", "calm b control")
	l.run(63 * time.Second)
	want(0.5, 0)
}

// TestRulesAddUp: rules on the network are each their own: with two of them,
// the end of one leaves the other.
func TestRulesAddUp(t *testing.T) {
	l := open(t, cluster())
	l.at(40*time.Second, "partition a | b for 10s", "drop hello from a for 20s", "partition a | b for 30s")
	l.run(52 * time.Second)
	if hears(l) != "false" {
		t.Error("b hears a in spite of two rules")
	}
	l.run(62 * time.Second)
	if hears(l) != "false" {
		t.Error("b hears a in spite of the last rule")
	}
	l.run(71 * time.Second)
	if hears(l) != "true" {
		t.Error("b does not hear a")
	}
	l.wantFaults("40s + partition a | b for 10s", "40s + drop hello from a for 20s", "40s + partition a | b for 30s",
		"50s - partition a | b for 10s", "1m0s - drop hello from a for 20s", "1m10s - partition a | b for 30s")
}

// TestHealSpares: heal mends rules on the network, of one node or all; cables
// and machines are mended by their own kind.
func TestHealSpares(t *testing.T) {
	l := open(t, cluster())
	l.run(40 * time.Second)
	for _, line := range []string{"pull b.lan", "hog a service 50%", "drop arp from c1", "impair web~lan loss 1%", "partition a | b c1"} {
		l.inject(line)
	}
	l.inject("heal web")
	l.inject("heal c1")
	l.inject("heal")
	l.wantFaults("40s + pull b.lan", "40s + hog a service 50%", "40s + drop arp from c1", "40s + impair web~lan loss 1%", "40s + partition a | b c1",
		"40s + heal web", "40s - impair web~lan loss 1%",
		"40s + heal c1", "40s - drop arp from c1", "40s - partition a | b c1",
		"40s + heal")
	if len(l.Fabric().Rules()) != 0 || l.Node("b").Host().NIC("lan").Carrier() || l.Node("a").Host().CPU().Hogged(host.Service) != 0.5 {
		t.Errorf("after heal: rules %v, carrier %v", l.Fabric().Rules(), l.Node("b").Host().NIC("lan").Carrier())
	}
}

// TestCrashEndsFaults: what died with a machine is not undone at the end of its
// span: the machine of the next boot is as it should be.
func TestCrashEndsFaults(t *testing.T) {
	l := open(t, cluster())
	lines := []string{
		"hog b service 100% for 20s", "fill b memory 50% for 20s", "freeze b for 20s", "set b standby.priority 120 for 20s", "stop service web on b for 20s",
	}
	want := []string{}
	for _, line := range lines {
		want = append(want, "40s + "+line)
	}
	l.at(40*time.Second, lines[:2]...)
	l.at(40*time.Second, lines[3], lines[4], lines[2]) // the frozen one takes orders all the same, but freeze it last
	l.at(50*time.Second, "reboot b down 2s")
	l.run(80 * time.Second)
	l.wantFaults(want[0], want[1], want[3], want[4], want[2], "50s + reboot b down 2s")
	b := l.Node("b")
	if b.Host().Frozen() || b.Host().CPU().Hogged(host.Service) != 0 || b.Host().Memory().Filled() != 0 || b.Member("lan").Status().Priority != 100 {
		t.Errorf("b after its reboot: got %v, frozen %v, priority %d", b.Host(), b.Host().Frozen(), b.Member("lan").Status().Priority)
	}
}

// TestHealedOnce throws faults at a world without pattern, with spans that
// overlap and opposites in between: nothing is healed that was not applied, nor
// more often, and after all spans and opposites the world is whole.
func TestHealedOnce(t *testing.T) {
	lines := []string{
		"pull a.lan", "pull a.lan silently", "pull b.lan silently in", "partition a | b", "partition one-way a -> b c1", "impair a~lan loss 10%",
		"drop hello from a", "drop garp from b to c1", "prune multicast lan", "crash a", "freeze b", "freeze a process", "skew a 1s", "drift b 10%",
		"plug a.lan", "plug b.lan", "heal", "heal a", "unprune multicast lan", "boot a", "thaw a", "thaw b", "calm a", "reboot a", "reboot b down 3s", "reboot a warm down 1s",
		"save a", "drift b 0%",
	}
	up := []string{"hog a service 50%", "hog a service 100%", "fill a memory 50%", "fill a memory 0%", "set a standby.priority 90", "set a standby off", "set a standby on", "stop service web on a", "start service web on a", "yield a", "quiesce a delay 2s timeout 9s", "unquiesce a"}
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := open(t, cluster())
		for range 150 {
			l.pass(time.Duration(r.IntN(1500)) * time.Millisecond)
			line := lines[r.IntN(len(lines))]
			if l.Node("a").Host().Power() == event.PowerUp && r.IntN(3) == 0 {
				line = up[r.IntN(len(up))]
			}
			if f := parse(t, line); fault.Undoable(f) {
				line += fmt.Sprintf(" for %ds", 1+r.IntN(20))
			}
			if f := parse(t, line); strings.HasPrefix(line, "freeze b") && l.Node("b").Host().Power() != event.PowerUp {
				continue
			} else if strings.HasPrefix(line, "freeze a") && l.Node("a").Host().Power() != event.PowerUp {
				continue
			} else if _, err := l.Inject(f); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		l.pass(time.Minute)
		open := map[string]int{}
		for _, e := range l.Events() {
			switch b := e.What.(type) {
			case event.FaultApplied:
				open[b.Fault]++
			case event.FaultHealed:
				if open[b.Fault]--; open[b.Fault] < 0 {
					t.Errorf("seed %d: at %v %q was healed once too often", seed, e.At, b.Fault)
				}
			}
		}
		for _, line := range []string{"heal", "boot a", "boot b", "thaw a", "thaw b", "plug a.lan"} {
			l.inject(line)
		}
		if rules := l.Fabric().Rules(); len(rules) != 0 {
			t.Errorf("seed %d: rules are left: %v", seed, rules)
		}
		l.pass(time.Minute)
		if (l.state("a") == "Active") == (l.state("b") == "Active") {
			t.Errorf("seed %d: healed, a is %s and b is %s", seed, l.state("a"), l.state("b"))
		}
	}
}
