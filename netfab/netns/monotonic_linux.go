package netns

import (
	"time"

	"golang.org/x/sys/unix"
)

// Monotonic reads CLOCK_MONOTONIC, the one clock that all processes of the
// machine share and nobody steps.
func Monotonic() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic("netns: CLOCK_MONOTONIC: " + err.Error()) // every Linux has it
	}
	return time.Duration(now.Nano())
}
