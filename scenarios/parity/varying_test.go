package parity

import (
	"testing"

	"github.com/cablepull/cablepull/sim/oracle"
)

// TestAllVaries: for each way in which figures vary it is said
// what follows from the tolerance of times.
func TestAllVaries(t *testing.T) {
	for _, v := range oracle.AllVaries {
		if _, known := follows[v]; !known {
			t.Errorf("it is not said what follows for a figure that varies %q", v)
		}
	}
	if n := len(follows); n != len(oracle.AllVaries) {
		t.Errorf("it is said of %d ways to vary, there are %d", n, len(oracle.AllVaries))
	}
}
