// Package cluster decides who is a member of a cluster and who coordinates it,
// as Hazelcast 3 does when WSO2 Carbon uses it (spec/failover.md §7.3).
//
// A member finds the others at well-known addresses. The oldest one is the
// master: it lets others join, publishes the list of members, and removes those
// that it has not heard for a long time; the others watch only the master. The
// oldest member is also the coordinator, which carries out what the cluster
// shall do once. A partition leaves one master and one coordinator on each
// side; afterwards the masters look for each other at times, and the smaller
// side joins the larger one.
//
// The machine is pure: it is told messages, connections and the time, and says
// what to send. Mailbox is the other half: which messages of the application a
// joining member gets again, and which it drops because it has had them.
// Neither knows sockets or hosts; package member is their shell. Start reading
// at machine.go, then join.go, watch.go and merge.go; mailbox.go stands alone.
package cluster
