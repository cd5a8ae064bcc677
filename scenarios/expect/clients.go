package expect

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Clients are those of a run, by name.
type Clients map[string]Client

// Client is how often a client asks, over which connections, and from when on.
type Client struct {
	Rate  topology.Rate
	Mode  string        // such as topology.ModeNew
	Start time.Duration // when its first request is due at the earliest

	Sessions int // 0: none
}

// Due returns how many requests of a client, or of all clients for an empty
// name, come due within a span at most.
func (c Clients) Due(client string, within time.Duration) int {
	return c.dueBy(within, func(name string, _ Client) bool { return client == "" || client == name })
}

// Passing returns how many connections that are made for a single request come
// and go within a span at most.
func (c Clients) Passing(within time.Duration) int {
	return c.dueBy(within, func(_ string, one Client) bool { return one.Mode == topology.ModeNew })
}

func (c Clients) dueBy(within time.Duration, chosen func(string, Client) bool) (requests int) {
	for name, one := range c { // order: a sum
		if chosen(name, one) {
			requests += int(math.Ceil(float64(one.Rate) * within.Seconds()))
		}
	}
	return requests
}
