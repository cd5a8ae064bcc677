package expect

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Takeover expects that a virtual IP moved to a member, and how long it took.
type Takeover struct {
	From      string                    `yaml:"from" doc:"the node that had the virtual IP (default: any)"`
	To        string                    `yaml:"to" doc:"the node that takes it over" jsonschema:"required"`
	VIP       netip.Addr                `yaml:"vip" doc:"the virtual IP (default: any)"`
	After     Cause                     `yaml:"after" doc:"a fault that caused the takeover by its beginning or its end, such as pull a.lan (default: any)"`
	Detection form.Range[time.Duration] `yaml:"detection" doc:"from the beginning of the fault to the first frame in which the new member claims the virtual IP"`
	Gap       form.Range[time.Duration] `yaml:"gap" doc:"from the last frame that the old member served to the first that the new one did"`
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
	s += " to " + x.To + x.After.after()
	return s + parts(part("detection", x.Detection), part("gap", x.Gap))
}

// Needs implements Expectation.
func (x Takeover) Needs() []Need {
	if !x.After.given() {
		return []Need{NeedGroup(x.VIP)}
	}
	return []Need{NeedGroup(x.VIP), NeedFault(x.After)}
}

// Reads implements Expectation.
func (Takeover) Reads() event.Set { return nothing }

// Check implements Expectation. Any takeover that fits will do. What fits but
// has another cause is reported with that cause.
func (x Takeover) Check(e Evidence) Result {
	got, others := "", ""
	for _, t := range e.Measures.Takeovers {
		if t.To != x.To || x.From != "" && t.From != x.From || x.VIP.IsValid() && t.VIP != x.VIP.String() {
			continue
		}
		cause, caused := x.causeOf(t)
		if !caused {
			others = cmp.Or(others, "at "+form.Text(t.At)+", not caused by "+x.After.text+": "+t.Why)
			continue
		}
		detected := t.Detected && (cause.Fault == "" || t.DetectedAt >= cause.When())
		detection := t.DetectedAt - cause.At
		found := "at " + form.Text(t.At) + ", " + detectionText(detected, detection) + ", " + gapText(t)
		if (!x.Detection.Given || detected && e.span(x.Detection).Contains(detection)) && (!x.Gap.Given || t.Served && e.span(x.Gap).Contains(t.Gap)) {
			return Result{Passed: true, Got: found}
		}
		got = cmp.Or(got, found)
	}
	return Result{Got: cmp.Or(got, others, "no such takeover")}
}

// causeOf returns the cause of a takeover from which its detection counts: the
// one that the expectation names, if it can have caused it, or the first one.
// There may be none if the expectation names none.
func (x Takeover) causeOf(t oracle.Takeover) (c oracle.Cause, caused bool) {
	for _, c := range slices.Concat(t.Causes, t.Possible) {
		if !x.After.given() || x.After.is(c.Fault) {
			return c, true
		}
	}
	return oracle.Cause{}, !x.After.given()
}

func detectionText(detected bool, detection time.Duration) string {
	if !detected {
		return "no claim after a fault"
	}
	return "detection " + form.Text(detection)
}

func gapText(t oracle.Takeover) string {
	if !t.Served {
		return "not served by both"
	}
	return "gap " + form.Text(t.Gap)
}

// Problems implements Expectation.
func (x Takeover) Problems(plan Plan) []topology.Problem {
	return slices.Concat(problemsOfOwner(plan, "from", x.From), problemsOfOwner(plan, "to", x.To), problemsOfVIP(plan, x.VIP), x.After.problems(plan))
}
