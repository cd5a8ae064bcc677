//go:build unix

package job

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the file for this process, until it closes it or ends, however it
// ends. It reports whether another process has it.
func lock(file *os.File) (taken bool, err error) {
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
