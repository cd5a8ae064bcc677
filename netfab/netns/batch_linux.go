package netns

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is a row of frames for one sendmmsg(2). They lie where they are.
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

// add takes a frame into the batch, unless it is full.
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

// reset lets go of the frames.
func (b *batch) reset() {
	clear(b.iovecs[:b.count])
	b.count = 0
}

// send gives all frames to a socket. A frame that the kernel refuses is left
// out and the rest goes on, so one bad frame costs only itself; a socket whose
// interface is down refuses them all. That is asked twice: an interface that
// went down leaves its error with the socket, where it meets the next frame
// sent, even if the interface has long come back.
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

// sendmmsg sends a row of messages and returns how many went. The call is a raw
// one, as those of Poller are.
func sendmmsg(fd int, messages []mmsghdr) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd),
		uintptr(unsafe.Pointer(&messages[0])), uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
