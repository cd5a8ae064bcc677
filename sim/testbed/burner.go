//go:build linux

package testbed

import (
	"fmt"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// burnPeriod is how often a burner that takes a part of a core begins anew: as
// often as the kernel deals out a quota.
const burnPeriod = 10 * time.Millisecond

// burnMain burns until it is killed: one thread per core, before all others in
// its group.
func burnMain(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("testbed: burner: got %d arguments, want cores and share", len(args))
	}
	cores, err := strconv.Atoi(args[0])
	if err != nil || cores < 1 {
		return fmt.Errorf("testbed: burner: cores: got %q, want 1 or more", args[0])
	}
	share, err := strconv.ParseFloat(args[1], 64)
	if err != nil || !(share > 0 && share <= 1) {
		return fmt.Errorf("testbed: burner: share: got %q, want above 0 and up to 1", args[1])
	}
	for range cores {
		go burnCore(share)
	}
	select {}
}

// burnCore keeps one thread busy for a share of the time. It asks to be served
// before the programs of the node: at the same priority a burner that wants all
// of a core would get but half of it beside a busy program. Who may not ask, a
// user without privileges, gets that half.
func burnCore(share float64) {
	runtime.LockOSThread()
	const first = -20 // of the nice values
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), first)
	busy := time.Duration(share * float64(burnPeriod))
	for {
		for begin := time.Now(); time.Since(begin) < busy; {
		}
		if rest := burnPeriod - busy; rest > 0 {
			time.Sleep(rest)
		}
	}
}
