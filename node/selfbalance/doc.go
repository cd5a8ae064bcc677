// Package selfbalance is the self-balancing mode of a standby group
// (spec/failover.md §5): the Active member owns the virtual IP and spreads its
// connections over all members; each member answers its clients directly.
//
// It is pure: tables, schedulers and one Machine per member, which turns
// messages, timers and segments into decisions. It does no I/O and has no
// clock, no randomness and no log. Package distributor is the shell that runs a
// Machine on the interface of a machine.
//
// Start reading at flow.go, then machine.go.
package selfbalance
