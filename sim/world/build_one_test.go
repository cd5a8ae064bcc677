package world_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// TestRebootInAnotherProcess: a machine that boots again in another process is
// the one that reboots in this one: it finds the same configuration, of which
// some was never saved and some was turned off, and draws from the same
// streams.
func TestRebootInAnotherProcess(t *testing.T) {
	top := pair()
	delete(top.Nodes, "b")
	delete(top.Nodes, "c1")
	a := top.Nodes["a"]
	a.Gateway = &topology.Gateway{Services: map[string]topology.Service{"web": {}, "other": {Listen: netip.MustParseAddrPort("192.0.2.100:81")}}}
	a.Unsaved = []string{"lan.address", "standby.lan.priority"}
	top.Nodes["a"] = a
	const down = time.Minute
	before := []string{"set a service.other off", "save a", "set a service.web off"}

	one := open(t, top)
	one.at(30*time.Second, before...)
	one.at(40*time.Second, "reboot a down 60s")
	one.run(150 * time.Second)
	whole := after(one, 40*time.Second+down)

	first := only(t, top, nil)
	first.at(30*time.Second, before...)
	first.run(40 * time.Second)
	saved := first.Node("a").Saved()
	top.Nodes["a"] = saved.Node
	again := only(t, top, &world.Reboot{Boots: 1, Set: saved.Set})
	again.run(50 * time.Second)
	if got := after(again, 0); !slices.Equal(got, whole) {
		t.Errorf("in a process of its own a does\n%q, want\n%q", got, whole)
	}
	if len(whole) < 4 || !maps.Equal(saved.Set, map[string]string{"service.other": "off"}) {
		t.Errorf("a does %q after its reboot, with %v", whole, saved.Set)
	}

	// An address makes it a member again, and what it says is said when the
	// second boot says it, not the first.
	hellos := map[*lab][]string{}
	for l, boots := range map[*lab]time.Duration{one: 150 * time.Second, again: 50 * time.Second} { // order: two worlds apart
		l.inject("set a lan.address 192.0.2.11/24")
		l.pass(20 * time.Second)
		for _, m := range l.tap.all {
			if m.from.String() == "192.0.2.11" && m.at > boots {
				hellos[l] = append(hellos[l], (m.at - boots).String())
			}
		}
	}
	if len(hellos[one]) < 3 || !slices.Equal(hellos[one], hellos[again]) {
		t.Errorf("a says hello at %v, want %v", hellos[again], hellos[one])
	}
}

// only makes the part of a world that is machine a alone.
func only(t *testing.T, top topology.Topology, reboot *world.Reboot) *lab {
	t.Helper()
	tap := &hsrpTap{}
	w, err := world.BuildOne(top, world.OnlyNode{Name: "a", Reboot: reboot}, world.Options{Seed: 1, Capture: tap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return &lab{t, w, tap}
}

// after lists what a logs from an instant on, with instants that count from it.
func after(l *lab, from time.Duration) (lines []string) {
	for _, e := range l.Events() {
		if e.Node == "a" && e.At >= from {
			e.At -= from
			lines = append(lines, string(event.AppendJSON(nil, e)))
		}
	}
	return lines
}
