package trial

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
)

// quick is a scenario that takes no time, and passes.
const quick = `name: quick
about: Two members elect one of them, and nothing is broken.
duration: 40s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}}
expect:
  - active: {node: a, from: 21s}
`

// onlyNginx needs a program and nothing else.
const onlyNginx = `duration: 10s
segments: {lan: {}}
nodes:
  web: {nics: {lan: 192.0.2.11/24}, exec: {run: [nginx]}}
`

// parse reads a scenario.
func parse(t *testing.T, name, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse(name+".yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// real is a scenario that needs a program and two kinds of control groups.
const real = `duration: 10s
segments: {lan: {}}
nodes:
  web:
    nics: {lan: 192.0.2.11/24}
    memory: {limit: 64MiB}
    exec: {run: [nginx, -g, "daemon off;"], files: {run.sh: "#!/bin/sh"}, beside: {log: ["{dir}/run.sh"]}}
timeline:
  - 1s: hog web service 100% for 2s
`

// TestWorldsOf: real programs need namespaces, a warm reboot needs virtual
// time, and the rest goes in both.
func TestWorldsOf(t *testing.T) {
	warm := strings.Replace(quick, "expect:", "timeline:\n  - 30s: reboot a warm down 5s\nexpect:", 1)
	for _, c := range []struct {
		name, text string
		want       []World
	}{
		{"quick", quick, []World{Virtual, Netns}},
		{"warm", warm, []World{Virtual}},
		{"real", real, []World{Netns}},
	} {
		if diff := cmp.Diff(c.want, Worlds(parse(t, c.name, c.text))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestObstacles: a program that is missing is named with its node and package.
func TestObstacles(t *testing.T) {
	if got := Obstacle(parse(t, "quick", quick)); got != "" {
		t.Errorf("a scenario without programs: got %q, want nothing", got)
	}
	missing := []string{"nginx", "ip", "/no/such/file"}
	got := lackOf(parse(t, "real", real), missing)
	if want := []string{"node web runs nginx, which is not installed (Debian package nginx)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	own := strings.ReplaceAll(onlyNginx, "[nginx]", "[ip, route], beside: {x: [ip], y: [/no/such/file], z: [cat]}")
	got = lackOf(parse(t, "own", own), missing)
	want := []string{
		"node web runs ip, which is not installed (Debian package iproute2)",
		"node web runs /no/such/file, which is not installed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	script := parse(t, "script", strings.ReplaceAll(onlyNginx, "[nginx]", "[sh, check], needs: [curl, ldapwhoami]"))
	got = lackOf(script, []string{"ldapwhoami"})
	if want := []string{"node web runs ldapwhoami, which is not installed (Debian package ldap-utils)"}; !slices.Equal(got, want) {
		t.Errorf("what a script calls: got %q, want %q", got, want)
	}
	becoming := parse(t, "becoming", strings.Replace(onlyNginx, "[nginx]", "[nginx], users: on", 1))
	if got, want := lackOfUsers(becoming, false), []string{"node web runs nginx, which becomes another user: that needs root"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := slices.Concat(lackOfUsers(becoming, true), lackOfUsers(parse(t, "real", real), false)); len(got) > 0 {
		t.Errorf("where nobody lacks users: got %q, want nothing", got)
	}
	if got, want := neededGroups(parse(t, "real", real)), []netns.Need{netns.ForQuota, netns.ForMemory}; !slices.Equal(got, want) {
		t.Errorf("control groups: got %q, want %q", got, want)
	}
	ours := strings.ReplaceAll(quick, "expect:", "timeline:\n  - 30s: hog a service 100%\nexpect:")
	if got := neededGroups(parse(t, "ours", ours)); len(got) > 0 {
		t.Errorf("a hog of a node of ours: got %q, want nothing", got)
	}
}
