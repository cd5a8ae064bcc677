//go:build linux

package attachment

import (
	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/wall"
)

// Bed is what all nodes of a testbed share. It is complete before the first of
// them is made, and its fields never change: goroutines of the nodes read them.
type Bed struct {
	Loop       *sim.Loop
	Log        *event.Log     // the loop's
	Fabric     *netfab.Fabric // the loop's
	Clock      *wall.Clock
	Reaper     *netns.Reaper
	Namespaces *Namespaces
	Journal    *Journal
	Noise      *Noise
}
