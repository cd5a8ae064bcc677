package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
)

// varied is the small scenario in four variants.
var varied = strings.Replace(small, "expect:\n", `variants:
  nodes.*.standby.lan.profile: [datapower, ios]
  duration: [60s, 90s]
expect:
  - becomes: {node: b, state: Active, between: 7s..10s}
    when: {profile: ios, duration: [60s, 90s]}
`, 1)

func parsed(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestVariants: one file stands for a run of each choice of values; what is
// expected may depend on them, and the base is not changed.
func TestVariants(t *testing.T) {
	s := parsed(t, varied)
	all, err := s.Expand()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range all {
		got = append(got, fmt.Sprintf("%s: %s %s %s, %d expected", v.Variant, v.Nodes["a"].Standby["lan"].Profile, v.Nodes["b"].Standby["lan"].Profile, v.Duration, len(v.Expect)))
	}
	want := []string{
		"profile=datapower,duration=60s: datapower datapower 1m0s, 1 expected",
		"profile=datapower,duration=90s: datapower datapower 1m30s, 1 expected",
		"profile=ios,duration=60s: ios ios 1m0s, 2 expected",
		"profile=ios,duration=90s: ios ios 1m30s, 2 expected",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s.Nodes["a"].Standby["lan"].Profile != "" || s.Duration != time.Minute || len(s.Expect) != 2 {
		t.Errorf("the base has changed: %+v", s)
	}
	if _, err := s.Run(t.Context(), RunOptions{Seed: 1}); !errors.Is(err, ErrVariants) {
		t.Errorf("run without a choice: got %v, want %v", err, ErrVariants)
	}
	if o, err := all[2].Run(t.Context(), RunOptions{Seed: 1}); err != nil || len(o.Expectations) != 2 {
		t.Errorf("got %+v, %v", o, err)
	}
	if v, err := s.Pick("profile=ios,duration=90s"); err != nil || v != all[3] {
		t.Errorf("got %v, %v", v, err)
	}
	if _, err := s.Pick("profile=iso,duration=90s"); err == nil || !strings.Contains(err.Error(), `(did you mean "profile=ios,duration=90s"?)`) {
		t.Errorf("got %v", err)
	}
	one := parsed(t, small)
	if all, err := one.Expand(); err != nil || len(all) != 1 || all[0] != one {
		t.Errorf("without variants: got %v, %v", all, err)
	}
	if _, err := one.Pick("profile=ios"); err == nil || !strings.Contains(err.Error(), "has no variants") {
		t.Errorf("got %v", err)
	}
}

// TestVariantsInGo: variants and conditions can be written in Go.
func TestVariantsInGo(t *testing.T) {
	s := parsed(t, small)
	s.Variants = Variants{{Path: "nodes.a.standby.lan.priority", Values: []string{"0", "200"}}, {Path: "nodes.b.standby.lan.priority", Values: []string{"100"}}}
	s.Expect = append(s.Expect, expect.Conditional{Expectation: expect.Moves{Count: form.Exactly(0)}, When: map[string][]string{"a.standby.lan.priority": {"0"}}})
	all, err := s.Expand()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Variant != "a.standby.lan.priority=0,b.standby.lan.priority=100" || *all[1].Nodes["a"].Standby["lan"].Priority != 200 || len(all[0].Expect) != 2 || len(all[1].Expect) != 1 {
		t.Errorf("got %+v and %+v", all[0], all[1])
	}
	real, err := Parse("x", []byte(strings.Replace(small, "{backend: {},", "{exec: {run: [nginx]},", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if real, err = real.Set("nodes.web.exec.run", "[haproxy]"); err != nil || len(real.Programs()) != 1 || real.Programs()[0].Name != "haproxy" {
		t.Errorf("got %+v, %v", real, err)
	}
	real.Variants = Variants{{Path: "nodes.web.exec.run", Values: []string{"[nginx]", "[varnish]"}}}
	if err := real.Validate(); err != nil || len(real.Programs()) != 3 || real.Programs()[2].Line != 0 {
		t.Errorf("the programs of all variants: got %+v, %v", real.Programs(), err)
	}
	s.Variants[0].Values[1] = "256"
	if err := s.Validate(); err == nil || err.Error() != "small: nodes.a.standby.lan.priority: got 256, want 0 to 255 (in the variant a.standby.lan.priority=256,b.standby.lan.priority=100)" {
		t.Errorf("got %v", err)
	}
}

// TestVariantSlips: what is wrong with variants is reported once, at its place.
func TestVariantSlips(t *testing.T) {
	for _, slip := range []struct{ old, new, at, want string }{
		{"nodes.*.standby.lan.profile", "nodes.*.standby.lan.profil", "12:23", `unknown key "profil", want group, vip,`},
		{"nodes.*.standby.lan.profile", "node.*.standby.lan.profile", "12:3", `unknown key "node", want seed, duration, tolerance, segments, nodes or timeline (did you mean "nodes"?)`},
		{"nodes.*.standby.lan.profile", "nodes.z.standby.lan.profile", "12:9", `there is no "z" in nodes, want a, b, c1, web or *`},
		{"nodes.*.standby.lan.profile", "nodes.*.standby.wan.profile", "12:19", `there is no "wan" in nodes.a.standby, want lan or *`},
		{"nodes.*.standby.lan.profile", "nodes.c1.backend.port", "12:12", `there is no nodes.c1.backend`},
		{"nodes.*.standby.lan.profile", "about", "12:3", `unknown key "about", want seed,`},
		{"nodes.*.standby.lan.profile", "timeline.0", "12:12", `timeline has no keys that a path could lead to`},
		{"nodes.*.standby.lan.profile", "duration.s", "12:12", `duration has no keys that a path could lead to`},
		{"[datapower, ios]", "[datapower, oss]", "12:44", `nodes.a.standby.lan.profile: got "oss", want datapower, ios or rfc2281`},
		{"[datapower, ios]", "ios", "12:32", `got "ios", want a list of values`},
		{"[datapower, ios]", "[]", "12:3", `got no value, want at least one`},
		{"[datapower, ios]", "[ios, ios]", "12:3", `got the value ios twice`},
		{"[60s, 90s]", "[60s, 90]", "13:19", `duration: got "90", want a duration`},
		{"[60s, 90s]", "[60s, 20s]", "10:5", `got instant 30s, want one before the end at 20s (in the variant profile=datapower,duration=20s and profile=ios,duration=20s)`},
		{"{profile: ios,", "{profil: ios,", "16:12", `the variants do not differ in "profil", want profile or duration (did you mean "profile"?)`},
		{"{profile: ios,", "{profile: oss,", "16:12", `no variant has "oss", want datapower or ios`},
		{"{profile: ios, duration: [60s, 90s]}", "ios", "16:11", `got "ios", want what the variants differ in, such as {profile: ios}`},
		{"between: 7s..10s", "between: 7..10", "15:48", `want an interval such as 7s..10s`},
		{"node: b, state", "node: c, state", "15:21", `there is no node "c", want a, b, c1 or web (in the variant profile=ios`},
		{"  duration: [60s, 90s]", "  seed: [" + numbers(33) + "]", "12:3", `got more than 64 variants, want fewer values or paths`},
	} {
		text := strings.Replace(varied, slip.old, slip.new, 1)
		if strings.Index(varied, slip.old) < strings.Index(varied, "expect:") { // what is expected does not matter
			text = strings.Replace(text, "    when: {profile: ios, duration: [60s, 90s]}\n", "", 1)
		}
		if text == varied {
			t.Fatalf("%s: nothing to replace", slip.old)
		}
		_, err := Parse("x", []byte(text))
		invalid, ok := IsInvalid(err)
		if !ok || len(invalid.Problems) != 1 {
			t.Errorf("%s: want one problem, got\n%v", slip.new, err)
			continue
		}
		if got := invalid.Problems[0].String(); !strings.HasPrefix(got, slip.at+":") || !strings.Contains(got, slip.want) {
			t.Errorf("%s: want %s %s, got\n%s", slip.new, slip.at, slip.want, got)
		}
	}
	_, err := Parse("x", []byte(strings.Replace(small, "- moves: 1", "- moves: 1\n    when: {profile: ios}", 1)))
	if err == nil || !strings.Contains(err.Error(), "x:13:11: expect.0.when: it applies to some variants only, want variants in the scenario, or no when") {
		t.Errorf("a condition without variants: got %v", err)
	}
}

func numbers(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint(i))
	}
	return strings.Join(all, ", ")
}

// TestSet: one value of a scenario can be replaced by its path, and the whole
// is valid or refused.
func TestSet(t *testing.T) {
	s := parsed(t, small)
	changed, err := s.Set("nodes.*.standby.lan.hello", "4s")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := changed.Nodes["a"].Standby["lan"].Hello, s.Nodes["a"].Standby["lan"].Hello; a != 4*time.Second || b != 0 || changed.Nodes["b"].Standby["lan"].Hello != a {
		t.Errorf("got %s, and %s in the original", a, b)
	}
	if changed, err = s.Set("timeline", "[{20s: crash a}]"); err != nil || changed.Timeline[0].Faults[0].String() != "crash a" || s.Timeline[0].At != 30*time.Second {
		t.Errorf("got %v, %v", changed, err)
	}
	for _, c := range [][3]string{
		{"nodes.a.standby.lan.hello", "1s", "small: nodes.a.standby.lan.hello: got 1s, want 2s to 40s (DataPower: HelloTimer)"},
		{"nodes.a.standby.lan.helo", "4s", `small: nodes.a.standby.lan.helo: unknown key "helo", want group,`},
		{"duration", "long", `small: duration: got "long", want a duration`},
		{"duration", "20s", "small: timeline.0: got instant 30s, want one before the end at 20s"},
		{"duration", "", "small: duration: got nothing, want a value"},
		{"nodes.c1.client.connections", "0", "small: nodes.c1.client.connections: got 0, want 1 to 100000"},
		{"name", "other", `small: name: unknown key "name", want seed,`},
	} {
		if _, err := s.Set(c[0], c[1]); !errors.Is(err, ErrInvalid) || !strings.HasPrefix(err.Error(), c[2]) {
			t.Errorf("%s %s: got %v, want %s", c[0], c[1], err, c[2])
		}
	}
}
