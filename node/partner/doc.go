// Package partner is a business partner: a machine that exchanges documents
// with a gateway's service of kind b2b. It listens, and leaves the rest to
// package b2b/party (spec/failover.md F17). It knows one address of the other
// side, a virtual IP or a balancer, and nothing of what is behind it.
package partner
