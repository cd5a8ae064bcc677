package text

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/sim/oracle"
)

// TestNoConnections: a table that would say of each fault that no connection
// was established is not printed, and one with a single connection is.
func TestNoConnections(t *testing.T) {
	const title = "Connections established when the fault hit"
	for established, want := range []bool{false, true} {
		m := &oracle.Measures{Connections: []oracle.Connections{{Fault: "crash db"}, {Fault: "boot db", Established: established, Kept: established}}}
		if got := slices.ContainsFunc(tables(m), func(t *table) bool { return t.title == title }); got != want {
			t.Errorf("with %d connections: table %v, want %v", established, got, want)
		}
	}
}
