package scenarios

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInvalid is wrapped by the error for a scenario that cannot be run.
var ErrInvalid = errors.New("invalid scenario")

// Problem is one thing that is wrong with a scenario, and where.
type Problem struct {
	Path    string // such as nodes.a.nics.lan
	Line    int    // from 1; 0 if the scenario was written in Go
	Column  int    // in characters, from 1
	Excerpt string // the line with a caret below; may be empty
	Message string // what was got and what is wanted
}

// String prints position, path, message and excerpt.
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", p.Line, p.Column)
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	return b.String()
}

// Invalid is the error for a scenario with problems: all that were found.
type Invalid struct {
	File     string
	Problems []Problem // in the order of the file
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
	return b.String()
}

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (e *Invalid) Unwrap() error { return ErrInvalid }
