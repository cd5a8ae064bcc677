// Package track decides what the objects that a member of a standby group
// tracks, such as another interface or a service of its own, do to the member.
// Each object is looked at again and again. After enough failures in a row it
// fails, after enough successes it works again. While it fails it lowers the
// member's priority, or keeps it out of the group. The product has none of
// this; the semantics are those that users know from VRRP daemons and routers
// (spec/peers.md §2.1, spec/failover.md §1.10).
//
// The machine is pure: it knows results, not what was looked at or how. Package
// tracker is the shell that looks. Start reading at machine.go.
package track
