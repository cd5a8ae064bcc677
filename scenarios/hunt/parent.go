package hunt

import (
	"math/rand/v2"
	"slices"
	"time"
)

// parent is a schedule that led to new states, to be changed.
type parent struct {
	Case
	near    []time.Duration // when its own run changed state
	brought int             // new states
	barren  int             // how many schedules in a row, made of it, brought fewer than a drawn one does
}

// parentsMax is how many parents there are at most: of more, the weakest go.
const parentsMax = 256

// energy is the weight with which a parent is picked. It falls by the square,
// so that a parent of which nothing comes is soon left alone.
func (p *parent) energy() int { return max(1, 64*p.brought/(1+p.barren*p.barren)) }

// pickParent picks a parent by its energy.
func pickParent(r *rand.Rand, all []*parent) *parent {
	return all[pickBy(r, len(all), func(i int) int { return all[i].energy() })]
}

// retire leaves the weakest parent out, the oldest of them, if there are too
// many.
func retire(all []*parent) []*parent {
	if len(all) <= parentsMax {
		return all
	}
	weakest := 0
	for i, p := range all {
		if p.energy() < all[weakest].energy() {
			weakest = i
		}
	}
	return slices.Delete(all, weakest, weakest+1)
}
