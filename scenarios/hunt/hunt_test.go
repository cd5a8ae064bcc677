package hunt

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/fault"
)

func lines(t *testing.T, text ...string) Schedule {
	t.Helper()
	c, err := parseCase(strings.Join(text, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c.Schedule
}

func starter(t *testing.T) []Allowed {
	t.Helper()
	allow, err := ParseAllowed("allow.yaml", Starter)
	if err != nil {
		t.Fatal(err)
	}
	return allow
}

// crowded is a schedule in which only one line does harm: a DataPower that wins
// after a partition does not announce the address again, so a client that asked
// the other one goes on doing so until its ARP entry expires.
func crowded(t *testing.T) Case {
	return Case{Seed: 1, Schedule: lines(t,
		"5.123456789s: hog a service 20% for 3s", "10.000000001s: partition c1 b | a for 20.437s", "12s: pull web.lan for 1s",
		"14s: drift web 1% for 4s", "15s: crash web for 2s")}
}

// TestFindingIsSmall: of a crowded schedule the line is left that does the
// harm, with round times, and no node that nothing needs; the file of it fails
// when it is run, for the same reason, and an allow-file can allow it.
func TestFindingIsSmall(t *testing.T) {
	var found []*Finding
	o := Options{Seed: 1, Schedules: 2, Begin: []Case{crowded(t)}, Text: []byte(pair), Found: func(f *Finding) error { found = append(found, f); return nil }}
	r, err := Run(context.Background(), parse(t, pair), o)
	if err != nil || len(found) != 1 || r.Findings != 1 || r.Schedules != 2 {
		t.Fatalf("got %d findings, %+v, %v", len(found), r.Progress, err)
	}
	f := found[0]
	plain := fault.Plain(f.Schedule[0].Fault).String()
	if f.Invariant != Recovers || f.Role != "client is not answered: its requests arrive at member, which does not have #" ||
		len(f.Schedule) != 1 || plain != "partition c1 b | a" || f.Schedule[0].At != 10*time.Second || !reflect.DeepEqual(f.Without, []string{"web"}) {
		t.Errorf("got %s in the role %q, without %v", f.Sentence(), f.Role, f.Without)
	}
	text := string(f.File)
	for _, part := range []string{"# the higher priority", "timeline:\n  - 10s: \"partition c1 b | a for", "recovers: 41s", "# role: client is not answered"} {
		if !strings.Contains(text, part) {
			t.Errorf("the file lacks %q:\n%s", part, text)
		}
	}
	if strings.Contains(text, "web:") {
		t.Errorf("the file has a node that nothing needs:\n%s", text)
	}
	s, err := scenarios.Parse("found.yaml", f.File)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.Run(context.Background(), scenarios.RunOptions{Seed: s.Seed}); err != nil || out.Passed() || len(out.Violations) > 0 {
		t.Errorf("the file: got %+v, %v, want it to fail", out, err)
	}
	o.Allowed = starter(t)
	if r, err := Run(context.Background(), parse(t, pair), o); err != nil || r.Findings != 0 || r.Allowed != 1 || r.All[0].Reason == "" {
		t.Errorf("with the starter of the allow-file: got %+v, %v", r.Progress, err)
	}
}

// TestHuntIsRepeatable: workers and processors do not change what is found, how
// many states are reached, or which schedules are kept.
func TestHuntIsRepeatable(t *testing.T) {
	hunt := func(jobs, processors int, seed uint64) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		kept := ""
		o := Options{Seed: seed, Schedules: 80, Jobs: jobs, Begin: []Case{crowded(t)}, Text: []byte(pair)}
		o.Keep = func(c Case) error { kept += c.Digest() + " "; return nil }
		r, err := Run(context.Background(), parse(t, pair), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.All {
			kept += fmt.Sprint(f.Number, f.Plays, f.Times, f.Sentence(), string(f.File))
		}
		return fmt.Sprint(r.Progress, kept)
	}
	want := hunt(1, 1, 1)
	if got := hunt(4, 4, 1); got != want {
		t.Errorf("four workers: got\n%s\nwant\n%s", got, want)
	}
	if hunt(1, 1, 2) == want {
		t.Error("another seed hunts alike")
	}
}

// TestHealthyPair: a pair that announces the address again when it has won, and
// in which the loser speaks once more, is never broken, whatever is drawn; and
// feedback leads to more states than the same number of drawn schedules.
func TestHealthyPair(t *testing.T) {
	s := parse(t, strings.ReplaceAll(pair, "priority:", "reannounce-on-win: on, speak-before-step-down: on, priority:"))
	hunt := func(random bool) *Report {
		r, err := Run(context.Background(), s, Options{Seed: 3, Schedules: 160, Jobs: 2, Begin: []Case{crowded(t)}, Random: random})
		if err != nil || r.Schedules != 160 {
			t.Fatalf("got %+v, %v", r.Progress, err)
		}
		for _, f := range r.All {
			t.Errorf("found: %s", f.Sentence())
		}
		return r
	}
	if fed, drawn := hunt(false), hunt(true); fed.States <= drawn.States {
		t.Errorf("got %d states with feedback and %d without", fed.States, drawn.States)
	}
}

// TestInterrupt: a hunt whose context ends returns what it has found, and one
// that cannot keep or hand over something fails.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{Seed: 1, Begin: []Case{crowded(t)}, Tell: func(p Progress) { cancel() }}
	r, err := Run(ctx, parse(t, pair), o)
	if err != nil || r.Schedules != batchSize || r.Findings == 0 {
		t.Errorf("got %+v, %v, want one batch and its findings", r.Progress, err)
	}
	full := errors.New("the disk is full")
	for _, o := range []Options{{Keep: func(Case) error { return full }}, {Found: func(*Finding) error { return full }}} {
		o.Seed, o.Schedules, o.Begin = 1, 64, []Case{crowded(t)}
		if _, err := Run(context.Background(), parse(t, pair), o); !errors.Is(err, full) {
			t.Errorf("got %v, want that the disk is full", err)
		}
	}
}

// TestImpossibleLine: a line that turns out to be impossible when its instant
// comes is left out, and the rest is played.
func TestImpossibleLine(t *testing.T) {
	g := newStage(parse(t, pair), 41*time.Second, 90*time.Second)
	// Nobody can tell before whether the hog comes before or after the boot.
	c := Case{Seed: 1, Schedule: lines(t, "10s: crash a for 20s", "12s: skew a 1s for 1s", "25s: boot b", "20s: yield a", "35s: pull b.lan for 1s")}
	p := g.play(context.Background(), c)
	if !p.ended || len(p.Schedule) != 4 || len(p.wrong) != 0 {
		t.Errorf("got\n%s%+v", p.Schedule, p.wrong)
	}
	// The file has a timeline of its own, with one fault at its first instant.
	g = newStage(parse(t, pair+"timeline:\n  - 40s: pull a.lan\n"), 41*time.Second, 90*time.Second)
	c.Schedule = lines(t, "0s: reboot c1 down 11s", "0s: set c1 lan.address none for 1s")
	if p := g.play(context.Background(), c); !p.ended || len(p.Schedule) != 1 || len(p.wrong) != 0 {
		t.Errorf("got\n%s%+v", p.Schedule, p.wrong)
	}
}
