package netns

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/safchain/ethtool"
	"github.com/vishvananda/netlink"
	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Namespace is a network namespace, held open by a file descriptor. Its
// methods may be called by any goroutine.
type Namespace struct {
	file   *os.File
	handle *netlink.Handle  // a netlink socket inside
	tool   *ethtool.Ethtool // a socket for ethtool requests, inside
	close  sync.Once
}

// New makes an empty namespace with loopback up, IPv6 off on future interfaces,
// and forwarding off whatever the host's setting. It ends when it is closed and
// no process is left in it. An error is ErrLimit, ErrPrivilege or the kernel's
// own.
func New() (*Namespace, error) {
	var ns *Namespace
	leave := func() error { return explain("unshare", unix.Unshare(unix.CLONE_NEWNET)) }
	err := onThread(leave, func() error {
		var err error
		if ns, err = Current(); err != nil {
			return err
		}
		if err := ns.settle(); err != nil {
			ns.Close()
			return err
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("netns: new network namespace: %w", err)
	}
	return ns, nil
}

// Current opens the namespace of the calling thread: in a node's process, the
// one that it was started in.
func Current() (*Namespace, error) {
	file, err := os.Open(threadNamespace)
	if err != nil {
		return nil, fmt.Errorf("netns: hold namespace: %w", err)
	}
	ns := &Namespace{file: file}
	if ns.handle, err = netlink.NewHandle(unix.NETLINK_ROUTE); err != nil {
		ns.Close()
		return nil, fmt.Errorf("netns: netlink socket: %w", err)
	}
	if ns.tool, err = ethtool.NewEthtool(); err != nil {
		ns.Close()
		return nil, fmt.Errorf("netns: ethtool socket: %w", err)
	}
	return ns, nil
}

const threadNamespace = "/proc/thread-self/ns/net"

// settle prepares a new namespace from inside. It turns IPv6 off for future
// interfaces, and resets forwarding to the kernel's default, because a new
// namespace copies the IPv4 settings of the host: a container host forwards,
// and its nodes would answer "unreachable" for their neighbours, unlike on
// other machines. Both are best effort: /proc/sys may be read-only in a
// container, and Connect also turns IPv6 off by netlink.
func (ns *Namespace) settle() error {
	setSysctl("net/ipv6/conf/default/disable_ipv6", "1")
	setSysctl("net/ipv4/ip_forward", "0")
	lo, err := ns.handle.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	if err := ns.handle.LinkSetUp(lo); err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	return nil
}

// sysctl reads a sysctl of the calling thread's network namespace.
func sysctl(name string) (string, error) {
	value, err := os.ReadFile("/proc/sys/" + name)
	return strings.TrimSpace(string(value)), err
}

// setSysctl writes a sysctl of the calling thread's network namespace.
func setSysctl(name, value string) error {
	return os.WriteFile("/proc/sys/"+name, []byte(value), 0)
}

// Do runs f on a thread that is inside the namespace, and returns its error.
// What f opens or starts belongs to the namespace: sockets, and processes
// started with os/exec. f must not start goroutines that rely on it.
//
// The thread returns to its original namespace and continues to exist, so that
// a process which f started with a death signal of its parent
// (SysProcAttr.Pdeathsig) is not killed when f returns.
func (ns *Namespace) Do(f func() error) error {
	return onThread(ns.enter, f)
}

// enter moves the calling thread into the namespace. It keeps the descriptor
// open meanwhile: after a Close on another goroutine its number could refer to
// another namespace.
func (ns *Namespace) enter() error {
	raw, err := ns.file.SyscallConn()
	if err == nil {
		var set error
		err = raw.Control(func(fd uintptr) { set = vnetns.Set(vnetns.NsHandle(fd)) })
		err = errors.Join(err, explain("setns", set))
	}
	if err != nil {
		return fmt.Errorf("netns: enter namespace: %w", err)
	}
	return nil
}

// onThread enters a namespace on a separate thread, runs f there, and brings
// the thread back. A thread that cannot return ends with its goroutine, so that
// no other goroutine runs in the wrong namespace.
func onThread(enter, f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := vnetns.GetFromPath(threadNamespace)
		if err != nil {
			result <- fmt.Errorf("netns: hold own namespace: %w", err)
			return
		}
		defer home.Close()
		if err := enter(); err != nil {
			runtime.UnlockOSThread()
			result <- err
			return
		}
		err = f()
		if back := vnetns.Set(home); back != nil {
			result <- errors.Join(err, fmt.Errorf("netns: leave namespace: %w", back))
			return
		}
		runtime.UnlockOSThread()
		result <- err
	}()
	return <-result
}

// FD returns the descriptor of the namespace, which the Namespace still owns.
func (ns *Namespace) FD() int { return int(ns.file.Fd()) }

// Close closes the namespace. The kernel removes it and its interfaces once no
// process is in it and no other descriptor refers to it.
func (ns *Namespace) Close() error {
	var err error
	ns.close.Do(func() {
		if ns.handle != nil {
			ns.handle.Close()
		}
		if ns.tool != nil {
			ns.tool.Close()
		}
		err = ns.file.Close()
	})
	return err
}

// explain names the causes of the two errors that users get.
func explain(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EUSERS):
		const name = "user/max_net_namespaces"
		limit, _ := os.ReadFile("/proc/sys/" + name)
		return fmt.Errorf("%s: %w: %s is %s", op, ErrLimit,
			strings.ReplaceAll(name, "/", "."), strings.TrimSpace(string(limit)))
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%s: %w: CAP_SYS_ADMIN and CAP_NET_ADMIN are missing", op, ErrPrivilege)
	}
	return fmt.Errorf("%s: %w", op, err)
}
