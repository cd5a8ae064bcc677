// Package ipvs is the sync messages of IPVS, the load balancer in Linux: the
// balancer tells its backups which connections it forwards where. It writes
// version 1, and also reads version 0, as Linux does. Layouts and rules are
// those of net/netfilter/ipvs/ip_vs_sync.c (Linux, commit 002c6ca75289) and of
// include/uapi/linux/ip_vs.h.
//
// It owns layouts and exact errors. It must not know when a connection is sent,
// nor what a backup does with it: that is decided in package selfbalance.
//
// Unlike Linux it knows only IPv4 and persistence without engines: it counts
// other connections as skipped, as a Linux without IPv6 does. And of a message
// with an error it reads nothing, where Linux has already taken the connections
// before the error.
//
// Start reading at sync.go.
package ipvs
