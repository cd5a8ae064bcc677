//go:build linux

package process

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim/testbed/wall"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// order is a message from the coordinator to a node. One field is set. The
// first is Configure, the second Begin.
type order struct {
	Configure *configuration `json:"configure,omitempty"`
	Begin     *beginning     `json:"begin,omitempty"`
	Apply     *application   `json:"apply,omitempty"`
	Undo      *int           `json:"undo,omitempty"`
	Ping      bool           `json:"ping,omitempty"` // to be answered by Pong, from the loop
	Finish    bool           `json:"finish,omitempty"`
}

// configuration is all that a node needs to build itself.
type configuration struct {
	Name     string            `json:"name"`
	Topology topology.Topology `json:"topology"`
	Seed     uint64            `json:"seed"`
	Reboot   *world.Reboot     `json:"reboot,omitempty"` // of a machine that has run before
}

// beginning says when instant 0 was or will be, on CLOCK_MONOTONIC.
type beginning struct {
	Zero time.Duration `json:"zero"`
}

// application is a fault for the node, with the number that undoes it.
type application struct {
	Number int    `json:"number"`
	Fault  string `json:"fault"`
}

// notice is a message from a node to the coordinator. One field is set. The
// first is Hello. Events go another way: see tapeFD.
type notice struct {
	Hello    *hello       `json:"hello,omitempty"`
	Ready    bool         `json:"ready,omitempty"` // configured, ports open
	Saved    *world.Saved `json:"saved,omitempty"` // configuration that a reboot finds
	Accepts  *filter      `json:"accepts,omitempty"`
	Pong     bool         `json:"pong,omitempty"`
	Stall    *wall.Stall  `json:"stall,omitempty"` // the worst since the last pong; with Pong and Finished
	Failed   string       `json:"failed,omitempty"`
	Refused  *refusal     `json:"refused,omitempty"` // a fault of the timeline
	Finished bool         `json:"finished,omitempty"`
}

// filter is which frames an interface accepts, besides those to groups.
type filter struct {
	Interface string       `json:"interface"`
	Addresses []netfab.MAC `json:"addresses"`
}

// hello is the first notice: who speaks, and which build.
type hello struct {
	Version string `json:"version"`
	PID     int    `json:"pid"`
}
