//go:build !linux

package testbed

import (
	"fmt"
	"io"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Testbed is a world in real time. It exists on Linux only.
type Testbed struct{ *world.World }

// Finish does nothing.
func (*Testbed) Finish() error { return nil }

// RealTime says that the clock would be that of the wall.
func (*Testbed) RealTime() bool { return true }

// Noise is none.
func (*Testbed) Noise() time.Duration { return 0 }

// Options are the options of a testbed apart from those of a world.
type Options struct {
	world.Options
	Version string
	Output  func(name string) (io.Writer, error)
}

// New returns netns.ErrUnsupported.
func New(topology.Topology, Options) (*Testbed, error) {
	return nil, fmt.Errorf("testbed: %w", netns.ErrUnsupported)
}

// Parts are none.
var Parts []string

// PartMain returns netns.ErrUnsupported.
func PartMain(string, []string, string, io.Reader) error { return netns.ErrUnsupported }

// Missing lists nothing.
func Missing(topology.Topology) []string { return nil }

// Limits returns none: there is nothing to be limited.
func Limits() []string { return nil }
