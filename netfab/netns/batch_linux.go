package netns

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is several frames for one sendmmsg(2), without copying them.
type batch struct {
	count   int
	iovecs  [batchMax]unix.Iovec
	headers [batchMax]mmsghdr
}

// mmsghdr is the kernel's struct mmsghdr. Go pads it as C does.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

const batchMax = 64

// add adds a frame to the batch, unless it is full.
func (b *batch) add(frame []byte) bool {
	if b.count == batchMax || len(frame) == 0 {
		return false
	}
	b.iovecs[b.count].Base = &frame[0]
	b.iovecs[b.count].SetLen(len(frame))
	b.count++
	return true
}

func (b *batch) len() int { return b.count }

// reset drops the frames.
func (b *batch) reset() {
	clear(b.iovecs[:b.count])
	b.count = 0
}

// send gives all frames to a socket. A frame that the kernel refuses is
// skipped, so that one bad frame does not affect the rest; a socket whose
// interface is down refuses them all. Each refused frame is tried twice: an
// interface that went down leaves an error on the socket, which the next send
// returns, even if the interface is long back up.
func (b *batch) send(fd int) (sent, size, refused int) {
	for i := range b.count {
		b.headers[i].header.Iov = &b.iovecs[i]
		b.headers[i].header.SetIovlen(1)
	}
	asked := false
	for next := 0; next < b.count; {
		n, err := sendmmsg(fd, b.headers[next:b.count])
		for _, h := range b.headers[next : next+n] {
			size += int(h.length)
		}
		sent += n
		next += n
		switch {
		case n > 0 || errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ENETDOWN) && !asked:
			asked = true
		case errors.Is(err, unix.ENETDOWN), errors.Is(err, unix.ENXIO):
			return sent, size, refused + b.count - next
		default:
			refused++
			next++
		}
	}
	return sent, size, refused
}

// sendmmsg sends messages and returns how many were sent. It is a raw system
// call, like those of Poller.
func sendmmsg(fd int, messages []mmsghdr) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd),
		uintptr(unsafe.Pointer(&messages[0])), uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
