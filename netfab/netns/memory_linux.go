package netns

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NewMemoryFile makes a file without a name that is only in memory. A process
// that it is passed on to can write it, and what that has written stays when it
// is killed.
func NewMemoryFile(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("netns: file in memory: %w", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// FreeMemory gives back the memory of a part of such a file that is needed no
// more: it reads as zeros from then on. Where the memory cannot be given back,
// it is kept.
func FreeMemory(file *os.File, from, size int64) {
	_ = unix.Fallocate(int(file.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, from, size)
}

// WriteMemory writes all of data to such a file, by raw system calls, which do
// not wake the runtime's monitor thread (see Poller). Do not use it for a file
// that can block.
func WriteMemory(fd int, data []byte) error {
	for len(data) > 0 {
		n, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)))
		switch errno {
		case 0:
			data = data[n:]
		case unix.EINTR:
		default:
			return fmt.Errorf("netns: file in memory: %w", errno)
		}
	}
	return nil
}
