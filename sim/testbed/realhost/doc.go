// Package realhost runs real programs on a node of a testbed: on the stack of
// the kernel of the node's namespace. It writes their files, starts them, waits
// until they are ready, and watches what they and their kernel do and say.
//
// It does not know what other nodes there are. Start reading at host.go, which
// is the life of a host; then fault.go is what is done to it, renewal.go what
// becomes of its kernel in a crash, workspace.go its files.
package realhost
