// Package member runs a cluster.Machine on a host: it carries the machine's
// messages over TCP, tells it the time, and logs what it reports. It also sends
// the messages of the application, with the memory of cluster.Mailbox, and does
// what the coordinator shall do.
//
// Each member opens a connection to each other one for what it says, and hears
// on the one that the other has opened; the end of either is the end of both.
//
// It must not decide anything about membership. Start reading at member.go;
// link.go is connections, letters.go the messages of the application.
package member
