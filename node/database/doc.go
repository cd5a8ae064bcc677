// Package database is a database server on a machine: the shell of package
// engine on the connections of package session. It listens once recovery is
// over, feeds replicas, and as a replica follows its primary.
//
// What is committed is in an engine.Store that the caller keeps across crashes
// of the machine. The package knows no scenario, and not what the rows mean.
//
// Start reading at database.go, then wire.go, the messages of clients and
// replicas, and follower.go, a replica's side.
package database
