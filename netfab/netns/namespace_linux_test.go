package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
)

// TestNamespaceIsEmpty: a new namespace has loopback, up, and nothing else; it
// neither forwards nor uses IPv6, whatever the host does.
func TestNamespaceIsEmpty(t *testing.T) {
	ns := newNamespace(t)
	links, err := ns.handle.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range links {
		// Kernel modules may add their devices to every namespace.
		if a := l.Attrs(); a.RawFlags&syscall.IFF_UP != 0 {
			names = append(names, a.Name)
		}
	}
	if !slices.Equal(names, []string{"lo"}) {
		t.Errorf("interfaces that are up: %v, want lo alone", names)
	}
	routes, err := ns.handle.RouteList(nil, netlink.FAMILY_V4)
	if err != nil || len(routes) > 0 {
		t.Errorf("routes %v, %v; want none", routes, err)
	}
	for name, want := range map[string]string{"net/ipv6/conf/default/disable_ipv6": "1", "net/ipv4/ip_forward": "0"} {
		err := ns.Do(func() error {
			text, err := os.ReadFile("/proc/sys/" + name)
			if got := strings.TrimSpace(string(text)); err == nil && got != want {
				return fmt.Errorf("%s is %s, want %s", name, got, want)
			}
			return nil // a kernel without IPv6 has no such file
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestDoStaysInside runs many calls at once in two namespaces: each must run in
// its own, and no thread may be left there.
func TestDoStaysInside(t *testing.T) {
	spaces := []*Namespace{newNamespace(t), newNamespace(t)}
	home, err := networkOf("thread-self")
	if err != nil {
		t.Fatal(err)
	}
	wanted := errors.New("what f says")
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			ns := spaces[i%2]
			var info syscall.Stat_t
			if err := syscall.Fstat(ns.FD(), &info); err != nil {
				t.Error(err)
			}
			err := ns.Do(func() error {
				if inode, err := networkOf("thread-self"); err != nil || inode != info.Ino {
					t.Errorf("in namespace %d (%v), want %d", inode, err, info.Ino)
				}
				return wanted
			})
			if err != wanted {
				t.Errorf("Do returns %v, want what f returned", err)
			}
			if inode, err := networkOf("thread-self"); err != nil || inode != home {
				t.Errorf("outside in %d (%v), want %d", inode, err, home)
			}
		})
	}
	all.Wait()
	threads, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		if inode, err := networkOf("self/task/" + filepath.Base(thread)); err == nil && inode != home {
			t.Errorf("thread %s is left in namespace %d, want %d", filepath.Base(thread), inode, home)
		}
	}
}

// TestDoDuringClose: entering a namespace that another goroutine closes
// succeeds or returns an error. The number of a closed descriptor may refer to
// another namespace immediately.
func TestDoDuringClose(t *testing.T) {
	ns := newNamespace(t)
	var info syscall.Stat_t
	if err := syscall.Fstat(ns.FD(), &info); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if i == 10 {
				ns.Close()
				return
			}
			_ = ns.Do(func() error { // it may come too late
				if inode, err := networkOf("thread-self"); err != nil || inode != info.Ino {
					t.Errorf("in namespace %d (%v), want %d", inode, err, info.Ino)
				}
				return nil
			})
		})
	}
	all.Wait()
	entered := false
	err := ns.Do(func() error { entered = true; return nil })
	if err == nil || entered {
		t.Errorf("after Close: got %v, entered %v, want an error", err, entered)
	}
}

// TestDoSparesChildren: a process that Do started with a death signal survives
// the call. The signal comes when the starting thread ends, not the process.
func TestDoSparesChildren(t *testing.T) {
	ns := newNamespace(t)
	cmd := exec.Command("sleep", "100")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := ns.Do(cmd.Start); err != nil {
		t.Fatal(err)
	}
	for range 50 { // would reuse or end the thread
		if err := ns.Do(func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the child is gone: %v", err)
	}
	var info syscall.Stat_t
	if err := syscall.Fstat(ns.FD(), &info); err != nil {
		t.Fatal(err)
	}
	if inode, err := networkOf(fmt.Sprint(cmd.Process.Pid)); err != nil || inode != info.Ino {
		t.Errorf("the child is in %d (%v), want %d", inode, err, info.Ino)
	}
	cmd.Process.Kill()
	cmd.Wait()
}

func init() {
	children["limit"] = func() error {
		// The limit is per user namespace: that of the host does not change.
		if err := os.WriteFile("/proc/sys/user/max_net_namespaces", []byte("0"), 0); err != nil {
			return err
		}
		return sayRefusal()
	}
	children["refusal"] = sayRefusal
}

func sayRefusal() error {
	ns, err := New()
	if err == nil {
		ns.Close()
		return errors.New("New has no error")
	}
	fmt.Println(errors.Is(err, ErrLimit), errors.Is(err, ErrPrivilege), err)
	return nil
}

// TestNewNamesTheLimit causes the two errors that users get, in a child with
// its own user namespace, and in one that runs as nobody.
func TestNewNamesTheLimit(t *testing.T) {
	const limit = "true false netns: new network namespace: unshare: limit reached: user.max_net_namespaces is 0\n"
	if got := say(t, asRootOf(child("limit"), 0)); got != limit {
		t.Errorf("at the limit: got %q, want %q", got, limit)
	}
	nobody := asRootOf(child("refusal"), 0)
	nobody.SysProcAttr.UidMappings[0].ContainerID = 1000
	nobody.SysProcAttr.GidMappings[0].ContainerID = 1000
	const refusal = "false true netns: new network namespace: unshare: not permitted: CAP_SYS_ADMIN and CAP_NET_ADMIN are missing\n"
	if got := say(t, nobody); got != refusal {
		t.Errorf("without privileges: got %q, want %q", got, refusal)
	}
}

// TestHostStaysAsItWas compares everything that could change in the test's own
// namespace before and after using namespaces, cables and ports.
func TestHostStaysAsItWas(t *testing.T) {
	before := hostState(t)
	t.Run("life", func(t *testing.T) {
		need(t, "ping")
		s := newSegment(t, false)
		s.join(t)
		if _, err := output(s.nodes[0], "ping", "-c", "1", "-W", "2", "192.0.2.2"); err != nil {
			t.Error(err)
		}
		if during := hostState(t); !slices.Equal(during, before) {
			t.Errorf("while it runs the host differs (-before +now):\n%s", cmp.Diff(before, during))
		}
	})
	if after := hostState(t); !slices.Equal(after, before) {
		t.Errorf("afterwards the host differs (-before +after):\n%s", cmp.Diff(before, after))
	}
	if len(before) < 100 {
		t.Errorf("only %d things of the host were looked at", len(before))
	}
}

// hostState lists interfaces, addresses, routes, rules and network sysctls.
func hostState(t *testing.T) []string {
	t.Helper()
	var state []string
	links, err := netlink.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		a := l.Attrs()
		addresses, err := netlink.AddrList(l, netlink.FAMILY_ALL)
		if err != nil {
			t.Fatal(err)
		}
		state = append(state, fmt.Sprint("link ", a.Index, a.Name, a.HardwareAddr, a.MTU, a.Flags, a.TxQLen, a.Promisc, addresses))
	}
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{Table: syscall.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routes {
		state = append(state, "route "+r.String())
	}
	err = filepath.WalkDir("/proc/sys/net", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && !strings.HasSuffix(path, "/nf_conntrack_count") {
			state = append(state, path+"="+string(text))
		}
		return nil // some can only be written
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}
