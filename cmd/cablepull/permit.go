package main

import (
	"errors"
	"fmt"
	"strings"
)

// permit keeps a scenario file from running real programs by surprise: who runs
// it must say so. The incidents of the library have been looked at.
func (f *runFlags) permit(s source) error {
	if f.allowExec || !s.file {
		return nil
	}
	programs := s.scenario.Programs()
	if len(programs) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "run: %s would run programs on this machine; look at them, then say --allow-exec:", s.word)
	for _, p := range programs {
		fmt.Fprintf(&b, "\n  %s:%d: node %s runs %s", s.word, p.Line, p.Node, quote(p.Command))
	}
	return errors.New(b.String())
}
