//go:build linux

package testbed

import (
	"fmt"
	"io"

	"github.com/cablepull/cablepull/netfab/netns"
)

// The parts that the program plays in the processes of a testbed, as hidden
// verbs of its command line.
const (
	NodePart   = "node"   // a machine
	BurnPart   = "burn"   // a hog beside real programs
	LaunchPart = "launch" // becomes a real program
	ReapPart   = "reap"   // cleans up after a coordinator that was killed
)

// Parts are the verbs that PartMain knows.
var Parts = []string{NodePart, LaunchPart, BurnPart, ReapPart}

// PartMain plays a part until it is over. Version is that of the build.
func PartMain(part string, args []string, version string, stdin io.Reader) error {
	switch part {
	case NodePart:
		return nodeMain(version)
	case LaunchPart:
		return launchMain(args)
	case BurnPart:
		return burnMain(args)
	case ReapPart:
		return netns.ReaperMain(stdin)
	}
	return fmt.Errorf("testbed: part: got %q, want one of %v", part, Parts)
}

// Limits says in sentences what this machine's control groups cannot do, and
// what stands in for it. It is the same for all runs.
func Limits() []string {
	g, err := netns.NewGroup("limits")
	if err != nil {
		return []string{err.Error()}
	}
	defer g.Delete()
	return g.Limits()
}
