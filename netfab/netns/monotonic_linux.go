package netns

import (
	"time"

	"golang.org/x/sys/unix"
)

// Monotonic reads CLOCK_MONOTONIC, the clock that all processes of the machine
// share and that is never stepped.
func Monotonic() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic("netns: CLOCK_MONOTONIC: " + err.Error()) // every Linux has it
	}
	return time.Duration(now.Nano())
}
