// Package datasource is how a program of a machine uses a database: a pool of
// connections as tomcat-jdbc has it, and transactions on them. It is the shell
// of package pool on the connections of package session.
//
// A program calls Pool.Do with a function, which gets a transaction: without an
// error of the function it is committed, else rolled back. What can go wrong
// with the connection are errors to be matched. ErrCommitUnknown is the one
// that needs thought: the connection broke while the commit was under way, and
// the database may have done it or not. After all others the transaction has
// had no effect.
//
// The package knows neither HTTP nor what the rows mean. Start reading at
// datasource.go, then transaction.go; driver.go is one connection.
package datasource
