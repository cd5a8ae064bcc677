// Package consumer takes messages from a queue and works on them, one after the
// other: the program of a machine around a client of package jms. Of several
// consumers only one shall be enabled (spec/failover.md F15), and the package
// has both ways to see to that: a script that looks up the state of the
// machine's standby member at intervals, as it was done in the field, and a
// lease with a fencing token.
//
// It must not know what a standby member is: whoever starts it says whether the
// machine is active. Start reading at consumer.go; lease.go says why two with a
// lease never work at once.
package consumer
