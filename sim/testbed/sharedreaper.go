//go:build linux

package testbed

import (
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// reaperShare is shared by all testbeds of this process, for as long as there
// is one. It gives the process priority over the rest of the machine. And it
// has their one reaper, which removes the groups of the whole process,
// whichever testbed made them, and so must not clean up before the last testbed
// closes.
type reaperShare struct {
	mu      sync.Mutex
	users   int // testbeds
	reaper  *netns.Reaper
	restore func() // of the preference
}

var sharedReaper reaperShare

// acquire returns the reaper. The caller must release it.
func (s *reaperShare) acquire() (_ *netns.Reaper, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == 0 {
		if s.reaper, err = netns.StartReaper(child.Program, child.Reap); err != nil {
			return nil, err
		}
		s.restore = netns.Prefer()
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
	s.restore()
	_ = s.reaper.Close() // what it could not remove the next run sweeps up
	s.reaper, s.restore = nil, nil
}
