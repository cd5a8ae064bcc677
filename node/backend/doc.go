// Package backend is the HTTP servers of the bench, which answer, hang or reset
// on command. Every connection and every answer is logged as an event.
//
// A back end runs on a machine of package node/host and talks HTTP through
// package node/web. It knows nothing about virtual IPs, groups or faults. Start
// reading at backend.go.
package backend
