//go:build linux

package wire

import (
	"io"
	"slices"

	"github.com/cablepull/cablepull/sim/testbed"
)

// Part plays a part of a testbed, or that of a probe, if the arguments are those
// of one: the programs that measure are their own node processes.
func Part(args []string, stdin io.Reader) (done bool, err error) {
	switch {
	case len(args) == 2 && args[0] == probePart:
		return true, probe(args[1])
	case len(args) == 0 || !slices.Contains(testbed.Parts, args[0]):
		return false, nil
	}
	rest := args[1:]
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	return true, testbed.PartMain(args[0], rest, "", stdin)
}
