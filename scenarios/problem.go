package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
)

// ErrInvalid is wrapped by the error for a scenario that cannot be run.
var ErrInvalid = errors.New("invalid scenario")

// Invalid is the error for a scenario with problems. It holds all of them.
type Invalid struct {
	File     string
	Problems []form.Problem // in the order of the file
	More     int            // problems that were found and left out, because there are too many
	Err      error          // of the run that found it; nil if the file alone shows it
}

// Error prints every problem with its position and excerpt.
func (e *Invalid) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("\n")
		}
		if e.File != "" {
			b.WriteString(e.File + ":")
			if p.Line == 0 {
				b.WriteString(" ")
			}
		}
		b.WriteString(p.String())
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\n%s: and %d more", e.File, e.More)
	}
	return b.String()
}

// Unwrap makes errors.Is true for ErrInvalid, and for what the run found, such
// as fault.ErrDown.
func (e *Invalid) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrInvalid}
	}
	return []error{ErrInvalid, e.Err}
}
