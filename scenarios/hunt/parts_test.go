package hunt

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

func TestNormal(t *testing.T) {
	roles := map[string]string{"a": "member", "b": "member", "c1": "client", "gw": "gateway"}
	for text, want := range map[string]string{
		"a and b are both Active for 192.0.2.100 since 20s, allowed are 16s": "member are both Active for # since #, allowed are #",
		"nobody owns 192.0.2.100, want one of a, b":                          "nobody owns #, want one of member",
		"c1 is not answered: its requests arrive at a":                       "client is not answered: its requests arrive at member",
		"gw counts s1:80 of group app2 as down; for example 3":               "gateway counts s:# of group app as down",
		"about a.lan\nand more":                                              "about member.lan",
	} {
		if got := normal(text, roles); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestAllowFile(t *testing.T) {
	good, err := ParseAllowed("a.yaml", []byte("allow:\n- {invariant: one-active, role: 'member*', line: 'freeze * process*', reason: it is frozen}\n- {invariant: recovers, only: 'set *', reason: settings}\n"))
	if err != nil || len(good) != 2 {
		t.Fatalf("got %v, %v", good, err)
	}
	w := Wrong{Invariant: "one-active", Role: "member are both Active"}
	for _, c := range []struct {
		wrong Wrong
		lines Schedule
		want  string
	}{
		{w, lines(t, "1s: freeze a process for 2s", "2s: pull b.lan for 1s"), "it is frozen"},
		{w, lines(t, "1s: freeze a for 2s"), ""},
		{Wrong{Invariant: "one-active", Role: "two members"}, lines(t, "1s: freeze a process for 2s"), ""},
		{Wrong{Invariant: Recovers}, lines(t, "1s: set a standby.hello 2s for 2s", "2s: set b lan.address 192.0.2.9/24 for 1s"), "settings"},
		{Wrong{Invariant: Recovers}, lines(t, "1s: set a standby.hello 2s for 2s", "2s: pull b.lan for 1s"), ""},
		{Wrong{Invariant: Panic}, nil, ""},
	} {
		if got := allowed(good, c.wrong, c.lines); got != c.want {
			t.Errorf("%+v after\n%s got %q, want %q", c.wrong, c.lines, got, c.want)
		}
	}
	_, err = ParseAllowed("a.yaml", []byte("allow:\n- {invariant: one-activ, reason: x}\n- {invariant: panic, role: '[', reson: y}\n"))
	for _, part := range []string{"a.yaml:2:", `did you mean "one-active"`, "a.yaml:3:", "reson", "syntax error in pattern"} {
		if !errors.Is(err, ErrAllow) || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %s in it", err, part)
		}
	}
}

// TestCorpus: a schedule is a file that is named after its content, so that
// writing it twice and copying folders together changes nothing; what is half
// written does not count.
func TestCorpus(t *testing.T) {
	one, other := Corpus{t.TempDir()}, Corpus{filepath.Join(t.TempDir(), "later")}
	if all, err := other.Load(); err != nil || len(all) != 0 {
		t.Errorf("a folder that does not exist: got %v, %v", all, err)
	}
	a, b := crowded(t), Case{Seed: 2, Schedule: lines(t, "1s: pull a.lan for 3s")}
	for _, add := range []func() error{
		func() error { return one.Add(a) }, func() error { return one.Add(a) }, func() error { return one.Add(b) }, func() error { return other.Add(b) },
	} {
		if err := add(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(one.Dir, "sub"), os.DirFS(other.Dir)); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(filepath.Join(other.Dir, b.Digest()+caseSuffix))
	mine, errMine := os.ReadFile(filepath.Join(one.Dir, b.Digest()+caseSuffix))
	if err != nil || errMine != nil || string(copied) != string(mine) {
		t.Errorf("got %q, %v and %q, %v", copied, err, mine, errMine)
	}
	if err := os.WriteFile(filepath.Join(one.Dir, ".new-1"), []byte("40s: pu"), 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := one.Load()
	if err != nil || len(all) != 2 || all[0].Digest() == all[1].Digest() {
		t.Errorf("got %v, %v, want two", all, err)
	}
	if err := os.WriteFile(filepath.Join(one.Dir, "x"+caseSuffix), []byte("40s: pul a.lan"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Load(); err == nil || !strings.Contains(err.Error(), `x.schedule`) || !strings.Contains(err.Error(), `did you mean "pull"`) {
		t.Errorf("got %v", err)
	}
}

// TestStates: a state is a sum over its parts, whatever came first, and counts
// when it is reached.
func TestStates(t *testing.T) {
	up := event.Event{Node: "a", What: event.StandbyChanged{Interface: "lan", To: "Active"}}
	down := event.Event{Node: "b", At: time.Second, What: event.LinkChanged{Interface: "lan"}}
	one, other := newStates(), newStates()
	fault := event.Event{Node: "a", What: event.FaultApplied{Fault: "freeze a"}} // what the hunt does is no state
	for _, e := range []event.Event{up, fault, down, up} {
		one.observe(e)
	}
	for _, e := range []event.Event{down, up} {
		other.observe(e)
	}
	if len(one.seen) != 2 || len(other.seen) != 2 || one.seen[1] != other.seen[1] || one.seen[0] == other.seen[0] {
		t.Errorf("got %v and %v", one.seen, other.seen)
	}
	if want := []time.Duration{0, time.Second}; !slices.Equal(one.at, want) {
		t.Errorf("got states at %v, want at %v", one.at, want)
	}
	// The numbers are those of a fixed hash: another process has the same.
	if want := uint64(0xe5d29919042666b2); hashOf("a", "b") != want {
		t.Errorf("got %#x, want %#x", hashOf("a", "b"), want)
	}
}

func TestSections(t *testing.T) {
	text := "# head\nname: x\n\n# the nodes\nnodes:\n  # first\n  a: # of two\n    nics: {lan: 192.0.2.1/24}\n\n  # second\n  'b':\n    nics:\n      lan: 192.0.2.2/24\n  c: {}\n# end\nseed: 1\n"
	var keys []string
	for _, s := range sections(text) {
		keys = append(keys, s.key)
	}
	if !reflect.DeepEqual(keys, []string{"name", "nodes", "seed"}) {
		t.Fatalf("got %v", keys)
	}
	got := withoutNodes(sections(text)[1].text, []string{"b"})
	want := "\n# the nodes\nnodes:\n  # first\n  a: # of two\n    nics: {lan: 192.0.2.1/24}\n  c: {}\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestPatience: the time to recover is a sum of timers, and each is named.
func TestPatience(t *testing.T) {
	p := PatienceFor(parse(t, pair).Topology.WithDefaults())
	if p.Sum() != 41*time.Second || p.String() != "connect timeout 5s + timeout of a request 10s + two hello times 6s + two hold times 20s" {
		t.Errorf("got %v: %s", p.Sum(), p)
	}
	for text, want := range map[string]string{
		"web: {nics: {lan: 192.0.2.50/24}, backend: {}}":                                                               "a moment, for want of timers 1s",
		"p1: {nics: {lan: 192.0.2.50/24}, partner: {retransmit: 5s, timeout: 2s}}":                                     "retransmission of a document 7s",
		"lb: {nics: {lan: 192.0.2.50/24}, balancer: {members: ['192.0.2.11:80'], check: {interval: 3s, timeout: 1s}}}": "checks of a balancer 7s",
	} {
		s := parse(t, "name: x\nduration: 9s\nsegments: {lan: {}}\nnodes:\n  "+text+"\n")
		if p := PatienceFor(s.Topology.WithDefaults()); p.String() != want {
			t.Errorf("%s: got %s, want %s", text, p, want)
		}
	}
}
