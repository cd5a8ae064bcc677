package lbgroup

import (
	"errors"
	"slices"
	"testing"
)

// TestSetMembers: a new list from a WebSphere cell changes the order and the
// weights, and nothing else about the members that stay.
func TestSetMembers(t *testing.T) {
	g := weighted(t, FirstAlive, 1, 1, 1, 1, 1)
	turn(t, g, "b", SoftDown)
	turn(t, g, "c", Down)
	turn(t, g, "d", Disabled)
	connect(g, Request{Affine: "e"})
	due := g.NextAt()
	g.Changes()
	err := g.SetMembers(1, []Member{
		{Server: "e", Weight: 5}, {Server: "d", Weight: 4}, {Server: "new", Weight: 9},
		{Server: "c", Weight: 3, Disabled: true}, {Server: "b", Weight: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Status{{"e", Up, 5, 1}, {"d", Disabled, 4, 0}, {"new", Up, 9, 0}, {"c", Down, 3, 0}, {"b", SoftDown, 2, 0}}
	if got := g.Status(); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	changes := []Change{{Server: "a", From: Up, Cause: CauseRemoved}, {Server: "new", To: Up, Cause: CauseAdded}}
	if got := g.Changes(); !slices.Equal(got, changes) {
		t.Errorf("got changes %+v, want %+v", got, changes)
	}
	if g.NextAt() != due {
		t.Errorf("Damp ends at %v, want %v as before", g.NextAt(), due)
	}
	if got := choices(g, 1); got != "e" {
		t.Errorf("first-alive chose %s, want the first of the new list", got)
	}
	g.Advance(due)
	if got := g.Status()[4].State; got != Up {
		t.Errorf("b is %v after Damp, want up", got)
	}
}

// TestSetMembersMistake: a bad list changes nothing.
func TestSetMembersMistake(t *testing.T) {
	g := weighted(t, RoundRobin, 1, 1)
	before := g.Status()
	err := g.SetMembers(0, []Member{{Server: "x", Weight: 1}, {Server: "b", Weight: -1}})
	if !errors.Is(err, ErrConfig) {
		t.Errorf("got error %v", err)
	}
	if got := g.Status(); !slices.Equal(got, before) || len(g.Changes()) > 0 {
		t.Errorf("got %+v, want %+v and no changes", got, before)
	}
}

// TestRemovalOfSoftDown: with the member goes its timer.
func TestRemovalOfSoftDown(t *testing.T) {
	g := weighted(t, RoundRobin, 1, 1)
	turn(t, g, "a", SoftDown)
	if err := g.SetMembers(0, []Member{{Server: "b", Weight: 1}}); err != nil {
		t.Fatal(err)
	}
	g.Changes()
	if g.NextAt() != Never {
		t.Errorf("Damp ends at %v, want never", g.NextAt())
	}
	g.Advance(DampMax)
	if changes := g.Changes(); len(changes) > 0 {
		t.Errorf("got changes %+v", changes)
	}
}

// TestPollsDoNotDisturb: a cell that is polled between any two requests and
// says the same each time leaves weighted round-robin as it is; one that
// changes a weight begins it anew.
func TestPollsDoNotDisturb(t *testing.T) {
	g := weighted(t, WeightedRoundRobin, 5, 1, 1)
	list := slices.Clone(g.cfg.Members)
	got := ""
	for range 7 {
		got += choices(g, 1)
		if err := g.SetMembers(0, list); err != nil {
			t.Fatal(err)
		}
	}
	if want := "aabacaa"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	choices(g, 2)
	list[0].Weight = 1
	if err := g.SetMembers(0, list); err != nil {
		t.Fatal(err)
	}
	if got := choices(g, 3); got != "abc" {
		t.Errorf("after a change of weight: got %s, want abc", got)
	}
}

// TestRoundRobinGoesOn: the turn passes to the next member of the new list, or
// begins again if the member that had it is gone.
func TestRoundRobinGoesOn(t *testing.T) {
	for _, tt := range []struct {
		list []string
		want string
	}{
		{[]string{"b", "c", "a"}, "cabca"}, // after b
		{[]string{"c", "a", "b"}, "cabca"},
		{[]string{"a", "c", "d"}, "acdac"}, // b is gone
		{[]string{"d", "b"}, "dbdbd"},
		{[]string{"b", "d"}, "dbdbd"},
	} {
		g := weighted(t, RoundRobin, 1, 1, 1)
		choices(g, 2)
		var list []Member
		for _, server := range tt.list {
			list = append(list, Member{Server: server, Weight: 1})
		}
		if err := g.SetMembers(0, list); err != nil {
			t.Fatal(err)
		}
		if got := choices(g, len(tt.want)); got != tt.want {
			t.Errorf("a b c, then after b %v: got %s, want %s", tt.list, got, tt.want)
		}
	}
}

// TestUnknownMember: news of a member that the group does not have change
// nothing, and SetAdminState says so.
func TestUnknownMember(t *testing.T) {
	g := weighted(t, RoundRobin, 1, 1)
	before := g.Status()
	g.Checked(0, "x", false, "")
	if g.SetAdminState(0, "x", false) || !g.SetAdminState(0, "a", true) {
		t.Error("SetAdminState: wrong about which members there are")
	}
	if got := g.Status(); !slices.Equal(got, before) || len(g.Changes()) > 0 {
		t.Errorf("got %+v, want %+v and no changes", got, before)
	}
}

// TestWeightZero: a member to which a cell gives a weight of 0 serves the
// sessions that it has and no others, under each algorithm. That is no change
// of its state. If no other is up it counts as not up: it is tried, but for
// GiveUpWhenAllMembersDown.
func TestWeightZero(t *testing.T) {
	quiesced := []Member{{Server: "a", Weight: 0}, {Server: "b", Weight: 1}}
	for i := range algorithmWords.names {
		g := weighted(t, Algorithm(i), 1, 1)
		if err := g.SetMembers(0, quiesced); err != nil {
			t.Fatal(err)
		}
		for hash := range uint64(20) {
			tx := g.Begin(Request{Hash: hash})
			if got := tx.Next(0); got != (Choice{"b", ByAlgorithm}) {
				t.Errorf("%v: got %+v, want b", Algorithm(i), got)
			}
			tx.Connected()
		}
		tx := g.Begin(Request{Affine: "a"})
		if got := tx.Next(0); got != (Choice{"a", ByAffinity}) {
			t.Errorf("%v: a session of a: got %+v, want a", Algorithm(i), got)
		}
		tx.Connected()
		if changes := g.Changes(); len(changes) > 0 {
			t.Errorf("%v: got changes %+v", Algorithm(i), changes)
		}
	}
	for giveUp, want := range map[bool]Choice{false: {"a", FirstOfList}, true: {"", NoneUp}} {
		c := configured(RoundRobin)
		c.GiveUpWhenAllMembersDown = giveUp
		g, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.SetMembers(0, []Member{{Server: "a", Weight: 0}}); err != nil {
			t.Fatal(err)
		}
		tx := g.Begin(Request{})
		if got := tx.Next(0); got != want {
			t.Errorf("give up %v: got %+v, want %+v", giveUp, got, want)
		}
	}
}
