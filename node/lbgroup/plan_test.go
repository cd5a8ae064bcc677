package lbgroup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// matrixGroup is a group in which a is down, c softdown and e disabled. b and d
// are up, or softdown and down.
func matrixGroup(t *testing.T, c Config, someUp bool) *Group {
	t.Helper()
	c.Algorithm = FirstAlive
	c.Members = nil
	for _, server := range []string{"a", "b", "c", "d", "e"} {
		c.Members = append(c.Members, Member{Server: server, Weight: 1, Disabled: server == "e"})
	}
	g := made(t, c)
	softdown := func(server string) {
		tx := g.Begin(Request{Affine: server})
		if got := tx.Next(0); got.Server != server {
			t.Fatalf("got %+v, want %s", got, server)
		}
		tx.Failed(0, "")
	}
	softdown("c")
	g.Checked(0, "a", false, "")
	if !someUp {
		softdown("b")
		g.Checked(0, "d", false, "")
	}
	g.Changes()
	return g
}

// TestRetryMatrix walks the second table of spec/failover.md §6.5 row by row.
// In each row every attempt fails. The members of matrixGroup are listed in the
// order in which they must be tried, then comes the reason for giving up.
//
// D is Documented, O is Observed. Where the spec has no D, it follows from the
// sentences that it quotes: TryEveryServer "applies only when none is up", and
// off "does not contact the others". With both on and none up these sentences
// contradict GiveUpWhenAllMembersDown, and what was observed counts.
func TestRetryMatrix(t *testing.T) {
	const (
		upOnes  = "b:by the algorithm d:by the algorithm"
		allOnes = "a:every member is tried b:every member is tried c:every member is tried d:every member is tried"
	)
	rows := []struct {
		giveUp, every bool
		mode          Mode
		someUp        bool
		tried         string
		end           Why
	}{
		// off, off: one attempt / the next one that is up; the first of the list
		{false, false, Documented, true, "b:by the algorithm", NoRetry},
		{false, false, Observed, true, upOnes, NoOtherUp},
		{false, false, Documented, false, "a:first of the list, as none is up", NoRetry},
		{false, false, Observed, false, "a:first of the list, as none is up", NoRetry},
		// on, off: the same; no attempt
		{true, false, Documented, true, "b:by the algorithm", NoRetry},
		{true, false, Observed, true, upOnes, NoOtherUp},
		{true, false, Documented, false, "", NoneUp},
		{true, false, Observed, false, "", NoneUp},
		// off, on: no effect / all others in whatever state; all
		{false, true, Documented, true, "b:by the algorithm", NoRetry},
		{false, true, Observed, true, upOnes + " a:every member is tried c:every member is tried", EveryFailed},
		{false, true, Documented, false, allOnes, EveryFailed},
		{false, true, Observed, false, allOnes, EveryFailed},
		// on, on: the same; TryEveryServer overrides
		{true, true, Documented, true, "b:by the algorithm", NoRetry},
		{true, true, Observed, true, upOnes + " a:every member is tried c:every member is tried", EveryFailed},
		{true, true, Documented, false, allOnes, EveryFailed},
		{true, true, Observed, false, allOnes, EveryFailed},
	}
	for _, row := range rows {
		for _, downTurns := range []State{Down, SoftDown} {
			t.Run(fmt.Sprintf("%t/%t/%v/%t/%v", row.giveUp, row.every, row.mode, row.someUp, downTurns), func(t *testing.T) {
				c := configured(FirstAlive)
				c.GiveUpWhenAllMembersDown, c.TryEveryServer, c.Mode, c.TryEveryFailed = row.giveUp, row.every, row.mode, downTurns
				g := matrixGroup(t, c, row.someUp)
				before := g.Status()
				tried := exhaust(t, g, row.tried, row.end)
				checkAfterFailures(t, g, before, tried, downTurns == SoftDown && len(tried) > 2)
				for stop := range tried {
					acceptAt(t, matrixGroup(t, c, row.someUp), tried, stop)
				}
			})
		}
	}
}

// matrixNow is when attempts fail. Damp of the members that are softdown before
// goes on until then.
const matrixNow = 60 * time.Second

// exhaust lets every attempt fail, and returns the members tried.
func exhaust(t *testing.T, g *Group, want string, end Why) (tried []string) {
	t.Helper()
	var got []string
	tx := g.Begin(Request{})
	choice := tx.Next(matrixNow)
	for ; choice.Server != ""; choice = tx.Next(matrixNow) {
		tried = append(tried, choice.Server)
		got = append(got, choice.Server+":"+choice.Why.String())
		tx.Failed(matrixNow, "refused")
	}
	if joined := strings.Join(got, " "); joined != want || choice.Why != end {
		t.Errorf("got %q, then %v, want %q, then %v", joined, choice.Why, want, end)
	}
	if again := tx.Next(matrixNow); again != (Choice{Why: end}) {
		t.Errorf("got %+v the second time, want the same end", again)
	}
	return tried
}

// checkAfterFailures: members that were up or softdown are softdown with Damp
// beginning anew, those that were down only if a transaction that tried every
// member makes them so. Nobody else has changed.
func checkAfterFailures(t *testing.T, g *Group, before []Status, tried []string, downTurns bool) {
	t.Helper()
	for i, status := range g.Status() {
		want := before[i].State
		due := Never
		if want == SoftDown {
			due = g.cfg.Damp
		}
		if slices.Contains(tried, status.Server) && (want != Down || downTurns) {
			want, due = SoftDown, matrixNow+g.cfg.Damp
		}
		if got := g.members[g.slots[status.Server]].dampDue; status.State != want || got != due {
			t.Errorf("%s: got %v until %v, want %v until %v", status.Server, status.State, got, want, due)
		}
	}
}

// acceptAt lets the attempt at one place succeed: there is none after it, and
// the member's state stays as it was.
func acceptAt(t *testing.T, g *Group, tried []string, stop int) {
	t.Helper()
	tx := g.Begin(Request{})
	for i := range stop + 1 {
		if got := tx.Next(matrixNow); got.Server != tried[i] {
			t.Fatalf("attempt %d: got %+v, want %s", i, got, tried[i])
		}
		if i < stop {
			tx.Failed(matrixNow, "refused")
		}
	}
	before := g.Status()
	tx.Connected()
	if got := tx.Next(matrixNow); got != (Choice{Why: IsConnected}) {
		t.Errorf("after success: got %+v", got)
	}
	for i, status := range g.Status() {
		want := before[i]
		if want.Server == tried[stop] {
			want.Active = 1
		}
		if status != want {
			t.Errorf("after success at %s: got %+v, want %+v", tried[stop], status, want)
		}
	}
}

// TestNoMember: without an enabled member no plan has an attempt.
func TestNoMember(t *testing.T) {
	for bits := range 8 {
		c := configured(RoundRobin)
		c.GiveUpWhenAllMembersDown, c.TryEveryServer, c.Mode = bits&1 != 0, bits&2 != 0, Mode(bits>>2)
		for i := range c.Members {
			c.Members[i].Disabled = true
		}
		empty := c
		empty.Members = nil
		for _, c := range []Config{c, empty} {
			g := made(t, c)
			tx := g.Begin(Request{Affine: "a"})
			if got := tx.Next(0); got != (Choice{Why: NoMember}) {
				t.Errorf("%d members, properties %03b: got %+v, want no member", len(c.Members), bits, got)
			}
		}
	}
}

// TestFirstEnabledIsSelected: the member that is selected when none is up is
// the first enabled one, whatever the algorithm, and no other one.
func TestFirstEnabledIsSelected(t *testing.T) {
	for a := range Algorithm(len(algorithmWords.names)) {
		c := configured(a)
		c.Members[0].Disabled = true
		g := made(t, c)
		g.Checked(0, "b", false, "")
		g.Checked(0, "c", false, "")
		for client := range uint64(10) {
			tx := g.Begin(Request{Hash: client, Affine: "c"})
			if got := tx.Next(0); got != (Choice{"b", FirstOfList}) {
				t.Errorf("%v: got %+v, want b", a, got)
			}
		}
	}
}
