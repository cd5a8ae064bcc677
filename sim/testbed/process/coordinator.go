//go:build linux

package process

import (
	"encoding/json"
	"errors"
	"sync"
)

// coordinator is the coordinator as a node process sees it: the other end of
// its control socket.
type coordinator struct {
	in      *json.Decoder
	sending sync.Mutex
	out     *json.Encoder
}

var errProtocol = errors.New("the coordinator said something else")

// next takes an order.
func (c *coordinator) next() (o order, err error) {
	err = c.in.Decode(&o)
	return o, err
}

// tell sends a notice. Any goroutine may.
func (c *coordinator) tell(x notice) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.out.Encode(x)
}
