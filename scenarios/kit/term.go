package kit

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
)

// terms are the fields of an expectation that a spec has given.
type terms struct {
	from, to, client string
	after            expect.Cause
	vip              netip.Addr
	between          form.Range[time.Duration]
}

// Term narrows an expectation down.
type Term func(*terms)

// From names the member that had the virtual IP.
func From(node string) Term { return func(t *terms) { t.from = node } }

// To names the member that took it.
func To(node string) Term { return func(t *terms) { t.to = node } }

// Client names the client whose view is asked for.
func Client(node string) Term { return func(t *terms) { t.client = node } }

// After names the fault that is meant, as its line.
func After(line string) Term { return func(t *terms) { t.after = expect.CauseOf(line) } }

// VIP names the virtual IP; needed if there are several groups. It panics if
// the text is no address.
func VIP(address string) Term {
	vip := netip.MustParseAddr(address)
	return func(t *terms) { t.vip = vip }
}

// Between demands a figure from low to high, both included.
func Between(low, high time.Duration) Term {
	return func(t *terms) { t.between = form.Between(low, high) }
}

// Within demands a figure of at most high.
func Within(high time.Duration) Term { return Between(0, high) }

func termsOf(list []Term) (t terms) {
	for _, add := range list {
		add(&t)
	}
	return t
}

var (
	atAll = form.AtLeast[time.Duration](0)
	once  = form.Exactly(1)
)

// Share is a share of connections that is sufficient.
type Share = form.Range[form.Share]

// AtLeast reads well in KeepConnections(AtLeast(1.0)).
func AtLeast(share float64) Share { return form.AtLeast(form.Share(share)) }
