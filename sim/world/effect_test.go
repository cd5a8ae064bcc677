package world

import (
	"testing"

	"github.com/cablepull/cablepull/sim/fault"
)

// TestEachFaultHasOneEffect, on the network or on a machine, and no effect is
// of a fault that nobody can write.
func TestEachFaultHasOneEffect(t *testing.T) {
	rows := fault.Standard().Rows()
	for _, row := range rows {
		if networkEffects.Has(row) == machineEffects.Has(row) {
			t.Errorf("%s (%v): want an effect in either networkEffects or machineEffects, got one in both: %v", row.Verb(), row.Type(), networkEffects.Has(row))
		}
	}
	if got := len(networkEffects) + len(machineEffects); got != len(rows) {
		t.Errorf("got %d effects, want one for each of the %d kinds of faults in package fault", got, len(rows))
	}
}
