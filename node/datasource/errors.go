package datasource

import (
	"errors"

	"github.com/cablepull/cablepull/node/database"
)

// What Do fails with, to be matched with errors.Is.
var (
	// ErrPoolExhausted: all connections were lent for as long as a borrower waits.
	ErrPoolExhausted = errors.New("pool exhausted")
	// ErrUnreachable: no connection could be opened, or the one that was lent broke
	// before the commit.
	ErrUnreachable = errors.New("database unreachable")
	// ErrCommitUnknown: the connection broke while a commit was under way.
	ErrCommitUnknown = errors.New("commit: outcome unknown")
	// ErrReadOnly: the database is a replica.
	ErrReadOnly = errors.New("database is read-only")
	// ErrLockTimeout: another transaction held a row for too long.
	ErrLockTimeout = errors.New("lock wait timeout")
	// ErrDeadlock: the transaction was rolled back for another one.
	ErrDeadlock = errors.New("deadlock")
	// ErrDiskFull: the disk of the database has no room.
	ErrDiskFull = errors.New("disk full")
	// ErrTooMany: the database has as many connections as it takes.
	ErrTooMany = errors.New("too many connections")
)

// answers are the errors of a database by its words.
var answers = map[string]error{
	database.ReadOnly: ErrReadOnly, database.LockTimeout: ErrLockTimeout, database.Deadlock: ErrDeadlock,
	database.DiskFull: ErrDiskFull, database.TooMany: ErrTooMany, database.Closing: ErrUnreachable,
}
