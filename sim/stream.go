package sim

import (
	"hash/fnv"
	"math/rand/v2"
)

// Stream returns the random stream of one consumer, named like an address:
// "link/a~lan/loss". It depends only on seed and name, so that adding a node
// does not change the streams of others.
func Stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash never fails to write
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Stream returns the named random stream of the loop's world.
func (l *Loop) Stream(name string) *rand.Rand { return Stream(l.seed, name) }
