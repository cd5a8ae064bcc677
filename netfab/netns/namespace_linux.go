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

// New makes an empty namespace with loopback up, IPv6 off on interfaces to
// come, and forwarding off whatever the host has. It is gone when it is closed
// and no process is left in it. An error is ErrLimit, ErrPrivilege or the
// kernel's own.
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

// Current holds the namespace of the calling thread: in a node's process, the
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

// settle prepares a fresh namespace from inside. IPv6 is set for interfaces to
// come, and forwarding back to what the kernel's documents say, since a new
// namespace copies the IPv4 settings of the host: a container host forwards,
// and a node that answers "unreachable" for its neighbours would not be the
// same node on every machine. Both are best effort: /proc/sys may be read-only
// in a container, and Connect sees to IPv6 by netlink as well.
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
// started with os/exec. f must not start goroutines that count on it.
//
// The thread returns to the namespace that it came from and lives on, so that a
// process which f started with a death signal of its parent
// (SysProcAttr.Pdeathsig) is not killed when f returns.
func (ns *Namespace) Do(f func() error) error {
	return onThread(ns.enter, f)
}

// enter moves the calling thread into the namespace. It holds the descriptor
// meanwhile: after a Close on another goroutine its number may be that of another
// namespace.
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

// onThread has a thread of its own enter a namespace and run f there, and brings
// it back to where it was. A thread that cannot go back ends with its
// goroutine: nobody must be run in the wrong place.
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

// FD returns the descriptor of the namespace, which stays the Namespace's.
func (ns *Namespace) FD() int { return int(ns.file.Fd()) }

// Close lets go of the namespace. The kernel removes it, with the interfaces
// inside, once no process is in it and nobody else holds it.
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

// explain names what stands behind the two refusals that users meet.
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
