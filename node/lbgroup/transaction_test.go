package lbgroup

import (
	"testing"
	"time"
)

// connections returns the active connections of a member.
func connections(t *testing.T, g *Group, server string) int {
	t.Helper()
	for _, s := range g.Status() {
		if s.Server == server {
			return s.Active
		}
	}
	t.Fatalf("no member %s", server)
	return 0
}

// TestConnectionsCountOnce: a connection counts from Connected to Released, and
// calls out of turn change nothing.
func TestConnectionsCountOnce(t *testing.T) {
	g := made(t, configured(FirstAlive))
	tx := g.Begin(Request{})
	steps := []struct {
		what string
		do   func()
		want int
	}{
		{"released before it began", tx.Released, 0},
		{"connected before it began", tx.Connected, 0},
		{"failed before it began", func() { tx.Failed(0, "") }, 0},
		{"chosen", func() { tx.Next(0) }, 0},
		{"released before it was connected", tx.Released, 0},
		{"connected", tx.Connected, 1},
		{"connected again", tx.Connected, 1},
		{"failed after it was connected", func() { tx.Failed(0, "") }, 1},
		{"next after it was connected", func() { tx.Next(0) }, 1},
		{"released", tx.Released, 0},
		{"released again", tx.Released, 0},
		{"connected after the end", tx.Connected, 0},
		{"next after the end", func() { tx.Next(0) }, 0},
	}
	for _, step := range steps {
		step.do()
		if got := connections(t, g, "a"); got != step.want {
			t.Errorf("%s: got %d connections, want %d", step.what, got, step.want)
		}
		if changes := g.Changes(); len(changes) > 0 {
			t.Errorf("%s: got changes %+v", step.what, changes)
		}
	}
}

// TestMemberLeavesDuringTransaction: what a transaction says about a member
// that has left does not reach the one that has its place, or the same one come
// back.
func TestMemberLeavesDuringTransaction(t *testing.T) {
	for _, successor := range []string{"d", "a"} {
		c := configured(FirstAlive)
		c.Mode = Observed
		g := made(t, c)
		connected, failing, connecting := g.Begin(Request{}), g.Begin(Request{}), g.Begin(Request{})
		for _, tx := range []*Transaction{&connected, &failing, &connecting} {
			tx.Next(0)
		}
		connected.Connected()
		for _, list := range [][]Member{c.Members[1:], append([]Member{{Server: successor, Weight: 1}}, c.Members[1:]...)} {
			if err := g.SetMembers(0, list); err != nil {
				t.Fatal(err)
			}
		}
		if g.slots[successor] != 0 {
			t.Fatalf("the successor has slot %d, want that of the first member", g.slots[successor])
		}
		g.Changes()
		connected.Released()
		failing.Failed(0, "")
		connecting.Connected()
		connecting.Released()
		if got := g.Status()[0]; got != (Status{successor, Up, 1, 0}) {
			t.Errorf("got %+v, want it untouched", got)
		}
		if changes := g.Changes(); len(changes) > 0 {
			t.Errorf("got changes %+v", changes)
		}
		// It joined after the first Next, so this transaction does not try it.
		if got := failing.Next(0); got.Server != "b" {
			t.Errorf("got %+v, want b", got)
		}
	}
}

// TestMemberJoinsDuringTransaction: a transaction does not try a member that
// joined after its first Next, the next one does.
func TestMemberJoinsDuringTransaction(t *testing.T) {
	c := configured(FirstAlive)
	c.Mode = Observed
	g := made(t, c)
	tx := g.Begin(Request{})
	tx.Next(0)
	tx.Failed(0, "")
	if err := g.SetMembers(0, append([]Member{{Server: "d", Weight: 1}}, c.Members...)); err != nil {
		t.Fatal(err)
	}
	if got := tx.Next(0); got.Server != "b" {
		t.Errorf("got %+v, want b", got)
	}
	later := g.Begin(Request{})
	if got := later.Next(0); got.Server != "d" {
		t.Errorf("a later transaction: got %+v, want d", got)
	}
}

// TestMemberComesUpDuringTransaction: a member that comes up between two
// attempts is tried if the plan goes on, but no member twice.
func TestMemberComesUpDuringTransaction(t *testing.T) {
	c := configured(FirstAlive)
	c.Mode, c.Damp = Observed, time.Second
	g := made(t, c)
	g.Checked(0, "b", false, "")
	g.Checked(0, "c", false, "")
	tx := g.Begin(Request{})
	if got := tx.Next(0); got.Server != "a" {
		t.Fatalf("got %+v, want a", got)
	}
	tx.Failed(0, "")
	g.Checked(0, "c", true, "")
	// Now a is up again as well, after Damp, and the first of the list.
	if got := tx.Next(time.Second); got != (Choice{"c", ByAlgorithm}) {
		t.Errorf("got %+v, want c", got)
	}
	if got := g.Status()[0].State; got != Up {
		t.Errorf("a is %v, want it up: Next does what is due", got)
	}
	tx.Failed(time.Second, "")
	if got := tx.Next(time.Second); got != (Choice{Why: NoOtherUp}) {
		t.Errorf("got %+v, want no other", got)
	}
}

// TestAbandonedAttempt: a client that goes away while its connection is being
// made costs the member nothing.
func TestAbandonedAttempt(t *testing.T) {
	g := made(t, configured(LeastConnections))
	for range 10 {
		tx := g.Begin(Request{})
		if got := tx.Next(0); got.Server != "a" {
			t.Errorf("got %+v, want a", got)
		}
	}
	if changes := g.Changes(); len(changes) > 0 || connections(t, g, "a") != 0 {
		t.Errorf("got changes %+v and %d connections, want none", changes, connections(t, g, "a"))
	}
}

// TestTransactionDoesNotAllocate covers the path of each request, and that of a
// retry.
func TestTransactionDoesNotAllocate(t *testing.T) {
	for a := range Algorithm(len(algorithmWords.names)) {
		g := crowd(t, a, MembersMax, true)
		g.cfg.Mode = Observed
		live := make([]Transaction, 10)
		for i := range live {
			live[i] = g.Begin(Request{})
		}
		i := 0
		if n := testing.AllocsPerRun(100, func() { i++; serve(g, live, i) }); n != 0 {
			t.Errorf("%v: got %v allocations per transaction, want none", a, n)
		}
		if n := testing.AllocsPerRun(100, func() {
			tx := g.Begin(Request{})
			for range 3 {
				tx.Next(0)
				tx.Failed(0, "")
				g.Checked(0, g.members[tx.slot].server, true, "")
				g.Changes()
			}
		}); n != 0 {
			t.Errorf("%v: got %v allocations for three attempts, want none", a, n)
		}
	}
}
