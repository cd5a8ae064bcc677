package form

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a document, and where.
type Problem struct {
	Path    string // such as nodes.a.nics.lan
	Line    int    // from 1; 0 if the value was written in Go
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
