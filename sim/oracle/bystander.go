package oracle

import "github.com/cablepull/cablepull/sim/event"

// bystander is a fold that takes nothing from the requests of clients: neither
// from what they send nor from how that ends. Most events of many runs are of
// these kinds, so that the oracle does not pass them to bystanders.
type bystander interface{ ignoresRequests() }

// ofRequest reports whether an event is one that bystanders ignore.
func ofRequest(e event.Event) bool {
	switch e.What.(type) {
	case event.RequestSent, event.RequestAnswered, event.RequestFailed:
		return true
	}
	return false
}

func (*scene) ignoresRequests()           {}
func (*activities) ignoresRequests()      {}
func (*balances) ignoresRequests()        {}
func (*balancedStatus) ignoresRequests()  {}
func (*darkTimes) ignoresRequests()       {}
func (*deliveries) ignoresRequests()      {}
func (*exchanges) ignoresRequests()       {}
func (*files) ignoresRequests()           {}
func (*fixedServices) ignoresRequests()   {}
func (*groups) ignoresRequests()          {}
func (*lbMembers) ignoresRequests()       {}
func (*ledgers) ignoresRequests()         {}
func (*linearizable) ignoresRequests()    {}
func (*loads) ignoresRequests()           {}
func (*looping) ignoresRequests()         {}
func (*members) ignoresRequests()         {}
func (*orderedDelivery) ignoresRequests() {}
func (*portals) ignoresRequests()         {}
func (*recoveries) ignoresRequests()      {}
func (*sessions) ignoresRequests()        {}
func (*sources) ignoresRequests()         {}
func (*weightZero) ignoresRequests()      {}
