package netns

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Poller waits for frames at any of its ports, for an instant, or for Wake. The
// frames are then read by the very goroutine that waited: between the kernel's
// ring and who is to have the frames no other one must be woken. Waiting costs
// no processor time.
//
// It belongs to one goroutine, but for Wake.
type Poller struct {
	ports  []*Port
	polled []unix.PollFd // the eventfd, then the ports

	woken  atomic.Bool // Wake was called since the last Wait
	asleep atomic.Bool // somebody waits, and must be woken by the eventfd

	closing sync.Mutex
	closed  bool
}

// NewPoller returns a poller without ports.
func NewPoller() (*Poller, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("netns: poller: eventfd: %w", err)
	}
	return &Poller{polled: []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}}, nil
}

// Add makes Wait return when frames arrive at a port.
func (p *Poller) Add(port *Port) {
	p.ports = append(p.ports, port)
	p.polled = append(p.polled, unix.PollFd{Fd: int32(port.fd), Events: unix.POLLIN})
}

// Forget undoes Add. The port is still open.
func (p *Poller) Forget(port *Port) {
	if i := slices.Index(p.ports, port); i >= 0 {
		p.ports = slices.Delete(p.ports, i, i+1)
		p.polled = slices.Delete(p.polled, i+1, i+2)
	}
}

// Wake makes Wait return, the one under way or else the next. Any goroutine may
// call it; unless somebody waits it costs next to nothing.
func (p *Poller) Wake() {
	if p.woken.Load() || p.woken.Swap(true) || !p.asleep.Load() {
		return
	}
	p.closing.Lock()
	defer p.closing.Unlock()
	if p.closed {
		return
	}
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	_, _ = unix.Write(int(p.polled[0].Fd), one[:]) // it fails only when it is full, and then it wakes too
}

// Wait returns when frames wait at a port, when Wake was called, or after the
// timeout, whichever is first; mostly it does not say which.
func (p *Poller) Wait(timeout time.Duration) error {
	defer p.asleep.Store(false)
	// Whoever calls Wake from here on writes to the eventfd, and whoever did
	// before is seen.
	p.asleep.Store(true)
	if p.woken.Swap(false) || slices.ContainsFunc(p.ports, (*Port).Ready) {
		return nil
	}
	limit := unix.NsecToTimespec(int64(max(timeout, 0)))
	n, err := unix.Ppoll(p.polled, &limit, nil)
	p.woken.Store(false)
	if err != nil && err != unix.EINTR {
		return fmt.Errorf("netns: poll: %w", err)
	}
	if n > 0 {
		p.settle()
	}
	return nil
}

// settle takes what would make the next Wait return at once, but for frames.
func (p *Poller) settle() {
	if p.polled[0].Revents != 0 {
		var count [8]byte
		_, _ = unix.Read(int(p.polled[0].Fd), count[:]) // it was ready
	}
	for i := range p.polled[1:] {
		if polled := &p.polled[1+i]; polled.Revents&^unix.POLLIN != 0 {
			// An interface that went down leaves an error with the socket.
			_, _ = unix.GetsockoptInt(int(polled.Fd), unix.SOL_SOCKET, unix.SO_ERROR)
		}
	}
}

// Close ends the poller, which nobody waits on; its ports stay open. Wake does
// nothing from then on.
func (p *Poller) Close() error {
	p.closing.Lock()
	defer p.closing.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	return unix.Close(int(p.polled[0].Fd))
}
