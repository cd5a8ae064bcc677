// Package hosttest is machines on one segment in virtual time, for the tests of
// package host and of what runs on a machine. Only tests import it.
//
// It owns a loop, a fabric with one segment, a log and the machines, and takes
// them down with the test. It must not know any program: each package's tests
// start their own on the machines.
//
// Start reading at lab.go; tap.go keeps the frames that machines send.
package hosttest
