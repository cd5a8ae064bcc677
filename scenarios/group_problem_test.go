package scenarios

import (
	"slices"
	"strings"
	"testing"
)

// grouped is a gateway whose groups and services are wrong in every way that
// can be told at load, each in a line of its own.
const grouped = `name: grouped
about: Wrong groups.
duration: 20s
segments: {lan: {}}
nodes:
  gw:
    gateway:
      services:
        web: {forward: group ap}
        one: {listen: "192.0.2.11:81", forward: "192.0.2.11:82"}
        two: {listen: "192.0.2.11:82", forward: group back}
        ftp: {kind: ftp, listen: "192.0.2.11:21", forward: group app}
      groups:
        app: {damp: 100ms, server: [
          {address: 192.0.2.51, weight: 0},
          {address: 192.0.2.52, name: s1},
          {address: 192.0.2.51, name: again},
          {address: 198.51.100.1}]}
        empty: {server: []}
        none: {}
        back: {server: [{address: 192.0.2.11, mapped-port: 81}]}
        odd: {hash-header: X-User, server: [192.0.2.51], health-check: {timeout: 1s}, session-affinity: {insertion-domain: .example}}
    nics: {lan: 192.0.2.11/24}
  s1: {backend: {}, nics: {lan: 192.0.2.51/24}}
  s2: {backend: {}, nics: {lan: 192.0.2.52/24}}
`

// TestGroupProblems: all mistakes of load-balancer groups are told at once,
// with their places, and nothing else.
func TestGroupProblems(t *testing.T) {
	_, err := Parse("x", []byte(grouped))
	invalid, ok := IsInvalid(err)
	if !ok {
		t.Fatalf("got %v, want problems", err)
	}
	want := []string{
		`9:24: nodes.gw.gateway.services.web.forward: unknown group "ap", want app, back, empty, none or odd (did you mean "app"?)`,
		`10:49: nodes.gw.gateway.services.one.forward: requests go round until something fails: one → two → one`,
		`12:60: nodes.gw.gateway.services.ftp.forward: got group app, want none: a service of kind ftp has its files itself`,
		`14:21: nodes.gw.gateway.groups.app.damp: got 100ms, want 1s to 86400s`,
		`15:41: nodes.gw.gateway.groups.app.server.0.weight: got 0, want 1 to 65000`,
		`16:11: nodes.gw.gateway.groups.app.server.1: member 1 is also called s1: give one of them another name`,
		`17:11: nodes.gw.gateway.groups.app.server.2: member 1 is also at 192.0.2.51 and the same port`,
		`19:25: nodes.gw.gateway.groups.empty.server: got no member, want at least one, or retrieve-wlm-info`,
		`20:9: nodes.gw.gateway.groups.none.server: got no member, want at least one, or retrieve-wlm-info`,
		`22:28: nodes.gw.gateway.groups.odd.hash-header: got "X-User", want none: round-robin does not hash`,
		`22:82: nodes.gw.gateway.groups.odd.health-check.timeout: got 1s, want 2s to 86400s`,
		`22:124: nodes.gw.gateway.groups.odd.session-affinity.insertion-domain: got ".example", want no dot at its beginning`,
	}
	var got []string
	for _, p := range invalid.Problems {
		line, _, _ := strings.Cut(p.String(), "\n")
		got = append(got, line)
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("missing: %s", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("unexpected: %s", g)
		}
	}
}
