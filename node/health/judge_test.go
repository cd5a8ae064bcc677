package health

import (
	"strings"
	"testing"
)

// TestJudge walks series of results: + is good, - is bad. The states after
// each are u (up), d (down) or ? (unknown).
func TestJudge(t *testing.T) {
	plain := Judge{Rise: 2, Fall: 3}
	up, down := plain, plain
	up.State, down.State = Up, Down
	for _, c := range []struct {
		name    string
		judge   Judge
		results string
		states  string
	}{
		{"unknown, good", plain, "++-+--+---", "?uuuuuuuud"},
		{"unknown, bad", plain, "---+-++", "??ddddu"},
		{"unknown, in turn", plain, "+-+--+-++", "????????u"},
		{"fully up", up, "--+---", "uuuuud"},
		{"fully down", down, "+-++", "dddu"},
		// Of init-state up, one failure is enough, unless a success came first.
		{"leaning up, bad", plain.Leaning(Up), "-+-++", "ddddu"},
		{"leaning up, good", plain.Leaning(Up), "+--+---", "uuuuuud"},
		{"leaning down, good", plain.Leaning(Down), "+--+---", "uuuuuud"},
		{"leaning down, bad", plain.Leaning(Down), "-+-++", "ddddu"},
		{"one is enough", Judge{Rise: 1, Fall: 1}, "+-+", "udu"},
	} {
		j, got := c.judge, ""
		for _, r := range c.results {
			before := j.State
			var changed bool
			j, changed = j.Take(r == '+')
			if changed != (j.State != before) {
				t.Errorf("%s: from %v to %v, and it says %v", c.name, before, j.State, changed)
			}
			got += map[State]string{Unknown: "?", Up: "u", Down: "d"}[j.State]
		}
		if got != c.states {
			t.Errorf("%s: %s: got %s, want %s", c.name, c.results, got, c.states)
		}
	}
}

// TestJudgeWavers: only while results speak against the state, and are not
// enough.
func TestJudgeWavers(t *testing.T) {
	j, got := Judge{Rise: 2, Fall: 3}, ""
	for _, r := range "++--+---+-++" {
		j, _ = j.Take(r == '+')
		got += map[bool]string{true: "w", false: "."}[j.Wavering()]
	}
	// Up after the second, down after the eighth, up after the last.
	if want := "..ww.ww.w.w."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !strings.Contains(Down.String(), "down") || Unknown.String() != "" {
		t.Errorf("got the words %q and %q", Down, Unknown)
	}
}

// TestJudgeIsBounded: a judge after a long time is equal to one after a short
// time.
func TestJudgeIsBounded(t *testing.T) {
	after := func(n int) Judge {
		j := Judge{Rise: 2, Fall: 3}
		for range n {
			j, _ = j.Take(true)
		}
		return j
	}
	if after(2) != after(1000) {
		t.Errorf("got %+v, then %+v", after(2), after(1000))
	}
}
