package lbgroup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// At tableNow a member that is softdown has still tableRest to wait.
const (
	tableNow  = 100 * time.Second
	tableRest = 50 * time.Second
	tableDamp = 120 * time.Second
)

// happenings are what may happen to member a, as a shell says it. tx is a
// transaction that has chosen the member while it was up.
var happenings = map[string]func(g *Group, tx *Transaction){
	"connect fails":   func(_ *Group, tx *Transaction) { tx.Failed(tableNow, "refused") },
	"connects":        func(_ *Group, tx *Transaction) { tx.Connected() },
	"check fails":     func(g *Group, _ *Transaction) { g.Checked(tableNow, "a", false, "no answer") },
	"check passes":    func(g *Group, _ *Transaction) { g.Checked(tableNow, "a", true, "") },
	"damp elapses":    func(g *Group, _ *Transaction) { g.Advance(tableNow + tableRest) },
	"admin disables":  func(g *Group, _ *Transaction) { g.SetAdminState(tableNow, "a", false) },
	"admin enables":   func(g *Group, _ *Transaction) { g.SetAdminState(tableNow, "a", true) },
	"is removed":      func(g *Group, _ *Transaction) { _ = g.SetMembers(tableNow, g.cfg.Members[1:]) },
	"weight changes":  func(g *Group, _ *Transaction) { _ = g.SetMembers(tableNow, heavier(g.cfg.Members)) },
	"time goes on":    func(g *Group, _ *Transaction) { g.Advance(tableNow + tableRest - 1) },
	"another is down": func(g *Group, _ *Transaction) { g.Checked(tableNow, "b", false, "") },
}

func heavier(list []Member) []Member {
	list = slices.Clone(list)
	list[0].Weight = 7
	return list
}

// TestTransitionTable walks spec/failover.md §6.4: every state and everything
// that may happen in it, under both readings of both contradictions. Method:
// put a member into the state, do it, and compare all that is visible.
//
// "softdown+" is softdown with Damp beginning now, "held" is softdown until a
// health check passes. "." means that nothing changes, not even the timer. What
// follows a slash is the other reading: for "check fails" that of
// Config.FailedCheck, for "try-every fails" that of Config.TryEveryFailed.
func TestTransitionTable(t *testing.T) {
	states := []State{Up, SoftDown, held, Down, Disabled}
	rows := []struct {
		what  string
		every bool // the transaction tries every member
		cells string
		cause Cause
	}{
		//                         up         softdown   held      down         disabled
		{"connect fails", false, " softdown+  softdown+  .         .            .", CauseConnectFailed},
		{"connect fails", true, "  softdown+  softdown+  .         ./softdown+  .", CauseTryEveryFailed},
		{"connects", false, "      .          .          .         .            .", CauseNone},
		{"connects", true, "       .          .          .         .            .", CauseNone},
		{"check fails", false, "   down/held  down/held  .         .            .", CauseCheckFailed},
		{"check passes", false, "  .          up         up        up           .", CauseCheckPassed},
		{"damp elapses", false, "  .          up         .         .            .", CauseDampElapsed},
		{"time goes on", false, "  .          .          .         .            .", CauseNone},
		{"admin disables", false, "disabled   disabled   disabled  disabled     .", CauseAdminDisabled},
		{"admin enables", false, " .          .          .         .            up", CauseAdminEnabled},
		{"is removed", false, "    absent     absent     absent    absent       absent", CauseRemoved},
		{"weight changes", false, ".          .          .         .            .", CauseNone},
		{"another is down", false, ".         .          .         .            .", CauseNone},
	}
	for _, row := range rows {
		for i, cell := range strings.Fields(row.cells) {
			for reading := range 4 {
				c := configured(FirstAlive)
				c.Mode, c.TryEveryServer = Observed, row.every
				here, other, contradiction := strings.Cut(cell, "/")
				if reading&1 != 0 {
					c.FailedCheck = SoftDown
				}
				if reading&2 != 0 {
					c.TryEveryFailed = SoftDown
				}
				chosen := c.FailedCheck
				if row.every {
					chosen = c.TryEveryFailed
				}
				if contradiction && chosen == SoftDown {
					here = other
				}
				t.Run(fmt.Sprintf("%s/%t/%d/%v", row.what, row.every, reading, i), func(t *testing.T) {
					checkCell(t, c, states[i], row.what, here, row.cause)
				})
			}
		}
	}
}

// checkCell does one thing to a member in a state, and compares the group with
// what a cell says.
func checkCell(t *testing.T, c Config, before State, what, cell string, cause Cause) {
	g := made(t, c)
	tx := g.Begin(Request{})
	if got := tx.Next(tableNow); got != (Choice{"a", ByAlgorithm}) {
		t.Fatalf("got %+v, want the first member", got)
	}
	m := &g.members[g.slots["a"]]
	m.state = before
	due := Never
	if before == SoftDown {
		due = tableNow + tableRest
	}
	m.dampDue = due
	g.schedule()
	g.rank()

	happenings[what](g, &tx)

	after := before.reported()
	if cell != "." {
		due = Never
		switch cell {
		case "softdown+":
			after, due = SoftDown, tableNow+tableDamp
		case "held":
			after = SoftDown
		default:
			if err := after.UnmarshalText([]byte(cell)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if g.NextAt() != due {
		t.Errorf("Damp ends at %v, want %v", g.NextAt(), due)
	}
	status := g.Status()
	if after == Absent {
		status = append([]Status{{Server: "a"}}, status...)
	}
	for i, want := range []Status{{"a", after, 1, 0}, {"b", Up, 1, 0}, {"c", Up, 1, 0}} {
		switch {
		case what == "connects" && i == 0:
			want.Active = 1
		case what == "weight changes" && i == 0:
			want.Weight = 7
		case what == "another is down" && i == 1:
			want.State = Down
			if c.FailedCheck == SoftDown {
				want.State = SoftDown
			}
		case after == Absent && i == 0:
			want.Weight = 0
		}
		if status[i] != want {
			t.Errorf("got %+v, want %+v", status[i], want)
		}
	}
	checkChange(t, g, before.reported(), after, cause)
}

// checkChange: the group reports the transition of a once if there was one, and
// no other one of it.
func checkChange(t *testing.T, g *Group, from, to State, cause Cause) {
	t.Helper()
	var want []Change
	if from != to {
		want = []Change{{"a", from, to, cause, map[Cause]string{
			CauseConnectFailed: "refused", CauseTryEveryFailed: "refused", CauseCheckFailed: "no answer",
		}[cause]}}
	}
	changes := slices.DeleteFunc(slices.Clone(g.Changes()), func(c Change) bool { return c.Server == "b" })
	if !slices.Equal(changes, want) {
		t.Errorf("got changes %+v, want %+v", changes, want)
	}
	if more := g.Changes(); len(more) > 0 {
		t.Errorf("got changes %+v a second time", more)
	}
}

// TestAddedMember is the first row of spec/failover.md §6.4, at the creation of
// a group and later.
func TestAddedMember(t *testing.T) {
	c := configured(RoundRobin)
	c.Members = []Member{{Server: "a", Weight: 1}, {Server: "b", Weight: 1, Disabled: true}}
	g := made(t, c)
	if changes := g.Changes(); len(changes) > 0 {
		t.Errorf("a new group has changes %+v", changes)
	}
	if err := g.SetMembers(0, append(c.Members, Member{Server: "c", Weight: 1}, Member{Server: "d", Weight: 1, Disabled: true})); err != nil {
		t.Fatal(err)
	}
	want := []Status{{"a", Up, 1, 0}, {"b", Disabled, 1, 0}, {"c", Up, 1, 0}, {"d", Disabled, 1, 0}}
	if got := g.Status(); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	changes := []Change{{Server: "c", To: Up, Cause: CauseAdded}, {Server: "d", To: Disabled, Cause: CauseAdminDisabled}}
	if got := g.Changes(); !slices.Equal(got, changes) {
		t.Errorf("got changes %+v, want %+v", got, changes)
	}
	if g.NextAt() != Never {
		t.Errorf("Damp ends at %v, want never", g.NextAt())
	}
}

// TestAdvanceInOrder: members whose Damp has ended come up in the order of
// their instants, however late the group is told the time; before, none does.
func TestAdvanceInOrder(t *testing.T) {
	c := configured(FirstAlive)
	c.Mode = Observed
	g := made(t, c)
	for i, server := range []string{"c", "a", "b"} {
		tx := g.Begin(Request{Affine: server})
		now := time.Duration(i) * time.Second
		if got := tx.Next(now); got.Server != server {
			t.Fatalf("got %+v, want %s", got, server)
		}
		tx.Failed(now, "")
	}
	g.Changes()
	g.Advance(tableDamp - 1)
	if changes := g.Changes(); len(changes) > 0 || g.NextAt() != tableDamp {
		t.Errorf("1 ns early: got changes %+v, next at %v, want none and %v", changes, g.NextAt(), tableDamp)
	}
	g.Advance(Never)
	var got []string
	for _, change := range g.Changes() {
		if change.Cause == CauseDampElapsed && change.To == Up {
			got = append(got, change.Server)
		}
	}
	if want := []string{"c", "a", "b"}; !slices.Equal(got, want) || g.NextAt() != Never {
		t.Errorf("came up in the order %v, next at %v, want %v and never", got, g.NextAt(), want)
	}
}
