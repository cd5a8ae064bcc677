// Package lbgroup is IBM DataPower's load balancer group (spec/failover.md §6):
// which back end serves a request, which ones are up, and what a failed
// connection costs the others.
//
// It is pure: a Group changes only by what it is told, and it is told the time.
// It opens no connection, runs no health check and has no timer. The shell does
// that, in these steps:
//
//   - For each request it begins a Transaction, and asks it for a member until one
//     is connected or the transaction ends without one. It says how each attempt
//     went, and when the connection is over.
//   - It runs the health checks, and passes each result to Group.Checked.
//   - It sets a timer to Group.NextAt, and calls Group.Advance when it fires.
//   - It logs Group.Changes after each of these calls.
//
// Addresses, ports, the settings of health checks, masquerading and the polling
// of a WebSphere cell are the shell's.
//
// IBM's texts contradict each other and what people have observed. Mode,
// Config.FailedCheck and Config.TryEveryFailed choose a reading. What no source
// says, and we chose, is marked "ours" where it is documented.
//
// Start reading at state.go, which has the table of transitions, then plan.go,
// which has that of retries, then transaction.go.
package lbgroup
