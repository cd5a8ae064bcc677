// Package gateway is an appliance that serves virtual IPs: HTTP services that
// answer themselves or forward to one back end, and FTP services that send
// files. Their work costs CPU time of the class service and memory of the
// machine, so that a hogged member accepts and answers nothing, while its
// kernel still completes handshakes.
//
// Other packages decide which machine holds a virtual IP: a service binds to it
// in advance and serves once the address arrives, or as its bind policy says
// (spec/failover.md F14). Start reading at gateway.go; binding.go binds to the
// address, service.go answers requests, upstream.go forwards them,
// membership.go asks a cell for the members of a group, fileserver.go sends
// files, exchange.go exchanges documents, leave.go is a graceful leave.
package gateway
