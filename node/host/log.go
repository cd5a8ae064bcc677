package host

import (
	"io"

	"gvisor.dev/gvisor/pkg/log"
)

// The stack's own log goes nowhere. It would print warnings with the wall clock
// on stderr, such as that there is no route to answer a SYN; what matters of it
// to a run is in the frames and events.
func init() { log.SetTarget(log.GoogleEmitter{Writer: &log.Writer{Next: io.Discard}}) }
