//go:build linux

package testbed

import (
	"fmt"
	"io"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/testbed/process"
	"github.com/cablepull/cablepull/sim/testbed/realhost"
	"github.com/cablepull/cablepull/sim/topology"
)

// Parts are the hidden verbs of the command line with which a testbed starts
// its child processes. PartMain knows them.
var Parts = []string{child.Node, child.Launch, child.Burn, child.Reap}

// PartMain runs one of Parts until it ends. Version is that of the build.
func PartMain(part string, args []string, version string, stdin io.Reader) error {
	switch part {
	case child.Node:
		return process.Main(version)
	case child.Launch:
		return realhost.LaunchMain(args)
	case child.Burn:
		return realhost.BurnMain(args)
	case child.Reap:
		return netns.ReaperMain(stdin)
	}
	return fmt.Errorf("testbed: part: got %q, want one of %v", part, Parts)
}

// Limits says in sentences what this machine's control groups cannot do, and
// what is done instead. It is the same for all runs.
func Limits() []string {
	g, err := netns.NewGroup("limits")
	if err != nil {
		return []string{err.Error()}
	}
	defer g.Delete()
	return g.Limits()
}

// Missing lists the programs of a topology's real hosts that are not installed
// here, sorted by node.
func Missing(t topology.Topology) []string { return realhost.Missing(t) }
