package bench

import (
	"errors"
	"fmt"
	"time"
)

// brokered is ten publishers, each of which waits until the broker has its
// message, and one consumer.
const brokered = `name: brokered
about: Messages through a broker.
duration: %v
segments: {lan: {}}
nodes:
  mq: {broker: {}, nics: {lan: 192.0.2.50/24}}
  c1: {consumer: {queue: orders, brokers: {list: ["192.0.2.50:5672"]}, prefetch: 100, work: 10us, acknowledge: lazy}, nics: {lan: 192.0.2.60/24}}
%sexpect:
  - delivery: {queue: orders, failed: 0, lost: 0, doubled: 0}
`

// Brokered plays messages that come due 2,000 times a second for a span of
// simulated time. It returns how many were published, delivered and
// acknowledged.
func Brokered(span time.Duration) (int, error) {
	const publishers = 10
	nodes := ""
	for i := range publishers {
		nodes += fmt.Sprintf("  p%d: {publisher: {queue: orders, brokers: {list: [\"192.0.2.50:5672\"]}, rate: 200/s, start: 1s, stop: %v}, nics: {lan: 192.0.2.%d/24}}\n",
			i+1, span-time.Second, 61+i)
	}
	o, err := playText("brokered", fmt.Sprintf(brokered, span, nodes))
	if err != nil {
		return 0, err
	}
	return o.Measures.Deliveries[0].Processed, nil
}

// banked is clerks that read and write a hundred rows, each in a transaction of
// its own, through a service and its pool of connections.
const banked = `name: banked
about: Transactions of a database.
duration: %v
segments: {lan: {}}
nodes:
  db: {database: {}, nics: {lan: 192.0.2.50/24}}
  api: {accounts: {database: db}, nics: {lan: 192.0.2.11/24}}
  t1: {teller: {target: "http://192.0.2.11/accounts", clerks: 40, registers: 100, lists: 0, think: 20ms, start: 2s}, nics: {lan: 192.0.2.61/24}}
expect:
  - ledger: {failed: 0, lost: 0, doubled: 0, stale: 0}
`

// Banked plays transactions for a span of simulated time, and returns how many
// were committed. What was read and written is compared at the end.
func Banked(span time.Duration) (int, error) {
	o, err := playText("banked", fmt.Sprintf(banked, span))
	if err != nil {
		return 0, err
	}
	return o.Measures.Ledgers[0].OK, nil
}

// membership is two members of a cluster that nothing happens to.
const membership = `name: membership
about: Two idle members of a cluster.
duration: %v
segments: {lan: {}}
nodes:
  m1: {cluster: {members: [m1, m2]}, nics: {lan: 192.0.2.11/24}}
  m2: {cluster: {members: [m1, m2]}, nics: {lan: 192.0.2.12/24}}
expect:
  - event: {kind: cluster-member-changed, from: 1m, count: 0}
`

// Membership plays two idle members of a cluster for a span of simulated time.
func Membership(span time.Duration) error {
	o, err := playText("membership", fmt.Sprintf(membership, span))
	if err == nil && o.Frames < uint64(span/time.Second) {
		return errors.New("bench: membership: the members say nothing")
	}
	return err
}
