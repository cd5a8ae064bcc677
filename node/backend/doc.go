// Package backend is the HTTP servers behind or beside a cluster, which answer,
// hang or reset as they are told. Every connection and every answer is logged as
// an event.
//
// A back end runs on a machine of package node/host and speaks through package
// node/web. It knows nothing of virtual IPs, groups or faults. All of it is in
// backend.go.
package backend
