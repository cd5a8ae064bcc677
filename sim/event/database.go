package event

import "time"

// DatabaseChanged: a database enters another state. A primary of which
// replication is synchronous is degraded while commits do not wait for a
// replica.
type DatabaseChanged struct {
	State  string `words:"recovering,primary,replica,degraded,stopped"`
	Reason string // such as how many transactions it has
}

// DatabaseFollowed: a replica has reached its primary.
type DatabaseFollowed struct {
	Primary string // address
	Lost    int    // transactions that the replica had and the primary never did: the replica is replaced by a copy
}

// DatabaseRefused: a database refused a client, or ended its statement or
// transaction without doing it.
type DatabaseRefused struct {
	Client string
	Reason string `words:"too-many-connections,read-only,lock-timeout,deadlock,disk-full,closing"`
}

// PoolFailed: a program got no connection to its database, or lost the one that
// it had. Unknown says that it was lost while a commit was under way.
type PoolFailed struct {
	Database string // the host that was tried last, or that the connection was to
	Reason   string `words:"exhausted,unreachable,lost,unknown"`
	Waited   time.Duration
}

// TellerDone: an operation of a clerk has ended. Its values are words. An
// operation that failed has had no effect; whether an unknown one has, nobody
// told the clerk. One that is under way in a crash, or at the end of the run,
// is unknown.
type TellerDone struct {
	Book, Key string
	Clerk     int    // from 1
	Verb      string `words:"read,write,append"`
	Value     string // that was written or added, or what was read
	Began     time.Duration
	Outcome   string `words:"ok,failed,unknown"`
	Reason    string // of the other outcomes
}

// Kind implements Body.
func (DatabaseChanged) Kind() string { return "database-changed" }

// Kind implements Body.
func (DatabaseFollowed) Kind() string { return "database-followed" }

// Kind implements Body.
func (DatabaseRefused) Kind() string { return "database-refused" }

// Kind implements Body.
func (PoolFailed) Kind() string { return "pool-failed" }

// Kind implements Body.
func (TellerDone) Kind() string { return "teller-done" }
