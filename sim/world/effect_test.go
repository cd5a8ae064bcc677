package world

import (
	"reflect"
	"testing"

	"github.com/cablepull/cablepull/sim/fault"
)

// TestEachFaultHasOneEffect, on the network or on a machine, and no effect is of
// a fault that nobody can write.
func TestEachFaultHasOneEffect(t *testing.T) {
	have := map[reflect.Type]int{}
	for _, e := range networkEffects {
		have[e.of]++
	}
	for _, e := range machineEffects {
		have[e.of]++
	}
	for _, row := range fault.Standard().Rows() {
		if n := have[row.Type()]; n != 1 {
			t.Errorf("%s: got %d effects of %v in networkEffects and machineEffects, want 1", row.Verb(), n, row.Type())
		}
		delete(have, row.Type())
	}
	for of := range have { // order: reports all
		t.Errorf("%v has an effect, but no row in package fault", of)
	}
}
