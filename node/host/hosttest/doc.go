// Package hosttest is machines on one segment in virtual time, for the tests of
// package host and of what runs on a machine. Only tests import it.
//
// It owns a loop, a fabric with one segment, a log and the machines, and
// destroys them after the test. It must not know any program: each package's
// tests start their own.
//
// Start reading at lab.go; tap.go records the frames that machines send.
package hosttest
