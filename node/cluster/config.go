package cluster

import (
	"net/netip"
	"slices"
	"time"
)

// Member is one member in one life of its process.
type Member struct {
	Address netip.AddrPort // where it listens
	Name    string         // for people, such as that of its machine
	ID      string         // another one after each restart
}

// Config is how a member behaves. The names in brackets are Hazelcast's
// properties.
type Config struct {
	Self      Member
	WellKnown []netip.AddrPort // of the configuration; its own address may be one of them

	Heartbeat         time.Duration // between two heartbeats (heartbeat.interval)
	MaxNoHeartbeat    time.Duration // silence after which a member is removed (max.no.heartbeat)
	Confirmation      time.Duration // between two confirmations to the master (master.confirmation.interval)
	MaxNoConfirmation time.Duration // without them the master removes a member (max.no.master.confirmation)
	Publish           time.Duration // between two lists of members (member.list.publish.interval)
	MergeFirst        time.Duration // from the start to the first search for other clusters (merge.first.run.delay)
	MergeNext         time.Duration // between two searches (merge.next.run.delay)
	WaitJoin          time.Duration // how long the master waits for more who want to join (wait.seconds.before.join)
	MaxWaitJoin       time.Duration // and how long at most (max.wait.seconds.before.join)
	MaxJoin           time.Duration // after which who could not join gives up (max.join)
	Connect           time.Duration // how long one who starts waits for well-known members (connection timeout)
}

// Times that Hazelcast does not let one set.
const (
	joinTime   = 500 * time.Millisecond // between two requests to join
	claimTime  = 10 * time.Second       // for the answers to a claim
	lookTime   = 20 * time.Second       // for a master to appear, after a claim has failed
	masterTime = 10 * time.Second       // how much longer than MaxWaitJoin a known master is asked
	targetTime = 20 * time.Second       // for the cluster to merge with to let one join (max.join.merge.target)
	askTime    = time.Second            // for a connection to another cluster's master
	faultsMax  = 3                      // connections to a member that fail in a row, before it is removed
)

// learned returns the addresses that a member which has just joined adds to
// those where it looks for others: everybody in the list whose host and port
// both differ from its own. That leaves out each member that uses the same port
// on another machine, as members do by default (spec/failover.md §7.3).
func (c Config) learned(list []Member) (more []netip.AddrPort) {
	for _, m := range list {
		own := c.Self.Address
		if m.Address.Addr() != own.Addr() && m.Address.Port() != own.Port() && !slices.Contains(c.WellKnown, m.Address) {
			more = append(more, m.Address)
		}
	}
	return more
}

// hash is Hazelcast's hash of an address, which decides between equals: Java's
// hash of the host's text, times 29, plus the port, in 32 bits with a sign.
func hash(a netip.AddrPort) (h int32) {
	for _, c := range a.Addr().String() {
		h = 31*h + c
	}
	return 29*h + int32(a.Port())
}
