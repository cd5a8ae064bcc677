// Package filesync is the files of machines and how they get from one to
// another: the artifacts that are deployed to the nodes of a pair, such as the
// APIs of an API manager, copied by rsync at intervals and in one direction, or
// kept on a file server that all nodes use (spec/failover.md §7.2, F44).
//
// It owns the files of a machine, which survive its power, the server through
// which others read and write them, the copying, and the scan by which a node
// notices that artifacts have come and gone. It must not know what an artifact
// does.
//
// Start reading at tree.go; volume.go is what a program sees of files, here or
// on a server; daemon.go serves them, and copier.go copies.
package filesync
