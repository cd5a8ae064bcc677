// Package balancer is a load balancer on a host of its own, as HAProxy, an F5
// or a Cisco in front of a pair: it accepts the connections of clients, leads
// each to one of its members, and checks whether they are well. Its defaults
// are those of HAProxy (spec/peers.md §2.2). How such a host learns that a
// virtual IP has moved is up to its kernel: `arp`, `arp-age` and `arp-life` of
// its node. A Cisco that ignores gratuitous ARP and keeps entries for four
// hours is `arp: ignore` and `arp-life: 4h` (spec/failover.md F6).
//
// Pool is the pure part: which member is in which state, and which one gets the
// next connection. It is told the time and does nothing by itself. Everything
// else runs on a machine of package node/host: splice.go carries connections
// byte by byte, exchange.go carries requests, checks.go checks the members.
//
// Start reading at pool.go, then choice.go and balancer.go.
package balancer
