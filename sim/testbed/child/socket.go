//go:build linux

package child

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ControlFD is where a child finds its end of the control socket.
const ControlFD = 3

// Sockets makes the two ends of a control socket: ours, and the one that a
// child finds as ControlFD.
func Sockets() (ours, theirs *os.File, err error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	return os.NewFile(uintptr(pair[0]), "control"), os.NewFile(uintptr(pair[1]), "control"), nil
}

// Control returns the child's end of its control socket, or nil where there is
// none: this process was not started by a coordinator.
func Control(name string) *os.File {
	socket := os.NewFile(ControlFD, name)
	if info, err := socket.Stat(); err != nil || info.Mode()&os.ModeSocket == 0 {
		return nil
	}
	return socket
}

// ShutWrite ends one way of a control socket: ours to the other end.
func ShutWrite(socket *os.File) error {
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var shut error
	err = raw.Control(func(fd uintptr) { shut = syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	return errors.Join(err, shut)
}
