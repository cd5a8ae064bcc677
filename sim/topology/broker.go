package topology

import (
	"cmp"
	"net/netip"
	"regexp"
)

// Broker is a message broker with queues, topics and leases: spec/failover.md
// §7.4. Persistent messages, numbers of publishers and tokens of leases survive
// a loss of power.
type Broker struct {
	Port        int                    `yaml:"port" doc:"TCP port (default 5672)" jsonschema:"minimum=1,maximum=65535"`
	Queues      map[string]BrokerQueue `yaml:"queues" doc:"what is special about queues, by name; queues and topics begin to exist when they are first used"`
	Depth       int                    `yaml:"depth" doc:"the most messages that a queue takes, and that wait for a subscriber of a topic, whose oldest are dropped then (default: no limit)" jsonschema:"minimum=1"`
	Deliveries  int                    `yaml:"max-deliveries" doc:"how often a message of a queue is delivered before it goes to the queue NAME.dead (default: no limit)" jsonschema:"minimum=1"`
	Deduplicate bool                   `yaml:"deduplicate" doc:"drop messages that a publisher sends again: those whose number is not above its last one (default off)"`
}

// BrokerQueue is what is special about a queue.
type BrokerQueue struct {
	Shared bool `yaml:"shared" doc:"several consumers may share its work, in any order: the invariants one-consumer and ordered-delivery do not look at it (default off)"`
}

// BrokerService is the service of a broker.
const (
	BrokerService     = "broker"
	DefaultBrokerPort = 5672
)

// Complete implements Program.
func (b Broker) Complete(Place) Program {
	b.Port = cmp.Or(b.Port, DefaultBrokerPort)
	return &b
}

// Problems implements Program.
func (b Broker) Problems(at Place) []Problem {
	c := at.check()
	for _, name := range Names(b.Queues) {
		c.addressName([]string{"queues", name}, name)
	}
	return c.problems
}

// addressName is the form of the name of a queue, a topic or a key.
var addressName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// addressName checks the name of a queue, a topic or a key.
func (c *checker) addressName(path []string, name string) {
	if !addressName.MatchString(name) {
		c.fail(path, "got %q, want letters, digits, dots, dashes and underscores", name)
	}
}

// listens implements listener.
func (b Broker) listens() []port { return []port{onAll("broker", b.Port, "broker", "port")} }

// Addresses implements Program.
func (Broker) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Broker) ServiceNames() []string { return []string{BrokerService} }

// Properties implements Program.
func (b Broker) Properties() []Property { return serviceSwitches(b) }

// Faults implements Program.
func (Broker) Faults() []string { return nil }

// SharedQueues lists the queues that some broker shares among consumers,
// sorted.
func (t Topology) SharedQueues() []string {
	shared := map[string]bool{}
	for _, n := range t.Nodes { // order: into a set
		if n.Broker == nil {
			continue
		}
		for name, q := range n.Broker.Queues { // order: into a set
			if q.Shared {
				shared[name] = true
			}
		}
	}
	return Names(shared)
}
