package world_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
)

// effect is a fault and how to see whether it holds. The probe may let time go
// on, and returns what it sees as text.
type effect struct {
	line      string
	probe     func(l *lab) string
	on        string // what the probe sees while the fault holds
	off       string // and otherwise
	opposites []string
}

// hears reports whether b hears a, over two hello times.
func hears(l *lab) string {
	before := l.Node("b").Member("lan").Status().Counters.HellosReceived
	l.pass(6 * time.Second)
	return fmt.Sprint(l.Node("b").Member("lan").Status().Counters.HellosReceived > before)
}

func power(l *lab) string { return string(l.Node("b").Host().Power()) }

// status is a probe of b's standby status.
func status(format string, of func(l *lab) any) func(l *lab) string {
	return func(l *lab) string { return fmt.Sprintf(format, of(l)) }
}

// backendState is what a back end last said of itself.
func backendState(l *lab) string {
	last := ""
	for e, s := range event.Of[event.ServiceChanged](l.Events()) {
		if e.Node == "web" {
			last = strings.Replace(s.Reason, "port 80", "ok", 1) // what it says at its start
		}
	}
	return last
}

// serviceState is the state of a's service.
func serviceState(l *lab) string {
	last := ""
	l.pass(0)
	for e, s := range event.Of[event.ServiceChanged](l.Events()) {
		if e.Node == "a" {
			last = s.State
		}
	}
	return last
}

// webState is the state of the back end.
func webState(l *lab) string {
	last := ""
	l.pass(0)
	for e, s := range event.Of[event.ServiceChanged](l.Events()) {
		if e.Node == "web" {
			last = s.State
		}
	}
	return last
}

// networkEffects are those of the network.
func networkEffects() []effect {
	carrier := func(l *lab) string { return fmt.Sprint(l.Node("b").Host().NIC("lan").Carrier()) }
	return []effect{
		{"pull b.lan", carrier, "false", "true", []string{"plug b.lan"}},
		{"pull a.lan silently", hears, "false", "true", []string{"plug a.lan", "heal", "heal a"}},
		{"pull a.lan silently out", hears, "false", "true", []string{"plug a.lan", "heal"}},
		{"pull b.lan silently in", hears, "false", "true", []string{"plug b.lan", "heal b"}},
		{"partition a | b c1", hears, "false", "true", []string{"heal", "heal a", "heal b", "heal c1"}},
		{"partition one-way a -> b", hears, "false", "true", []string{"heal", "heal b"}},
		{"impair a~lan out loss 100%", hears, "false", "true", []string{"heal", "heal a"}},
		{"impair b~lan corrupt 100%", hears, "false", "true", []string{"heal", "heal b"}},
		{"drop hello from a", hears, "false", "true", []string{"heal", "heal a"}},
		{"drop udp from a to b", hears, "false", "true", []string{"heal", "heal a", "heal b"}},
		{"drop multicast from a", hears, "false", "true", []string{"heal"}},
		{"prune multicast lan", hears, "false", "true", []string{"unprune multicast lan", "heal"}},
	}
}

// machineEffects are those of b's hardware.
func machineEffects() []effect {
	hogged := func(class host.Class) func(l *lab) string {
		return func(l *lab) string { return fmt.Sprintf("%.2f", l.Node("b").Host().CPU().Hogged(class)) }
	}
	filled := func(l *lab) string { return fmt.Sprint(l.Node("b").Host().Memory().Filled() >> 20) }
	clock := func(l *lab) string { return (l.Node("b").Host().Scope().Local() - l.Now()).String() }
	gain := func(l *lab) string {
		before := l.Node("b").Host().Scope().Elapsed()
		l.pass(time.Second)
		return (l.Node("b").Host().Scope().Elapsed() - before).String()
	}
	frozen := func(l *lab) string { return fmt.Sprint(l.Node("b").Host().Frozen()) }
	return []effect{
		{"crash b", power, "crashed", "up", []string{"boot b"}},
		{"freeze b", frozen, "true", "false", []string{"thaw b"}},
		{"freeze b process", frozen, "true", "false", []string{"thaw b"}},
		{"hog b service 100%", hogged(host.Service), "1.00", "0.00", []string{"calm b", "calm b service"}},
		{"hog b control 50%", hogged(host.Control), "0.50", "0.00", []string{"calm b", "calm b control"}},
		{"fill b memory 50%", filled, "32", "0", []string{"fill b memory 0%"}},
		{"skew b 1h", clock, "1h0m0s", "0s", nil},
		{"skew b -5s", clock, "-5s", "0s", nil},
		{"drift b 25%", gain, "1.25s", "1s", []string{"drift b 0%"}},
	}
}

// programEffects are those of what runs on nodes.
func programEffects() []effect {
	priority := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Status().Priority })
	preempt := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Status().Preempt })
	hello := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Status().HelloTime })
	hold := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Status().HoldTime })
	group := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Status().Group })
	vip := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Status().VirtualIP })
	address := status("%v", func(l *lab) any { return l.Node("b").Host().NIC("lan").Address() })
	enabled := status("%v", func(l *lab) any { return l.Node("b").Member("lan").Enabled() })
	return []effect{
		{"set b standby.priority 120", priority, "120", "100", nil},
		{"set b standby.lan.preempt on", preempt, "true", "false", nil},
		{"set b standby.hello 2s", hello, "2s", "3s", nil},
		{"set b standby.hold 30s", hold, "30s", "10s", nil},
		{"set b standby.group 31", group, "31", "30", nil},
		{"set b standby.vip 192.0.2.101", vip, "192.0.2.101", "192.0.2.100", nil},
		{"set b standby.authentication secret", hears, "false", "true", nil}, // it rejects what it hears
		{"set b lan.address 192.0.2.13/24", address, "192.0.2.13/24", "192.0.2.12/24", nil},
		{"set b lan.address none", address, "invalid Prefix", "192.0.2.12/24", nil},
		{"set b standby off", enabled, "false", "true", nil},
		{"set b standby.lan off", enabled, "false", "true", nil},
		{"set a service.web off", serviceState, "stopped", "listening", nil},
		{"stop service web on a", serviceState, "stopped", "listening", []string{"start service web on a"}},
		{"stop service http on web", webState, "stopped", "listening", []string{"start service http on web"}},
		{"backend web status 500", backendState, "status 500", "ok", []string{"backend web ok"}},
		{"backend web latency 2s", backendState, "latency 2s", "ok", []string{"backend web ok"}},
		{"backend web hang", backendState, "hang", "ok", []string{"backend web ok"}},
		{"backend web reset", backendState, "reset", "ok", []string{"backend web ok"}},
	}
}

// TestEffects applies each fault and undoes it in every way there is: by the
// returned heal, by the end of its span, and by its opposites. The effect is
// there in between and only then, and one event tells of either, whatever
// undoes it again.
func TestEffects(t *testing.T) {
	for _, e := range slices.Concat(networkEffects(), machineEffects(), programEffects()) {
		ways := map[string]func(l *lab, heal func()){
			"heal": func(_ *lab, heal func()) { heal() },
			"span": nil,
		}
		for _, opposite := range e.opposites {
			ways[opposite] = func(l *lab, _ func()) { l.inject(opposite) }
		}
		for way, undo := range ways {
			t.Run(e.line+"/"+way, func(t *testing.T) { e.check(t, undo) })
		}
	}
}

func (e effect) check(t *testing.T, undo func(*lab, func())) {
	l := open(t, cluster())
	l.run(40 * time.Second)
	see := func(step, want string) {
		t.Helper()
		if got := e.probe(l); got != want {
			t.Errorf("%s: got %s, want %s", step, got, want)
		}
	}
	see("before", e.off)
	line := e.line
	if undo == nil {
		line += " for 20s"
	}
	applied := l.Now()
	heal := l.inject(line)
	see("while it holds", e.on)
	if undo == nil {
		l.run(applied + 20*time.Second)
	} else {
		undo(l, heal)
	}
	healed := l.Now()
	see("undone", e.off)
	heal()
	l.pass(30 * time.Second)
	see("undone again", e.off)
	var got []string
	for _, f := range l.faults() {
		if strings.HasSuffix(f, " "+line) {
			got = append(got, f)
		}
	}
	want := []string{fmt.Sprintf("%v + %s", applied, line), fmt.Sprintf("%v - %s", healed, line)}
	if !slices.Equal(got, want) {
		t.Errorf("events: got %q, want %q", got, want)
	}
}
