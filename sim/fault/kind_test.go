package fault

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestRowsAreComplete: a field that was forgotten is named with its verb.
func TestRowsAreComplete(t *testing.T) {
	verbs := map[string]bool{}
	for _, row := range Standard().Rows() {
		if err := row.check(); err != nil {
			t.Error(err)
		}
		if verbs[row.verb] {
			t.Errorf("%s: there are two rows", row.verb)
		}
		verbs[row.verb] = true
		if !strings.HasPrefix(row.usage, row.verb) {
			t.Errorf("%s: its usage begins otherwise: %s", row.verb, row.usage)
		}
	}
	for _, g := range goldenLines {
		if row := g.want.Row(); row.verb != strings.Fields(g.line)[0] || row.goType != reflect.TypeOf(Plain(g.want)) {
			t.Errorf("%s: got the row of %s, for %v", g.line, row.verb, row.goType)
		}
	}
}

// TestAForgottenField is refused, by name, as is a verb that there is already.
func TestAForgottenField(t *testing.T) {
	half := Kind[Crash]{Verb: "smash", Usage: "smash NODE", Parse: func(l *Line) Crash { return Crash{l.Name("node")} }}
	_, err := Standard().With(half.Row())
	if !errors.Is(err, ErrRow) || !strings.Contains(err.Error(), "smash") || !strings.Contains(err.Error(), "Replaces") || strings.Contains(err.Error(), "Parse") {
		t.Errorf("got %v, want an ErrRow that names smash and what it lacks", err)
	}
	if _, err := Standard().With(crashRow); !errors.Is(err, ErrRow) || !strings.Contains(err.Error(), "crash") {
		t.Errorf("got %v, want an ErrRow that names crash", err)
	}
}

// TestBreaks: what takes something away, for a while or for good, and what only
// repairs, orders or keeps.
func TestBreaks(t *testing.T) {
	for line, want := range map[string]bool{
		"pull a.lan": true, "pull a.lan for 4s": true, "partition a | b": true, "impair a~lan loss 2%": true, "freeze a": true,
		"crash a": true, "reboot a down 5s": true, "stop service web on b": true, "backend web status 500": true,
		"hog a service 100%": true, "set a standby off": true,
		"plug a.lan": false, "heal": false, "thaw a": false, "boot a": false, "start service web on b": false,
		"backend web ok": false, "calm a service": false, "yield a.lan": false, "save a": false,
	} {
		f, err := Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if got := Breaks(f); got != want {
			t.Errorf("%s: got %v, want %v", line, got, want)
		}
	}
}

// TestUndoing: what each kind of fault is undone by, beside the end of a span.
func TestUndoing(t *testing.T) {
	for _, c := range []struct {
		line     string
		span     bool   // may end with `for TIME`
		opposite string // mends it; empty: nothing does
	}{
		{"pull a.lan", true, "plug a.lan"},
		{"pull a.lan silently out", true, "plug a.lan"},
		{"plug a.lan", false, ""},
		{"partition a | b c1", true, "heal"},
		{"heal", false, ""},
		{"impair a~lan loss 2%", true, "heal a"},
		{"drop garp from a to b", true, "heal a"},
		{"prune multicast lan", true, "unprune multicast lan"},
		{"unprune multicast lan", false, ""},
		{"block a.lan foreign", true, "unblock a.lan"},
		{"unblock a.lan", false, ""},
		{"hog a service 100%", true, "calm a service"},
		{"calm a", false, ""},
		{"fill a memory 90%", true, "fill a memory 0%"},
		{"freeze a process", true, "thaw a"},
		{"thaw a", false, ""},
		{"crash a", true, "boot a"},
		{"boot a", false, ""},
		{"reboot a down 5s", false, ""},
		{"set a standby off", true, ""},
		{"save a", false, ""},
		{"yield a", false, ""},
		{"quiesce a delay 5s", true, "unquiesce a"},
		{"unquiesce a", false, ""},
		{"stop service web on b", true, "start service web on b"},
		{"start service web on b", false, ""},
		{"backend web hang", true, "backend web ok"},
		{"backend web ok", false, "backend web ok"},
		{"skew a 5s", true, ""},
		{"drift a 1%", true, "drift a 0%"},
	} {
		f, opposite := parsed(t, c.line), ""
		if o := Opposite(f); o != nil {
			opposite = o.String()
			if !Lifts(o, f) || !Lifts(o, For{f, time.Second}) {
				t.Errorf("%s does not lift %s", o, f)
			}
		}
		if opposite != c.opposite {
			t.Errorf("%s: got opposite %q, want %q", c.line, opposite, c.opposite)
		}
		if got := Undoable(f); got != c.span {
			t.Errorf("%s: undoable: got %v, want %v", c.line, got, c.span)
		}
		if _, err := Parse(c.line + " for 3s"); (err == nil) != c.span {
			t.Errorf("%s for 3s: got %v, want an error: %v", c.line, err, !c.span)
		}
	}
}

// TestLifts: what mends what, and what it leaves alone.
func TestLifts(t *testing.T) {
	for _, c := range []struct {
		line, old string
		want      bool
	}{
		{"plug a.lan", "pull b.lan", false},
		{"plug a.lan", "impair a~lan loss 2%", false},
		{"heal", "prune multicast lan", true},
		{"heal a", "prune multicast lan", false},
		{"heal", "pull a.lan silently", true},
		{"heal", "pull a.lan", false},
		{"heal b", "partition a | b", true},
		{"heal c1", "partition a | b", false},
		{"heal", "hog a service 50%", false},
		{"unprune multicast lan", "prune multicast wan", false},
		{"prune multicast lan", "prune multicast lan", false},
		{"unblock a.lan", "block b.lan foreign", false},
		{"unblock a.lan", "pull a.lan silently", false},
		{"heal a", "block a.lan foreign", true},
		{"heal b", "block a.lan foreign", false},
		{"plug a.lan", "block a.lan foreign", false},
		{"calm a", "hog a control 50%", true},
		{"calm a service", "hog a control 50%", false},
		{"calm a", "hog b service 50%", false},
		{"fill a memory 0%", "fill b memory 50%", false},
		{"fill a memory 10%", "fill a memory 50%", false},
		{"thaw b", "freeze a", false},
		{"boot b", "crash a", false},
		{"reboot a", "crash a", false},
		{"start service web on a", "stop service web on b", false},
		{"start service web on a", "stop service web-2 on a", false},
		{"stop service web on a", "stop service web on a", false},
		{"backend web hang", "backend web reset", false},
		{"drift a 1%", "drift a 2%", false},
		{"drift a 0%", "drift b 2%", false},
	} {
		if got := Lifts(parsed(t, c.line), parsed(t, c.old)); got != c.want {
			t.Errorf("%s lifts %s: got %v, want %v", c.line, c.old, got, c.want)
		}
	}
}

// TestReplaces: what takes the place of what; rules add up, and so does the
// rest.
func TestReplaces(t *testing.T) {
	for _, c := range []struct {
		line, old string
		want      bool
	}{
		{"pull a.lan", "pull a.lan", true},
		{"pull a.lan", "pull b.lan", false},
		{"pull a.lan silently", "pull a.lan", false},
		{"pull a.lan", "pull a.lan silently", false},
		{"partition a | b", "partition a | b", false},
		{"impair a~lan loss 1%", "impair a~lan loss 1%", false},
		{"drop hello from a", "drop hello from a", false},
		{"prune multicast lan", "prune multicast lan", false},
		{"block a.lan foreign", "block a.lan foreign", false},
		{"hog a service 90%", "hog a service 50%", true},
		{"hog a service 90%", "hog a control 50%", false},
		{"hog a service 90%", "hog b service 50%", false},
		{"fill a memory 10%", "fill a memory 50%", true},
		{"fill a memory 10%", "fill b memory 50%", false},
		{"freeze a", "freeze a process", true},
		{"freeze a", "freeze b", false},
		{"crash a", "crash a", true},
		{"crash a", "crash b", false},
		{"reboot a", "crash a", true},
		{"reboot a", "crash b", false},
		{"crash a", "freeze a", false},
		{"stop service web on a", "stop service web on a", true},
		{"stop service web on a", "start service web on a", true},
		{"stop service web on a", "stop service web on b", false},
		{"backend web hang", "backend web reset", true},
		{"backend web hang", "backend web-2 reset", false},
		{"drift a 1%", "drift a 2%", true},
		{"drift a 1%", "drift b 2%", false},
		{"skew a 1s", "skew a 2s", false},
		{"set a standby off", "set a standby off", false},
	} {
		if got := Replaces(parsed(t, c.line), For{parsed(t, c.old), time.Second}); got != c.want {
			t.Errorf("%s replaces %s: got %v, want %v", c.line, c.old, got, c.want)
		}
	}
}

func parsed(t *testing.T, line string) Fault {
	t.Helper()
	f, err := Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
