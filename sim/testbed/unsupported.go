//go:build !linux

package testbed

import (
	"errors"

	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// ErrUnsupported is all that a testbed has to say on other systems than Linux.
var ErrUnsupported = errors.New("testbed: the netns world needs Linux")

// Testbed is a world in real time.
type Testbed struct{ *world.World }

// Options are what a testbed has beside the options of a world.
type Options struct {
	world.Options
	Version string
	Verb    string
}

// New returns ErrUnsupported.
func New(topology.Topology, Options) (*Testbed, error) { return nil, ErrUnsupported }

// NodeMain returns ErrUnsupported.
func NodeMain(string) error { return ErrUnsupported }
