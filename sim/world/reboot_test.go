package world_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// lives lists the changes of a node's power since an instant.
func lives(l *lab, node string, since time.Duration) []string {
	all := []string{}
	for e, p := range event.Of[event.PowerChanged](l.Events()) {
		if e.Node == node && e.At >= since {
			all = append(all, fmt.Sprintf("%v %s", e.At-since, p.State))
		}
	}
	return all
}

// TestReboots: when a machine with a boot time of 10 s is off, boots and is up,
// for reboots and crashes in all their combinations. Down counts from the crash
// to the control plane's first instruction; the boot is the last part of it.
func TestReboots(t *testing.T) {
	for name, c := range map[string]struct {
		faults map[time.Duration]string
		want   []string
	}{
		"its own boot time":      {map[time.Duration]string{0: "reboot b"}, []string{"0s crashed", "0s booting", "10s up"}},
		"longer than it boots":   {map[time.Duration]string{0: "reboot b down 25s"}, []string{"0s crashed", "15s booting", "25s up"}},
		"quicker than it boots":  {map[time.Duration]string{0: "reboot b down 3s"}, []string{"0s crashed", "0s booting", "3s up"}},
		"warm":                   {map[time.Duration]string{0: "reboot b warm down 25s"}, []string{"0s crashed", "15s booting", "25s up"}},
		"crash, then boot":       {map[time.Duration]string{0: "crash b", 20: "boot b"}, []string{"0s crashed", "20s booting", "30s up"}},
		"crash for a while":      {map[time.Duration]string{0: "crash b for 20s"}, []string{"0s crashed", "20s booting", "30s up"}},
		"crash stays":            {map[time.Duration]string{0: "crash b"}, []string{"0s crashed"}},
		"crash while off":        {map[time.Duration]string{0: "reboot b down 30s", 10: "crash b"}, []string{"0s crashed"}},
		"crash while booting":    {map[time.Duration]string{0: "reboot b down 30s", 25: "crash b"}, []string{"0s crashed", "20s booting", "25s crashed"}},
		"boot while off":         {map[time.Duration]string{0: "reboot b down 30s", 10: "boot b"}, []string{"0s crashed", "10s booting", "20s up"}},
		"boot while booting":     {map[time.Duration]string{0: "reboot b", 5: "boot b"}, []string{"0s crashed", "0s booting", "10s up"}},
		"boot while up":          {map[time.Duration]string{0: "boot b"}, []string{}},
		"reboot while off":       {map[time.Duration]string{0: "reboot b down 30s", 10: "reboot b down 40s"}, []string{"0s crashed", "40s booting", "50s up"}},
		"reboot of the crashed":  {map[time.Duration]string{0: "crash b", 5: "reboot b down 20s"}, []string{"0s crashed", "15s booting", "25s up"}},
		"quick, then by itself":  {map[time.Duration]string{0: "reboot b down 1s", 20: "crash b", 30: "boot b"}, []string{"0s crashed", "0s booting", "1s up", "20s crashed", "30s booting", "40s up"}},
		"reboot of a frozen one": {map[time.Duration]string{0: "freeze b", 5: "reboot b down 20s", 10: "thaw b"}, []string{"0s frozen", "5s crashed", "15s booting", "25s up"}},
	} {
		t.Run(name, func(t *testing.T) {
			top := cluster()
			b := top.Nodes["b"]
			b.Boot = 10 * time.Second
			top.Nodes["b"] = b
			l := open(t, top)
			const start = 40 * time.Second
			for after, line := range c.faults { // order: instants differ
				l.at(start+after*time.Second, line)
			}
			l.run(start + 2*time.Minute)
			if got := lives(l, "b", start); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestRebootOfTheActive: the links of a warm restart stay up, so that the
// switches notice nothing; those of a cold one go down until the boot begins.
func TestRebootOfTheActive(t *testing.T) {
	for _, warm := range []string{"", " warm"} {
		l := open(t, cluster())
		l.run(40 * time.Second)
		l.inject("reboot a" + warm + " down 5s")
		l.pass(time.Second)
		if got := l.Node("a").Host().NIC("lan").Carrier(); got != (warm != "") {
			t.Errorf("reboot%s: carrier while down: got %v", warm, got)
		}
		l.pass(10 * time.Second)
		if got := l.Node("a").Host().NIC("lan").Carrier(); !got || l.state("a") == "none" {
			t.Errorf("reboot%s: after it: carrier %v, member %s", warm, got, l.state("a"))
		}
	}
}

// TestStart: a machine that is switched on later boots then, and takes its boot
// time.
func TestStart(t *testing.T) {
	top := cluster()
	b := top.Nodes["b"]
	b.Start, b.Boot = 60*time.Second, 5*time.Second
	top.Nodes["b"] = b
	l := open(t, top)
	l.run(100 * time.Second)
	if got, want := lives(l, "b", 0), []string{"1m0s booting", "1m5s up"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	l.wantSteps("b", 0, "1m5s Listen", "1m15s Speak", "1m25s Standby")
}

// TestOutOfMemory: over its budget a machine of the policy die crashes and
// reboots by itself, one of the policy refuse goes on and refuses.
func TestOutOfMemory(t *testing.T) {
	for policy, want := range map[string][]event.Power{
		topology.MemoryDie:    {"crashed", "booting", "up"},
		topology.MemoryRefuse: {},
	} {
		top := cluster()
		a := top.Nodes["a"]
		a.Memory, a.Boot = topology.Memory{Limit: 1 << 20, Policy: policy}, 5*time.Second
		top.Nodes["a"] = a
		l := open(t, top)
		l.run(45 * time.Second)
		l.inject("fill a memory 100%")
		l.pass(10 * time.Second)
		got := []event.Power{}
		for e, p := range event.Of[event.PowerChanged](l.Events()) {
			if e.Node == "a" && e.At >= 45*time.Second {
				got = append(got, p.State)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("policy %s: got %q, want %q", policy, got, want)
		}
		if n := events[event.RequestFailed](l, "c1", 45*time.Second); n == 0 {
			t.Errorf("policy %s: no request failed", policy)
		}
	}
}
