package world_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// properties shows all of b that can be set.
func properties(l *lab) string {
	n := l.Node("b")
	m := n.Member("lan")
	service := "web off"
	for _, e := range l.Events() {
		switch b := e.What.(type) {
		case event.ServiceChanged:
			if e.Node == n.Host().Name() {
				service = map[bool]string{true: "web off", false: "web on"}[b.State == "stopped"]
			}
		case event.PowerChanged:
			if e.Node == n.Host().Name() {
				service = "web off" // until it says otherwise
			}
		}
	}
	if m == nil {
		return fmt.Sprintf("%v, no member, %s", n.Host().NIC("lan").Address(), service)
	}
	c := m.Config().Machine
	return fmt.Sprintf("%v, on %v, group %d, vip %v, priority %d, preempt %v, %v/%v, %s", n.Host().NIC("lan").Address(), m.Enabled(),
		c.Group, c.VirtualIP, c.Priority, c.Preempt, c.HelloTime, c.HoldTime, service)
}

// sets changes every property of b.
var sets = []string{
	"set b lan.address 192.0.2.13/24", "set b standby.group 31", "set b standby.vip 192.0.2.101", "set b standby.priority 120",
	"set b standby.preempt on", "set b standby.hello 4s", "set b standby.hold 20s", "set b standby.lan off", "set b service.web off",
}

// TestSavedAndRunning: what was set is lost by a crash, a reboot and a warm
// one, unless it was saved; saving a part keeps that part.
func TestSavedAndRunning(t *testing.T) {
	const (
		before = "192.0.2.12/24, on true, group 30, vip 192.0.2.100, priority 100, preempt false, 3s/10s, web on"
		after  = "192.0.2.13/24, on false, group 31, vip 192.0.2.101, priority 120, preempt true, 4s/20s, web off"
		part   = "192.0.2.12/24, on true, group 30, vip 192.0.2.100, priority 120, preempt false, 3s/10s, web on"
	)
	for _, down := range []string{"crash b", "reboot b down 2s", "reboot b warm down 2s"} {
		for save, want := range map[string]string{"never": before, "all": after, "part": part} {
			t.Run(down+"/"+save, func(t *testing.T) {
				l := open(t, cluster())
				l.run(40 * time.Second)
				if save == "part" {
					l.inject("set b standby.priority 120")
					l.inject("save b")
				}
				for _, line := range sets {
					l.inject(line)
				}
				l.pass(time.Second)
				if got := properties(l); got != after {
					t.Errorf("running: got %s, want %s", got, after)
				}
				if save == "all" {
					l.inject("save b")
				}
				l.inject(down)
				l.pass(5 * time.Second)
				l.inject("boot b")
				l.pass(time.Second)
				if got := properties(l); got != want {
					t.Errorf("after %s, saved %s: got %s, want %s", down, save, got, want)
				}
			})
		}
	}
}

// TestSetIsLogged: one event for each property that a line sets.
func TestSetIsLogged(t *testing.T) {
	top := cluster()
	b := top.Nodes["b"]
	b.NICs["wan"] = topology.NIC{Address: mustPrefix("198.51.100.12/24")}
	b.Standby["wan"] = topology.Standby{Group: 31, VIP: mustPrefix("198.51.100.100/24").Addr()}
	top.Nodes["b"] = b
	top.Segments["wan"] = topology.Segment{}
	l := open(t, top)
	l.run(40 * time.Second)
	l.inject("set b standby.priority 120")
	heal := l.inject("set b standby off")
	l.inject("set b standby.wan.preempt on")
	heal()
	var got []string
	for e, c := range event.Of[event.ConfigChanged](l.Events()) {
		got = append(got, fmt.Sprintf("%s %s %s", e.Node, c.Property, c.Value))
	}
	want := []string{
		"b standby.lan.priority 120", "b standby.wan.priority 120", "b standby.lan off", "b standby.wan off",
		"b standby.wan.preempt on", "b standby.lan on", "b standby.wan on",
	}
	if !slices.Equal(got, want) {
		t.Errorf("events: got %q, want %q", got, want)
	}
}

// TestOverlappingSets: whatever the order in which sets of one property end, it
// has the value of the latest one that has not, and at last that of before.
func TestOverlappingSets(t *testing.T) {
	l := open(t, cluster())
	l.run(40 * time.Second)
	has := func(want string) {
		t.Helper()
		got := ""
		for _, c := range event.Of[event.ConfigChanged](l.Events()) {
			got = c.Value
		}
		if got != want {
			t.Errorf("got the priority %q, want %s", got, want)
		}
	}
	before := strconv.Itoa(*cluster().WithDefaults().Nodes["b"].Standby["lan"].Priority)
	first, second := l.inject("set b standby.priority 120"), l.inject("set b standby.lan.priority 130")
	first()
	has("130")
	second()
	has(before)
	first, second = l.inject("set b standby.priority 120"), l.inject("set b standby.priority 130")
	second()
	has("120")
	first()
	has(before)
	first, second = l.inject("set b standby.priority 120"), l.inject("set b standby.priority 120")
	first()
	has("120")
	second()
	has(before)
}

// TestUnsaved: properties that were never saved work until the first reboot,
// and then are as on a machine that was never told; the others stay.
func TestUnsaved(t *testing.T) {
	top := cluster()
	b := top.Nodes["b"]
	s := b.Standby["lan"]
	priority := 50
	s.Priority, s.Preempt, s.Hello, s.Hold, s.Group = &priority, true, 5*time.Second, 20*time.Second, 31
	b.Standby["lan"] = s
	top.Nodes["b"] = b
	const told = "192.0.2.12/24, on true, group 31, vip 192.0.2.100, priority 50, preempt true, 5s/20s, web on"
	for unsaved, want := range map[string]string{
		"":                        told,
		"standby.priority":        "192.0.2.12/24, on true, group 31, vip 192.0.2.100, priority 100, preempt true, 5s/20s, web on",
		"standby.lan.preempt":     "192.0.2.12/24, on true, group 31, vip 192.0.2.100, priority 50, preempt false, 5s/20s, web on",
		"standby.hello":           "192.0.2.12/24, on true, group 31, vip 192.0.2.100, priority 50, preempt true, 3s/20s, web on",
		"standby.group":           "192.0.2.12/24, on true, group 1, vip 192.0.2.100, priority 50, preempt true, 5s/20s, web on",
		"standby.vip":             "192.0.2.12/24, on true, group 31, vip invalid IP, priority 50, preempt true, 5s/20s, web on",
		"standby":                 "192.0.2.12/24, no member, web on",
		"standby.lan":             "192.0.2.12/24, no member, web on",
		"service.web":             "192.0.2.12/24, on true, group 31, vip 192.0.2.100, priority 50, preempt true, 5s/20s, web off",
		"lan.address":             "invalid Prefix, no member, web on",
		"lan.address service.web": "invalid Prefix, no member, web off",
	} {
		b.Unsaved = strings.Fields(unsaved)
		top.Nodes["b"] = b
		l := open(t, top)
		l.run(20 * time.Second)
		if got := properties(l); got != told {
			t.Errorf("unsaved %s: before the reboot got %s, want %s", unsaved, got, told)
		}
		l.inject("reboot b down 1s")
		l.pass(2 * time.Second)
		if got := properties(l); got != want {
			t.Errorf("unsaved %s: after the reboot got %s, want %s", unsaved, got, want)
		}
	}
}

// TestAddressComesBack enforces spec/failover.md F14: an interface without its
// address has no member; given one it gets its member, and the service on the
// virtual IP, bound early, serves once that is there.
func TestAddressComesBack(t *testing.T) {
	top := cluster()
	for _, name := range []string{"a", "b"} {
		n := top.Nodes[name]
		n.Unsaved = []string{"lan.address"}
		top.Nodes[name] = n
	}
	l := open(t, top)
	l.at(40*time.Second, "crash b", "reboot a down 1s")
	l.run(70 * time.Second)
	if got := l.state("a"); got != "none" {
		t.Errorf("a without an address: got %s, want no member", got)
	}
	l.inject("set a lan.address 192.0.2.11/24")
	l.run(110 * time.Second)
	if got := l.state("a"); got != "Active" {
		t.Errorf("a with its address: got %s, want Active", got)
	}
	answered := 0
	for e := range event.Of[event.RequestAnswered](l.Events()) {
		if e.At > 95*time.Second {
			answered++
		}
	}
	if answered < 10 {
		t.Errorf("answered: got %d requests, want all of the last 15 s", answered)
	}
}

// TestLosingTheAddress: a member whose interface loses its address resigns and
// holds nothing.
func TestLosingTheAddress(t *testing.T) {
	l := open(t, cluster())
	l.run(40 * time.Second)
	l.inject("set a lan.address none")
	l.wantSteps("a", 40*time.Second, "0s Initial")
	l.pass(time.Millisecond)
	l.wantSteps("b", 40*time.Second, "1ms Active")
	if n := len(l.Node("a").Host().NICs()); n != 1 || l.Node("a").Host().Holds(mustPrefix("192.0.2.100/24").Addr()) {
		t.Error("a holds the virtual IP still")
	}
}
