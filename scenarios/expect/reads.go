package expect

import (
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// What expectations and needs read. A window that counts from a fault needs the
// faults.
var (
	nothing     = event.Set{} // measures and violations are enough
	readFaults  = event.SetOf(event.FaultApplied{})
	readChanges = readFaults.Or(event.SetOf(event.StandbyChanged{}))
	readRoster  = readFaults.Or(oracle.RosterReads)
	readAnswers = readFaults.Or(event.SetOf(event.RequestAnswered{}))
	readServed  = readFaults.Or(event.SetOf(event.RequestServed{}))
	readByNeeds = readChanges
	readSaid    = readFaults.Or(event.SetOf(event.ProgramSaid{}))
)
