package netns

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Poller waits for frames at any of its ports, for an instant, or for Wake. The
// goroutine that waited then reads the frames itself, without waking another
// one. Waiting costs no processor time.
//
// It waits in the runtime's poller, and uses raw system calls: other system
// calls wake the runtime's monitor thread, which then checks every 20 µs
// whether the call takes too long. That was half of a node's cost.
//
// It belongs to one goroutine, except for Wake.
type Poller struct {
	ports []*Port
	queue int // an epoll(7) of what follows and of the ports
	alarm int // a timerfd(2): to the nanosecond, where the runtime's timers round to milliseconds
	bell  int // an eventfd(2), for Wake

	thread bool // is kept while waiting

	file   *os.File        // the queue's
	conn   syscall.RawConn // the queue as the runtime sees it
	look   func(uintptr) bool
	events [8]unix.EpollEvent // of the last look

	woken  atomic.Bool // Wake was called since the last Wait
	asleep atomic.Bool // somebody waits, and must be woken by the bell

	closing sync.Mutex
	closed  bool
}

// NewPoller returns a poller without ports.
func NewPoller() (*Poller, error) {
	p := &Poller{queue: -1, alarm: -1, bell: -1}
	if err := p.open(); err != nil {
		p.Close()
		return nil, fmt.Errorf("netns: poller: %w", err)
	}
	return p, nil
}

func (p *Poller) open() (err error) {
	if p.queue, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	if p.alarm, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
		return fmt.Errorf("timerfd: %w", err)
	}
	if p.bell, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	// Each rings once, and need not be read to fall silent.
	for _, once := range []int{p.alarm, p.bell} {
		if err := p.control(unix.EPOLL_CTL_ADD, once, unix.EPOLLIN|unix.EPOLLET); err != nil {
			return err
		}
	}
	if err := unix.SetNonblock(p.queue, true); err != nil { // which the runtime takes for a sign that it can wait for it
		return fmt.Errorf("epoll: %w", err)
	}
	p.file = os.NewFile(uintptr(p.queue), "epoll")
	p.look = p.arrived
	p.conn, err = p.file.SyscallConn()
	return err
}

// control changes the set of polled descriptors.
func (p *Poller) control(operation, fd int, events uint32) error {
	if err := unix.EpollCtl(p.queue, operation, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// KeepThread makes Wait block its thread. Use it for a goroutine that is locked
// to its thread: otherwise another thread would have to wake it, which takes 50
// µs each time.
func (p *Poller) KeepThread() { p.thread = true }

// Add makes Wait return when frames arrive at a port.
func (p *Poller) Add(port *Port) error {
	if err := p.control(unix.EPOLL_CTL_ADD, port.fd, unix.EPOLLIN); err != nil {
		return fmt.Errorf("netns: poller: %w", err)
	}
	p.ports = append(p.ports, port)
	return nil
}

// Forget undoes Add. The port is still open.
func (p *Poller) Forget(port *Port) {
	if i := slices.Index(p.ports, port); i >= 0 {
		p.ports = slices.Delete(p.ports, i, i+1)
		_ = p.control(unix.EPOLL_CTL_DEL, port.fd, 0) // it was added
	}
}

// Wake makes the current Wait return, or else the next. Any goroutine may call
// it; if nothing waits it costs almost nothing.
func (p *Poller) Wake() {
	if p.woken.Load() || p.woken.Swap(true) || !p.asleep.Load() {
		return
	}
	p.closing.Lock()
	defer p.closing.Unlock()
	if p.closed {
		return
	}
	one := uint64(1)
	// It fails only when it is full, and then it wakes too.
	_, _, _ = unix.RawSyscall(unix.SYS_WRITE, uintptr(p.bell), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
}

// Wait returns when frames wait at a port, when Wake was called, or after the
// timeout, whichever is first; usually it does not say which.
func (p *Poller) Wait(timeout time.Duration) error {
	defer p.asleep.Store(false)
	// From here on Wake signals the descriptor; earlier calls are seen below.
	p.asleep.Store(true)
	if p.woken.Swap(false) || timeout <= 0 || slices.ContainsFunc(p.ports, (*Port).Ready) {
		return nil
	}
	wait := p.park
	if p.thread {
		wait = p.block
	}
	err := wait(unix.NsecToTimespec(int64(timeout)))
	p.woken.Store(false)
	if err != nil {
		return fmt.Errorf("netns: poller: %w", err)
	}
	return nil
}

// park waits in the runtime.
func (p *Poller) park(timeout unix.Timespec) error {
	once := unix.ItimerSpec{Value: timeout}
	if _, _, errno := unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(p.alarm), 0, uintptr(unsafe.Pointer(&once)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("timerfd: %w", errno)
	}
	return p.conn.Read(p.look)
}

// block waits in the thread. After an interruption by the runtime's signals it
// waits for the remaining time, which the call leaves in timeout (ppoll(2)).
func (p *Poller) block(timeout unix.Timespec) error {
	for {
		n, err := unix.Ppoll([]unix.PollFd{{Fd: int32(p.queue), Events: unix.POLLIN}}, &timeout, nil)
		switch {
		case n > 0:
			p.arrived(uintptr(p.queue))
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("poll: %w", err)
		}
		return nil
	}
}

// arrived reports whether there is a reason for Wait to return. The runtime
// calls it before it waits for the queue, and after.
func (p *Poller) arrived(queue uintptr) bool {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, queue, uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0)
	if errno != 0 {
		return false
	}
	for _, e := range p.events[:n] {
		if e.Events&^unix.EPOLLIN != 0 {
			// An interface that went down leaves an error on the socket.
			_, _ = unix.GetsockoptInt(int(e.Fd), unix.SOL_SOCKET, unix.SO_ERROR)
		}
	}
	return n > 0
}

// Close ends the poller, on which nothing may be waiting; its ports stay open.
// Wake does nothing afterwards.
func (p *Poller) Close() error {
	p.closing.Lock()
	defer p.closing.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	var errs []error
	for _, fd := range []int{p.alarm, p.bell} {
		if fd >= 0 {
			errs = append(errs, unix.Close(fd))
		}
	}
	switch {
	case p.file != nil:
		errs = append(errs, p.file.Close())
	case p.queue >= 0:
		errs = append(errs, unix.Close(p.queue))
	}
	return errors.Join(errs...)
}
