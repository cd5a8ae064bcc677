// Package engine is a transactional database as a pure machine: sessions and
// their transactions, row locks with a limit of the wait and detection of
// deadlocks, a disk that takes its time for a commit, what a crash leaves, and
// a replica that follows a primary (spec/failover.md F47).
//
// It behaves as MySQL with InnoDB does where the two big ones differ, and each
// difference is named where it matters. A transaction reads what is committed
// and its own writes; it locks the rows that it writes until its end. Two
// statements of a transaction may see different values: the isolation is READ
// COMMITTED.
//
// A commit is in three steps: the disk writes it, with all others that wait by
// then (group commit); with synchronous replication a replica acknowledges it;
// then it becomes visible, its locks are released and the session gets its
// answer. A crash before the first step loses the transaction, one between the
// first and the last keeps it although nobody was told.
//
// The machine is Engine.Step (state, event, now) → (state, actions), and its
// one timer is Engine.Deadline. What survives a crash is a Store, which the
// engine only changes in the first step of a commit and when a record is
// applied. The package knows neither sockets nor machines nor a scenario.
//
// Start reading at event.go, then engine.go, commit.go and replica.go.
package engine
