package expect

import (
	"fmt"

	"github.com/cablepull/cablepull/sim/oracle"
)

// connectionsAfter returns what became of the connections that a fault found.
func connectionsAfter(e Evidence, after string) (oracle.Connections, error) {
	for _, c := range e.Measures.Connections {
		if after == "" || c.Fault == canonical(after) {
			return c, nil
		}
	}
	if after == "" {
		return oracle.Connections{}, fmt.Errorf("no fault was applied")
	}
	return oracle.Connections{}, fmt.Errorf("%s was never applied", canonical(after))
}
