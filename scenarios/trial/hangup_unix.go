//go:build unix

package trial

import (
	"os"

	"golang.org/x/sys/unix"
)

// hungUp says whether the other side of a pipe has been closed. It does not
// wait, and does not read (poll(2)).
func hungUp(pipe *os.File) bool {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return false // it is closed on this side
	}
	gone := false
	_ = raw.Control(func(fd uintptr) {
		ask := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(ask, 0)
		gone = err == nil && n == 1 && ask[0].Revents&unix.POLLHUP != 0
	})
	return gone
}
