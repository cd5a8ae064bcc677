// Package traffic is the programs around a cluster: HTTP clients, which ask at
// instants fixed in advance whatever the answers do, and HTTP back ends, which
// answer, hang or reset as they are told. Every step in the life of a
// connection and of a request is logged as an event.
//
// They run on machines of package node/host and speak through package node/web;
// they know nothing of virtual IPs, groups or faults. Start reading at client.go
// (when requests are due), then pool.go (which connection carries them) and
// connection.go (what happens on it); backend.go stands alone.
package traffic
