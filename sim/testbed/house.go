//go:build linux

package testbed

import (
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
)

// house is what all testbeds of this process share for as long as there is one.
// They are served before the rest of the machine. And they have one reaper: it
// removes the groups of a process, whichever of its testbeds made them, so it
// must not clean up before the last one ends.
type house struct {
	mu        sync.Mutex
	residents int
	reaper    *netns.Reaper
	restore   func() // of the preference
}

var household house

// enter returns the reaper. It is to be followed by leave.
func (h *house) enter() (_ *netns.Reaper, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.residents == 0 {
		h.restore = netns.Prefer()
		if h.reaper, err = netns.StartReaper(self, ReapPart); err != nil {
			h.restore()
			return nil, err
		}
	}
	h.residents++
	return h.reaper, nil
}

// leave has the reaper clean up and end when the last testbed leaves.
func (h *house) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.residents--; h.residents > 0 {
		return
	}
	_ = h.reaper.Close() // what it could not remove the next run sweeps up
	h.restore()
	h.reaper, h.restore = nil, nil
}
