//go:build linux

package testbed

import (
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// reaperShare is what all testbeds of this process share for as long as there is
// one. They are served before the rest of the machine. And they have one reaper: it
// removes the groups of a process, whichever of its testbeds made them, so it
// must not clean up before the last one ends.
type reaperShare struct {
	mu      sync.Mutex
	users   int // testbeds
	reaper  *netns.Reaper
	restore func() // of the preference
}

var sharedReaper reaperShare

// acquire returns the reaper. It is to be followed by release.
func (s *reaperShare) acquire() (_ *netns.Reaper, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		s.restore = netns.Prefer()
		if s.reaper, err = netns.StartReaper(child.Program, child.Reap); err != nil {
			s.restore()
			return nil, err
		}
	}
	s.users++
	return s.reaper, nil
}

// release has the reaper clean up and end when the last testbed closes.
func (s *reaperShare) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 {
		return
	}
	_ = s.reaper.Close() // what it could not remove the next run sweeps up
	s.restore()
	s.reaper, s.restore = nil, nil
}
