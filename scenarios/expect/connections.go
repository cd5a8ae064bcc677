package expect

import (
	"fmt"

	"github.com/cablepull/cablepull/sim/oracle"
)

// connectionsAfter returns what became of the connections that a fault found.
func connectionsAfter(e Evidence, after Cause) (oracle.Connections, error) {
	for _, c := range e.Measures.Connections {
		if !after.given() || after.is(c.Fault) {
			return c, nil
		}
	}
	if !after.given() {
		return oracle.Connections{}, errNoFault
	}
	return oracle.Connections{}, fmt.Errorf("%s was never applied", after.line)
}
