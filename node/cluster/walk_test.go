package cluster

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// watch makes a network check these invariants after every step:
//
//   - a member that belongs to a cluster is in its own list, once, and so is
//     its master, who is the oldest;
//   - a member that joins has an empty list;
//   - Added and Removed tell the user what is in the list;
//   - the oldest member is the coordinator; another one is it only while it
//     merges;
//   - a Tick leaves nothing due, so that the shell's loop makes progress.
func (n *network) watch(t interface{ Fatalf(string, ...any) }) {
	n.check = func(d *node, ev Event) {
		var others []Member
		own := 0
		for _, m := range d.members {
			if m == d.cfg.Self {
				own++
			} else {
				others = append(others, m)
			}
		}
		switch {
		case d.state == Inside && (own != 1 || d.master != d.members[0].Address):
			t.Fatalf("%s %s: members %v, master %s", n.now, d.cfg.Self.Name, d.members, d.master)
		case d.state != Inside && len(d.members) > 0:
			t.Fatalf("%s %s: %s with members %v", n.now, d.cfg.Self.Name, d.state, d.members)
		case d.state == Inside && d.coordinator != (d.members[0] == d.cfg.Self):
			t.Fatalf("%s %s: coordinator %t, members %v", n.now, d.cfg.Self.Name, d.coordinator, d.members)
		case !same(others, d.seen):
			t.Fatalf("%s %s: the list has %v, reported were %v", n.now, d.cfg.Self.Name, others, d.seen)
		}
		if _, ticked := ev.(Tick); ticked && d.Deadline() <= n.now {
			t.Fatalf("%s %s: after a tick the deadline is %s", n.now, d.cfg.Self.Name, d.Deadline())
		}
	}
}

// same reports whether both lists have the same members.
func same(a, b []Member) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(m Member) bool { return !slices.Contains(b, m) })
}

// TestRandomWalk starts, crashes, kills and parts two to five members at
// random, all of which know each other, then heals everything and expects one
// cluster: one coordinator, and the same list at every member.
func TestRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 5).Draw(t, "members")
		everybody := make([]int, size)
		var configs []Config
		for i := range everybody {
			everybody[i] = i
		}
		for i := range everybody {
			configs = append(configs, quick(i, everybody...))
		}
		n := newNetwork(configs...)
		n.watch(t)
		for range rapid.IntRange(3, 20).Draw(t, "steps") {
			n.suffer(t)
			n.run(n.now + time.Duration(rapid.IntRange(0, 30000).Draw(t, "ms"))*ms)
		}
		clear(n.cut)
		for i, d := range n.nodes {
			if !d.up || d.state == GaveUp {
				n.start(i)
			}
		}
		n.run(n.now + calm(size))
		n.wantOne(t)
	})
}

// calm is enough for one cluster after everything has healed: until the last
// silent member is removed, and then for each of the others a search and the
// time to join.
func calm(size int) time.Duration {
	c := quick(0)
	return c.MaxNoHeartbeat + c.MaxNoConfirmation + time.Duration(size)*(c.MergeFirst+c.MergeNext+c.MaxWaitJoin+targetTime)
}

// suffer applies one random event.
func (n *network) suffer(t *rapid.T) {
	i := rapid.IntRange(0, len(n.nodes)-1).Draw(t, "node")
	switch rapid.SampledFrom([]string{"start", "start", "crash", "kill", "cut", "cut", "part", "heal"}).Draw(t, "what") {
	case "start":
		if !n.nodes[i].up {
			n.start(i)
		}
	case "crash":
		n.crash(i, false)
	case "kill":
		n.crash(i, true)
	case "cut":
		if j := rapid.IntRange(0, len(n.nodes)-1).Draw(t, "other"); j != i {
			n.cut[[2]int{min(i, j), max(i, j)}] = true
		}
	case "part":
		for j := i; j < len(n.nodes); j++ {
			for k := range i {
				n.cut[[2]int{k, j}] = true
			}
		}
	case "heal":
		clear(n.cut)
	}
}

// wantOne checks that all members are one cluster.
func (n *network) wantOne(t interface{ Fatalf(string, ...any) }) {
	var coordinators []string
	for _, d := range n.nodes {
		if d.coordinator {
			coordinators = append(coordinators, d.cfg.Self.Name)
		}
		if len(d.members) != len(n.nodes) || !slices.Equal(d.members, n.nodes[0].members) {
			t.Fatalf("%s %s: got members %v, want all, as %v\n%s", n.now, d.cfg.Self.Name, d.members, n.nodes[0].members, n.story())
		}
	}
	if len(coordinators) != 1 {
		t.Fatalf("coordinators: got %v, want one", coordinators)
	}
}

func (n *network) story() (s string) {
	for _, d := range n.nodes {
		s += fmt.Sprintf("%s: %q\n", d.cfg.Self.Name, d.reports)
	}
	return s
}
