package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/fault"
)

// small is a scenario to break: every test changes one thing of it.
const small = `name: small
duration: 60s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100}}}
  web: {backend: {}, nics: {lan: 192.0.2.50/24}}
  c1: {client: {target: "http://192.0.2.100/"}, nics: {lan: 192.0.2.201/24}}
timeline:
  - 30s: pull a.lan
expect:
  - moves: 1
`

func TestParseFillsTheValues(t *testing.T) {
	s, err := Parse("dir/other.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "small" || s.Seed != 1 || s.Duration != time.Minute || len(s.Warnings) != 0 {
		t.Errorf("got %+v", s)
	}
	want := []Step{{At: 30 * time.Second, Faults: []fault.Fault{fault.Pull{Port: fault.Port{Node: "a", Interface: "lan"}}}, Line: 10}}
	if diff := cmp.Diff(want, s.Timeline); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]expect.Expectation{expect.Moves{Count: form.Exactly(1)}}, s.Expect, cmp.Comparer(sameText)); diff != "" {
		t.Error(diff)
	}
	if s.Nodes["a"].NICs["lan"].Address.String() != "192.0.2.11/24" || s.Nodes["a"].Gateway == nil || s.Nodes["c1"].Gateway != nil {
		t.Errorf("got %+v", s.Nodes["a"])
	}
}

func sameText(a, b expect.Expectation) bool {
	return (expect.Kinds{}).NameOf(a) == (expect.Kinds{}).NameOf(b) && a.Text() == b.Text()
}

// Forms that mean the same: mapping for short form, several faults at one
// instant, anchors, on for true.
func TestParseTakesOtherForms(t *testing.T) {
	text := strings.NewReplacer(
		"name: small\n", "", "duration: 60s", "duration: 61s",
		"b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100}}}",
		"b: {gateway: {}, nics: {eth0: {address: 192.0.2.12/24, segment: lan}}, standby: {eth0: {<<: *standby, preempt: on}}}",
		"standby: {lan: {vip: 192.0.2.100}}}", "standby: {lan: &standby {vip: 192.0.2.100, priority: 0, jitter: 5%}}, memory: {limit: 64MiB}}",
		"- 30s: pull a.lan", "- 30s: [pull a.lan, freeze b for 5s]\n  - 1m:\n      - heal",
		"moves: 1", "moves: {count: 1..2, vip: 192.0.2.100}",
	).Replace(small)
	s, err := Parse("dir/other.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.Nodes["a"], s.Nodes["b"]
	if s.Name != "other" || a.Memory.Limit != 64<<20 || *a.Standby["lan"].Priority != 0 || *a.Standby["lan"].Jitter != 0.05 {
		t.Errorf("got %+v", a)
	}
	if got := b.Standby["eth0"]; !got.Preempt || got.VIP != a.Standby["lan"].VIP || *got.Priority != 0 || a.Standby["lan"].Preempt {
		t.Errorf("merge: got %+v", got)
	}
	if len(s.Timeline) != 2 || len(s.Timeline[0].Faults) != 2 || s.Timeline[1].At != time.Minute || s.End() != time.Minute {
		t.Errorf("got %+v", s.Timeline)
	}
}

func TestInvalidShowsAllProblemsAtTheirPlaces(t *testing.T) {
	text := strings.NewReplacer("duration: 60s", "druation: 60s", "pull a.lan", "pul a.lan", "192.0.2.50/24", "192.0.2.50").Replace(small)
	_, err := Parse("my.yaml", []byte(text))
	const want = `my.yaml:1:1: duration: it is missing, want the length of the run, such as 90s
    1 | name: small
      | ^
my.yaml:2:1: druation: unknown key, want name, about, tags, slow, seed, duration, tolerance, segments, nodes, allow-invalid, variants, twin, timeline, expect or over-seeds (did you mean "duration"?)
    2 | druation: 60s
      | ^
my.yaml:7:34: nodes.web.nics.lan.address: got "192.0.2.50", want an address with prefix length, such as 192.0.2.11/24
    7 |   web: {backend: {}, nics: {lan: 192.0.2.50}}
      |                                  ^
my.yaml:10:10: timeline.0: fault: column 1: verb: got "pul", want pull, plug, partition, `
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("%v is no ErrInvalid", err)
	}
	if invalid, ok := IsInvalid(err); !ok || len(invalid.Problems) != 4 {
		t.Errorf("got %+v, want 4 problems", invalid)
	}
}

func TestLoadReadsFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mine.yaml")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(path); err != nil || s.Name != "small" {
		t.Errorf("got %v, %v", s, err)
	}
	if _, err := Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a folder was loaded")
	}
}

// A scenario written in Go is validated without positions.
func TestValidateOfAScenarioInGo(t *testing.T) {
	s, err := Parse("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	s.Timeline = append(s.Timeline, Step{At: time.Hour, Faults: []fault.Fault{fault.Crash{Node: "z"}}})
	s.Expect = append(s.Expect, expect.Becomes{Member: expect.Member{Node: "a"}, State: "Actve", At: form.Exactly(time.Second)})
	want := `small: timeline.1: got instant 1h0m0s, want one before the end at 1m0s
small: timeline.1.0: there is no node "z", want a, b, c1 or web
small: expect.1.becomes.state: got "Actve", want Initial, Learn, Listen, Speak, Standby or Active (did you mean "Active"?)`
	if err := s.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
