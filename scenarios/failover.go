package scenarios

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Takeover expects that a virtual IP moved to a member, and how long it took.
type Takeover struct {
	From      string               `yaml:"from" doc:"the node that had the virtual IP (default: any)"`
	To        string               `yaml:"to" doc:"the node that took it" jsonschema:"required"`
	VIP       netip.Addr           `yaml:"vip" doc:"the virtual IP (default: any)"`
	After     string               `yaml:"after" doc:"the last fault before, such as pull a.lan (default: any)"`
	Detection Range[time.Duration] `yaml:"detection" doc:"from the fault to the first frame by which the new member claims the virtual IP"`
	Gap       Range[time.Duration] `yaml:"gap" doc:"from the last frame served by the old member to the first one served by the new"`
}

// Text implements Expectation.
func (x Takeover) Text() string {
	s := "takeover"
	if x.VIP.IsValid() {
		s += " of " + x.VIP.String()
	}
	if x.From != "" {
		s += " from " + x.From
	}
	s += " to " + x.To + afterText(x.After)
	return s + parts(part("detection", x.Detection), part("gap", x.Gap))
}

// part is a named figure of a text; it is left out if it was not given.
func part[T Bound](name string, r Range[T]) string {
	if !r.Given {
		return ""
	}
	return name + " " + r.String()
}

// parts lists figures behind a colon.
func parts(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	if len(texts) == 0 {
		return ""
	}
	return ": " + strings.Join(texts, ", ")
}

// Check implements Expectation. Any takeover that fits will do.
func (x Takeover) Check(e Evidence) Result {
	got := ""
	for _, t := range e.Measures.Takeovers {
		if t.To != x.To || x.From != "" && t.From != x.From || x.VIP.IsValid() && t.VIP != x.VIP.String() || x.After != "" && t.Fault != canonical(x.After) {
			continue
		}
		found := "at " + spanText(t.At) + ", " + detectionText(t) + ", " + gapText(t)
		if (!x.Detection.Given || t.Detected && e.span(x.Detection).Contains(t.Detection)) && (!x.Gap.Given || t.Served && e.span(x.Gap).Contains(t.Gap)) {
			return Result{Passed: true, Got: found}
		}
		if got == "" {
			got = found
		}
	}
	if got == "" {
		got = "no such takeover"
	}
	return Result{Got: got}
}

func detectionText(t oracle.Takeover) string {
	if !t.Detected {
		return "no claim after a fault"
	}
	return "detection " + spanText(t.Detection)
}

func gapText(t oracle.Takeover) string {
	if !t.Served {
		return "not served by both"
	}
	return "gap " + spanText(t.Gap)
}

func (x Takeover) problems(s *Scenario) []topology.Problem {
	return slices.Concat(problemsOfNode(s, "from", x.From), problemsOfNode(s, "to", x.To), problemsOfVIP(s, x.VIP), problemsOfAfter(s, x.After))
}

// problemsOfVIP checks that a virtual IP exists; none given means any.
func problemsOfVIP(s *Scenario, vip netip.Addr) []topology.Problem {
	known := []string{}
	for _, name := range topology.Names(s.Nodes) {
		for _, iface := range topology.Names(s.Nodes[name].Standby) {
			for _, a := range s.Nodes[name].Standby[iface].VIPs() {
				if a == vip {
					return nil
				}
				if !slices.Contains(known, a.String()) {
					known = append(known, a.String())
				}
			}
		}
	}
	if !vip.IsValid() {
		return nil
	}
	return []topology.Problem{{Path: []string{"vip"}, Message: fmt.Sprintf("got %s, want %s", vip, topology.AnyOf(vip.String(), known))}}
}

// Moves expects how often the role of the Active moved; the first election does
// not count.
type Moves struct {
	Count Range[int] `yaml:"count,short" doc:"how often" jsonschema:"required"`
	VIP   netip.Addr `yaml:"vip" doc:"the virtual IP of the group (default: all groups together)"`
}

// groupsOf chooses the groups of a virtual IP.
func groupsOf(e Evidence, vip netip.Addr) []oracle.Group {
	var groups []oracle.Group
	for _, g := range e.Measures.Groups {
		if !vip.IsValid() || g.VIP == vip.String() {
			groups = append(groups, g)
		}
	}
	return groups
}

// ofVIP names a virtual IP in a text.
func ofVIP(vip netip.Addr) string {
	if !vip.IsValid() {
		return ""
	}
	return " of " + vip.String()
}

// Text implements Expectation.
func (x Moves) Text() string {
	if !x.VIP.IsValid() {
		return "moves of the virtual IP: " + x.Count.String()
	}
	return "moves" + ofVIP(x.VIP) + ": " + x.Count.String()
}

// Check implements Expectation.
func (x Moves) Check(e Evidence) Result {
	moves := 0
	for _, g := range groupsOf(e, x.VIP) {
		moves += g.Moves
	}
	return Result{Passed: x.Count.Contains(moves), Got: fmt.Sprint(moves)}
}

func (x Moves) problems(s *Scenario) []topology.Problem { return problemsOfVIP(s, x.VIP) }

// DualActive expects for how long more than one member was Active at once, in
// each group.
type DualActive struct {
	Total   Range[time.Duration] `yaml:"total,short" doc:"in all"`
	Longest Range[time.Duration] `yaml:"longest" doc:"the longest such span"`
	Joined  Range[time.Duration] `yaml:"joined" doc:"the part of the total in which two of them could hear each other"`
	VIP     netip.Addr           `yaml:"vip" doc:"the virtual IP of the group (default: each group)"`
}

// NoActive expects for how long no member was Active after the first one, in
// each group.
type NoActive struct {
	Total   Range[time.Duration] `yaml:"total,short" doc:"in all"`
	Longest Range[time.Duration] `yaml:"longest" doc:"the longest such span"`
	VIP     netip.Addr           `yaml:"vip" doc:"the virtual IP of the group (default: each group)"`
}

// Text implements Expectation.
func (x DualActive) Text() string {
	return "more than one Active" + ofVIP(x.VIP) + parts(part("in all", x.Total), part("longest", x.Longest), part("within one partition", x.Joined))
}

// Text implements Expectation.
func (x NoActive) Text() string {
	return "no Active" + ofVIP(x.VIP) + parts(part("in all", x.Total), part("longest", x.Longest))
}

// Check implements Expectation.
func (x DualActive) Check(e Evidence) Result {
	return checkGroups(groupsOf(e, x.VIP), func(g oracle.Group) Result {
		return Result{
			Passed: e.overlap(x.Total).Contains(g.DualActive) && e.overlap(x.Longest).Contains(g.DualLongest) && e.overlap(x.Joined).Contains(g.DualJoined),
			Got:    fmt.Sprintf("%s in all, longest %s, %s within one partition", spanText(g.DualActive), spanText(g.DualLongest), spanText(g.DualJoined)),
		}
	})
}

// Check implements Expectation.
func (x NoActive) Check(e Evidence) Result {
	return checkGroups(groupsOf(e, x.VIP), func(g oracle.Group) Result {
		return Result{
			Passed: e.overlap(x.Total).Contains(g.NoActive) && e.overlap(x.Longest).Contains(g.NoLongest),
			Got:    fmt.Sprintf("%s in all, longest %s", spanText(g.NoActive), spanText(g.NoLongest)),
		}
	})
}

// checkGroups returns the result of the first group that fails, or else of the
// first.
func checkGroups(groups []oracle.Group, check func(oracle.Group) Result) Result {
	result := Result{Got: "there was no group"}
	for i, g := range groups {
		one := check(g)
		if i == 0 || !one.Passed {
			result = one
		}
		if !one.Passed {
			break
		}
	}
	return result
}

func (x DualActive) problems(s *Scenario) []topology.Problem {
	return append(problemsOfVIP(s, x.VIP), problemsOfSpans(x.Total, x.Longest, x.Joined)...)
}

func (x NoActive) problems(s *Scenario) []topology.Problem {
	return append(problemsOfVIP(s, x.VIP), problemsOfSpans(x.Total, x.Longest)...)
}

func problemsOfSpans(spans ...Range[time.Duration]) []topology.Problem {
	if slices.ContainsFunc(spans, func(r Range[time.Duration]) bool { return r.Given }) {
		return nil
	}
	return []topology.Problem{{Message: "want at least a total, such as ..3s"}}
}
