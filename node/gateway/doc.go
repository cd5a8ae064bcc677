// Package gateway is an appliance that serves virtual IPs: HTTP services that
// answer by themselves or forward to one back end. What they do costs CPU time
// of the class service and memory of the machine, so that a hogged member
// accepts nothing and answers nothing, while its kernel still completes
// handshakes.
//
// Who holds a virtual IP is not decided here: a service binds to it in advance
// and serves once the address arrives, or as its bind policy says
// (spec/failover.md F14). Start reading at gateway.go; door.go is the binding,
// service.go the requests, upstream.go the forwarding.
package gateway
