package kit

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// terms are the fields of an expectation that a spec has given.
type terms struct {
	given                  []string // the functions, in the order of their calls
	from, to, client, node string
	after                  expect.Cause
	vip                    netip.Addr
	between                form.Range[time.Duration]
	times                  form.Range[int]
	where                  map[string]string
}

// Term narrows an expectation down. A matcher says which it takes; any other is
// an error, for To and NotTo.
type Term func(*terms)

// From names the member that had the virtual IP.
func From(node string) Term { return term("From", func(t *terms) { t.from = node }) }

// To names the member that took it.
func To(node string) Term { return term("To", func(t *terms) { t.to = node }) }

// Client names the client whose view is asked for.
func Client(node string) Term { return term("Client", func(t *terms) { t.client = node }) }

// Node names the node that an event is about.
func Node(node string) Term { return term("Node", func(t *terms) { t.node = node }) }

// After names the fault that is meant, as its line.
func After(line string) Term {
	return term("After", func(t *terms) { t.after = expect.CauseOf(line) })
}

// VIP names the virtual IP; needed if there are several groups. It panics if
// the text is no address.
func VIP(address string) Term {
	vip := netip.MustParseAddr(address)
	return term("VIP", func(t *terms) { t.vip = vip })
}

// Between demands a time from low to high, both included.
func Between(low, high time.Duration) Term {
	return term("Between", func(t *terms) { t.between = form.Between(low, high) })
}

// Within demands a time of at most high.
func Within(high time.Duration) Term {
	return term("Within", func(t *terms) { t.between = form.AtMost(high) })
}

// Times demands a number of events: Times(3), or Times(3, 5) for 3 to 5.
func Times(low int, high ...int) Term {
	return term("Times", func(t *terms) { t.times = form.Between(low, slices.Max(append(high, low))) })
}

// Where demands that a field of the event has a value, both as in events.jsonl.
func Where(field, value string) Term {
	return term("Where", func(t *terms) {
		if t.where == nil {
			t.where = map[string]string{}
		}
		t.where[field] = value
	})
}

func term(name string, set func(*terms)) Term {
	return func(t *terms) {
		t.given = append(t.given, name)
		set(t)
	}
}

func termsOf(list []Term) (t terms) {
	for _, add := range list {
		add(&t)
	}
	return t
}

// check returns an error if terms were given that a matcher does not take.
func (t terms) check(matcher string, takes ...string) error {
	for _, name := range t.given {
		if !slices.Contains(takes, name) {
			return fmt.Errorf("kit: %s takes %s, not %s", matcher, topology.AnyOf("", takes), name)
		}
	}
	return nil
}

var (
	atAll = form.AtLeast[time.Duration](0)
	once  = form.Exactly(1)
)

// Share is an interval of shares, which are 0 to 1: 1 is all.
type Share = form.Range[form.Share]

// AtLeast is a share that suffices, 0 to 1: KeepConnections(AtLeast(0.95)).
// Matchers refuse AtLeast(95).
func AtLeast(share float64) Share { return form.AtLeast(form.Share(share)) }

// AtMost is the largest share that is fine, 0 to 1.
func AtMost(share float64) Share { return form.AtMost(form.Share(share)) }

// ShareBetween is a share from low to high, both included, 0 to 1.
func ShareBetween(low, high float64) Share {
	return form.Between(form.Share(low), form.Share(high))
}

// Percent is a percentage as a share: AtLeast(Percent(95)) is AtLeast(0.95).
func Percent(percentage float64) float64 { return percentage / 100 }
