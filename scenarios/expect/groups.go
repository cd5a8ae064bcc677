package expect

import (
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

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

func problemsOfSpans(spans ...form.Range[time.Duration]) []topology.Problem {
	if slices.ContainsFunc(spans, func(r form.Range[time.Duration]) bool { return r.Given }) {
		return nil
	}
	return []topology.Problem{{Message: "want at least a total, such as ..3s"}}
}
