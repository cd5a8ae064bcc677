// Package check is health checks: one question to one target, by TCP, HTTP or
// LDAP, and whether the answer is good. A check cannot see failures that its
// kind does not cover, a common cause of field incidents (spec/failover.md F7,
// F9).
//
// Probes, groups of a load balancer and whatever else decides by the health of
// a server run a Checker; when they check, and how many results in a row it
// takes, is theirs. A check runs on a machine of package node/host. It logs
// nothing and knows nothing about virtual IPs, groups or faults.
//
// Start reading at checker.go, then request.go and condition.go, what the body
// of an answer must fulfil.
package check
