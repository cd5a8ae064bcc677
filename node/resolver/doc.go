// Package resolver is a DNS server that knows the addresses of some names and,
// with health checks, which of them to answer with: a global load balancer
// (spec/failover.md F22).
//
// It runs on a machine of package node/host. It does not know how addresses are
// checked, only when one goes up or down. Start reading at resolver.go;
// record.go chooses the addresses of an answer, and server.go answers.
package resolver
