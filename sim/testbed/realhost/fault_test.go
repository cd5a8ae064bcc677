//go:build linux

package realhost

import (
	"testing"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/world"
)

// TestEachFaultOfARealHostHasAnEffect, and those that it has no stack for have
// none.
func TestEachFaultOfARealHostHasAnEffect(t *testing.T) {
	for _, row := range fault.Standard().Rows() {
		want := world.OfMachine(row) && row.Stack() == fault.AnyStack
		if got := effects.Has(row); got != want {
			t.Errorf("%s (%v): has an effect on a real host: got %v, want %v", row.Verb(), row.Type(), got, want)
		}
	}
}
