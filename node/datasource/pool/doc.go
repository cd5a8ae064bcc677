// Package pool is a pool of database connections as a pure machine: who gets
// which connection, what is validated before, who waits and for how long. It
// behaves as tomcat-jdbc does, with the settings of the document
// (spec/failover.md §7.2); the words are those of its settings.
//
// Four things surprise people. A connection that was validated less than
// validationInterval ago is lent without a look, dead or not. One that broke
// goes back to the idle ones as any other, and is lent again until a
// validation is due. A reconnect does not count as a validation. And a failed
// attempt to connect fails the borrower at once, while others may wait for
// maxWait.
//
// The machine is Pool.Step (state, event, now) → (state, actions), and its one
// timer Pool.Deadline. It knows no connection but by its number; the shell in
// package datasource opens and validates them. Not here: removeAbandoned,
// maxAge, testOnReturn, testWhileIdle and interceptors, all of which are off by
// default.
//
// Start reading at pool.go.
package pool
