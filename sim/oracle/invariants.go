package oracle

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Invariant is something that must hold in every run, whatever the scenario
// does to the cluster.
type Invariant struct {
	Name   string
	Says   string // what must hold
	Reason string // why it matters, or why it must hold
	fold   func(*scene, *watch) fold
}

// Invariants are all invariants that Check checks, by name.
var Invariants = []Invariant{
	{
		"accounting", "each request ends once: sent = answered + failed + open at the end",
		"a request that is lost or counted twice by the bench makes every other figure doubtful",
		func(_ *scene, w *watch) fold { return newAccounting(w) },
	},
	{
		"active-holds-vip", "a member holds its virtual IPs exactly while it is Active",
		"an Active member without the address serves nobody; another one with it is a duplicate address",
		func(s *scene, w *watch) fold { return newHolding(s, w) },
	},
	{
		"fixed-services", "connections to a service that is not self-balanced stay with the owner of the virtual IP",
		"such a service has state that other members lack: sessions, or a second connection (spec/failover.md §5.8)",
		func(s *scene, w *watch) fold { return balancedOnly(s, newFixedServices(s, w)) },
	},
	{
		"linearizable", "what tellers were told fits one copy of each register and list: no acknowledged write is lost, doubled, reordered or seen late",
		"whoever was told that something is done relies on it; a deployment of several copies may lose it in a failover",
		func(s *scene, w *watch) fold { return newLinearizable(s, w) },
	},
	{
		"no-forwarding-loop", "no frame comes back to where it has been, or goes between members of a group more than twice",
		"a looping frame multiplies until the network is full of it",
		func(_ *scene, w *watch) fold { return &looping{watch: w} },
	},
	{
		"one-active", "no two members that hear each other are Active for longer than hold time and two hellos",
		"two owners of one address split the clients' connections between them; the first hello that is heard must end it",
		func(s *scene, w *watch) fold { return newOneActive(s, w) },
	},
	{
		"one-consumer", "of the consumers of a queue that nobody shares, at most one is enabled and can act",
		"two of them work on messages at the same time, and their order is lost (spec/failover.md F15)",
		func(s *scene, w *watch) fold { return newOneConsumer(s, w) },
	},
	{
		"one-server", "an established connection is served by one member only",
		"a second member knows nothing of the connection: it resets it, or the answers of two get mixed up",
		func(_ *scene, w *watch) fold { return newOneServer(w) },
	},
	{
		"ordered-delivery", "the messages of a publisher in a queue that nobody shares are done in the order of their numbers",
		"whoever needs the order is wrong from the first message on that is done too late (spec/failover.md F15)",
		func(s *scene, w *watch) fold { return newOrderedDelivery(s, w) },
	},
	{
		"others-survive", "in recovery modes rebuild and second-chance, a connection survives the death of members that do not terminate it",
		"both ends of it are alive, and the members know that between them (spec/failover.md §5.8)",
		func(s *scene, w *watch) fold { return balancedOnly(s, newOthersSurvive(s, w)) },
	},
	{
		"processed-once", "a machine processes a business document once, as long as its persistence store has it",
		"the sender transmits it again whenever a receipt is lost; to recognise it is what the store is for",
		func(_ *scene, w *watch) fold { return newProcessedOnce(w) },
	},
	{
		"responses-match", "each answer belongs to a request that was sent on its connection, is whole, and comes once",
		"crossed, lost or doubled answers are the worst that a failover can do",
		func(_ *scene, w *watch) fold { return newMatching(w) },
	},
	{
		"vip-not-source", "no connection is opened from a virtual IP, unless the configuration says so",
		"its answers would go to whoever owns the address by then (spec/failover.md F13)",
		func(s *scene, w *watch) fold { return newSources(s.facts, w) },
	},
	{
		"weight-zero", "a member of weight 0 gets no new connection once its report of that has had time to arrive",
		"it cannot serve it, or is about to leave (spec/failover.md §5.8)",
		func(s *scene, w *watch) fold { return balancedOnly(s, newWeightZero(s, w)) },
	},
}

// balancedOnly returns the fold, or one that does nothing if no group is
// self-balanced.
func balancedOnly(s *scene, f fold) fold {
	if s.facts.balances() {
		return f
	}
	return nothing{}
}

// nothing is a fold without an effect.
type nothing struct{}

// reads implements fold.
func (nothing) reads() event.Set { return event.Set{} }

// Observe implements fold.
func (nothing) Observe(event.Event) {}

// Finish implements fold.
func (nothing) Finish(time.Duration) {}

// watch collects the violations of one invariant.
type watch struct {
	invariant string
	found     []Violation
}

func (w *watch) report(at time.Duration, format string, args ...any) {
	w.found = append(w.found, Violation{w.invariant, at, fmt.Sprintf(format, args...)})
}
