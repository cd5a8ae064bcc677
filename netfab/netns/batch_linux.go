package netns

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is a row of frames for one sendmmsg(2).
type batch struct {
	bytes   []byte // the frames, one behind the other
	iovecs  [batchMax]unix.Iovec
	headers [batchMax]mmsghdr
	ends    []int // of the frames in bytes
}

// mmsghdr is the kernel's struct mmsghdr. Go pads it as C does.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

const (
	batchMax      = 64
	batchBytesMax = 256 << 10
)

// add copies a frame into the batch, unless it is full.
func (b *batch) add(frame []byte) bool {
	if len(b.ends) == batchMax || len(b.bytes)+len(frame) > batchBytesMax || len(frame) == 0 {
		return false
	}
	if b.bytes == nil {
		// Never grown later: iovecs point into it.
		b.bytes = make([]byte, 0, batchBytesMax)
	}
	b.bytes = append(b.bytes, frame...)
	b.ends = append(b.ends, len(b.bytes))
	return true
}

func (b *batch) len() int { return len(b.ends) }

func (b *batch) reset() { b.bytes, b.ends = b.bytes[:0], b.ends[:0] }

// send gives all frames to a socket. A frame that the kernel refuses is left
// out and the rest goes on, so one bad frame costs only itself; a socket whose
// interface is down refuses them all. That is asked twice: an interface that
// went down leaves its error with the socket, where it meets the next frame
// sent, even if the interface has long come back.
func (b *batch) send(fd int) (sent, size, refused int) {
	start := 0
	for i, end := range b.ends {
		b.iovecs[i].Base = &b.bytes[start]
		b.iovecs[i].SetLen(end - start)
		b.headers[i].header.Iov = &b.iovecs[i]
		b.headers[i].header.SetIovlen(1)
		start = end
	}
	asked := false
	for next := 0; next < len(b.ends); {
		n, err := sendmmsg(fd, b.headers[next:len(b.ends)])
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
			return sent, size, refused + len(b.ends) - next
		default:
			refused++
			next++
		}
	}
	return sent, size, refused
}

// sendmmsg sends a row of messages and returns how many went.
func sendmmsg(fd int, messages []mmsghdr) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd),
		uintptr(unsafe.Pointer(&messages[0])), uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
