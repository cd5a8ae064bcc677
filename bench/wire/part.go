//go:build linux

package wire

import (
	"io"
	"slices"

	"github.com/cablepull/cablepull/sim/testbed"
)

// Part runs this process as a part of a testbed or as a probe or a stream, if
// the arguments say so: the measuring programs also serve as node processes.
func Part(args []string, stdin io.Reader) (done bool, err error) {
	switch {
	case len(args) == 2 && args[0] == probePart:
		return true, probe(args[1])
	case len(args) > 0 && args[0] == streamPart:
		return true, stream(args[1:])
	case len(args) == 0 || !slices.Contains(testbed.Parts, args[0]):
		return false, nil
	}
	rest := args[1:]
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	return true, testbed.PartMain(args[0], rest, "", stdin)
}
