// Package standby is standby control: the members of a group agree by HSRP
// version 1 who owns the virtual IP address.
//
// The protocol is a function. Machine.Step takes the instant and an event, and
// returns the new machine and the actions that the caller must carry out.
// Inside there is no clock, no I/O, no log, no goroutine and no randomness:
// jitter comes in with the event. A Machine is a value: == compares two, and an
// old copy never changes.
//
// It owns the transition table of RFC 2281 §5.7 with the corrections a bench
// needs (spec/failover.md §1.6, §1.7), the learning rules, validation in the
// terms of a DataPower administrator, and status. It must not know how frames
// are sent or how an address is put on an interface: that is the job of the
// shell around a machine.
//
// Read table.go first: it is the RFC's table as data. turn.go carries out one
// step, receive.go turns messages into the table's events, machine.go has the
// timers, config.go and problem.go have what a user may set.
//
// The shell in package member does not know HSRP: it runs a Protocol, see
// protocol.go. HSRP implements it with a Machine and its frames. Another
// protocol is another machine, in its own package, that implements Protocol.
//
// A shell is a loop. It owns one Machine and one timer armed at Deadline, and
// carries out actions in the order given:
//
//	m := standby.New(cfg)
//	m, actions := m.Step(now, standby.Start{})   // when the interface comes up
//	m, actions = m.Step(now, standby.Received{From: ip, Message: msg})
//	m, actions = m.Step(now, standby.Tick{Jitter: stream.Float64()*2 - 1}) // at m.Deadline()
package standby
