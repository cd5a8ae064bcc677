package kit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// matcher asks one question of a cluster, and says what it found.
type matcher struct {
	want  string
	match func(*Cluster) (ok bool, got string)
	got   string
}

// Match implements types.GomegaMatcher.
func (m *matcher) Match(actual any) (bool, error) {
	c, ok := actual.(*Cluster)
	if !ok {
		return false, fmt.Errorf("kit: want a *kit.Cluster, got %T", actual)
	}
	ok, m.got = m.match(c)
	return ok, nil
}

// FailureMessage implements types.GomegaMatcher.
func (m *matcher) FailureMessage(any) string {
	return fmt.Sprintf("Expected the cluster to %s;\ngot %s", m.want, m.got)
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m *matcher) NegatedFailureMessage(any) string {
	return fmt.Sprintf("Expected the cluster not to %s;\ngot %s", m.want, m.got)
}

// terms narrow a question down.
type terms struct {
	from, to, client, vip string
	low, high             time.Duration
	bounded               bool
}

// Term narrows a question down.
type Term func(*terms)

// From names the member that had the virtual IP.
func From(node string) Term { return func(t *terms) { t.from = node } }

// To names the member that took it.
func To(node string) Term { return func(t *terms) { t.to = node } }

// Client names the client whose view is asked for; needed if there are several.
func Client(node string) Term { return func(t *terms) { t.client = node } }

// VIP names the virtual IP; needed if there are several groups.
func VIP(address string) Term { return func(t *terms) { t.vip = address } }

// Between demands a figure from low to high, both included.
func Between(low, high time.Duration) Term {
	return func(t *terms) { t.low, t.high, t.bounded = low, high, true }
}

// Within demands a figure of at most high.
func Within(high time.Duration) Term { return Between(0, high) }

func termsOf(list []Term) (t terms) {
	for _, add := range list {
		add(&t)
	}
	return t
}

func (t terms) contain(d time.Duration) bool { return !t.bounded || d >= t.low && d <= t.high }

func (t terms) String() string {
	var words []string
	for _, w := range []struct{ prefix, word string }{
		{"from ", t.from}, {"to ", t.to}, {"of ", t.vip}, {"as seen by ", t.client},
	} {
		if w.word != "" {
			words = append(words, w.prefix+w.word)
		}
	}
	if t.bounded {
		words = append(words, fmt.Sprintf("between %v and %v", t.low, t.high))
	}
	return strings.Join(words, " ")
}

// HaveTakenOver matches when, after the last fault before it, the virtual IP
// went From one member To another, detected Between two durations after that
// fault, and went nowhere else afterwards.
func HaveTakenOver(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return &matcher{
		want: "have taken over " + t.String(),
		match: func(c *Cluster) (bool, string) {
			var after []oracle.Takeover
			for _, o := range c.Measures().Takeovers {
				if o.Fault != "" && (t.vip == "" || o.VIP == t.vip) {
					after = append(after, o)
				}
			}
			ok := len(after) == 1 && (t.from == "" || after[0].From == t.from) && (t.to == "" || after[0].To == t.to) &&
				after[0].Detected && t.contain(after[0].Detection)
			return ok, describeTakeovers(after)
		},
	}
}

func describeTakeovers(all []oracle.Takeover) string {
	if len(all) == 0 {
		return "no takeover after a fault"
	}
	var lines []string
	for _, o := range all {
		lines = append(lines, fmt.Sprintf("%s from %q to %q at %v, detected %v after %q (%v)",
			o.VIP, o.From, o.To, o.At, o.Detection, o.Fault, o.Detected))
	}
	return strings.Join(lines, "; ")
}

// HaveOneActive matches when each group has exactly one Active member now.
func HaveOneActive() types.GomegaMatcher {
	return &matcher{
		want: "have one Active member in each group",
		match: func(c *Cluster) (bool, string) {
			actives := actives(c)
			ok := len(actives) > 0
			var got []string
			for _, g := range c.Measures().Groups {
				ok = ok && len(actives[g.VIP]) == 1
				got = append(got, fmt.Sprintf("%s: %v", g.VIP, actives[g.VIP]))
			}
			return ok, "Active: " + strings.Join(got, "; ")
		},
	}
}

// HaveActive matches when the node, and no other, is Active now in the group of
// the virtual IP, or in the only group.
func HaveActive(node string, list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return &matcher{
		want: "have " + node + " as its one Active member " + t.String(),
		match: func(c *Cluster) (bool, string) {
			all := actives(c)
			for _, g := range c.Measures().Groups {
				if t.vip == "" || g.VIP == t.vip {
					return slices.Equal(all[g.VIP], []string{node}), fmt.Sprintf("Active: %v", all[g.VIP])
				}
			}
			return false, "no such group"
		},
	}
}

// actives returns the Active members of each group, by virtual IP, as the
// members themselves say.
func actives(c *Cluster) map[string][]string {
	all := map[string][]string{}
	for _, name := range sortedNodes(c) {
		for _, m := range c.world.Node(name).Members() {
			if s := m.Status(); s.Mode() == "active" {
				vip := s.VirtualIP.String()
				all[vip] = append(all[vip], name)
			}
		}
	}
	return all
}

// KeepConnections matches when, of the connections that were established at the
// last fault and that had something to do afterwards, a sufficient share was
// kept.
func KeepConnections(least Share) types.GomegaMatcher {
	return &matcher{
		want: fmt.Sprintf("keep at least %v of the connections", least),
		match: func(c *Cluster) (bool, string) {
			all := c.Measures().Connections
			if len(all) == 0 {
				return false, "no fault"
			}
			last := all[len(all)-1]
			used := last.Kept + last.Lost
			got := fmt.Sprintf("%d kept, %d lost, %d idle of %d at %q", last.Kept, last.Lost, last.Idle, last.Established, last.Fault)
			return used > 0 && float64(last.Kept) >= float64(least)*float64(used), got
		},
	}
}

// Share is a part of a whole, 0 to 1.
type Share float64

// String prints the share as a percentage.
func (s Share) String() string { return fmt.Sprintf("%g %%", float64(s)*100) }

// AtLeast reads well in KeepConnections(AtLeast(1.0)).
func AtLeast(share float64) Share { return Share(share) }

// HaveOutage matches when the client's longest outage lies Between two
// durations.
func HaveOutage(list ...Term) types.GomegaMatcher {
	t := termsOf(list)
	return &matcher{
		want: "have an outage " + t.String(),
		match: func(c *Cluster) (bool, string) {
			for _, o := range c.Measures().Outages {
				if t.client == "" || o.Client == t.client {
					return t.contain(o.Duration), fmt.Sprintf("%v as seen by %s, from %v (no end: %v)", o.Duration, o.Client, o.From, o.Open)
				}
			}
			return t.low == 0, "no outage"
		},
	}
}

// HoldInvariants matches when no invariant was violated.
func HoldInvariants() types.GomegaMatcher {
	return &matcher{
		want: "hold all invariants",
		match: func(c *Cluster) (bool, string) {
			var got []string
			for _, v := range c.Violations() {
				got = append(got, fmt.Sprintf("%s at %v: %s", v.Invariant, v.At, v.Detail))
			}
			return len(got) == 0, strings.Join(got, "; ")
		},
	}
}

// Elect matches when exactly these members became Active, in this order.
func Elect(nodes ...string) types.GomegaMatcher {
	return &matcher{
		want: fmt.Sprintf("elect %v and nobody else", nodes),
		match: func(c *Cluster) (bool, string) {
			var got []string
			var at []string
			for e, s := range event.Of[event.StandbyChanged](c.Events()) {
				if s.To == "Active" {
					got = append(got, e.Node)
					at = append(at, fmt.Sprintf("%s at %v", e.Node, e.At))
				}
			}
			return slices.Equal(got, nodes), strings.Join(at, ", ")
		},
	}
}

func sortedNodes(c *Cluster) []string {
	var names []string
	for name := range c.world.Topology().Nodes { // order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
