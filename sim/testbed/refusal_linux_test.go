package testbed

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

func init() {
	// limited may have its own namespace and the fabric's, and no more. The limit
	// is one of its user namespace: the host keeps its own.
	actors["limited"] = func([]string) error {
		if err := os.WriteFile("/proc/sys/user/max_net_namespaces", []byte("2"), 0); err != nil {
			return err
		}
		return sayRefusal()
	}
	actors["powerless"] = func([]string) error { return sayRefusal() }
	// full writes the output of a program to a disk of 1 MiB.
	actors["full"] = func(args []string) error {
		if err := syscall.Mount("tmpfs", args[0], "tmpfs", 0, "size=1m"); err != nil {
			return err
		}
		b, err := New(realHost(topology.Exec{Run: actor("flood", "4"), Name: "flood", Ready: topology.Ready{Log: "^written$"}}),
			Options{Options: world.Options{Seed: 1}, Version: testVersion, Output: into(args[0])})
		if err != nil {
			return err
		}
		defer b.Close()
		err = b.Run(10 * time.Second)
		fmt.Println(errors.Is(err, syscall.ENOSPC), err)
		return nil
	}
}

// sayRefusal says why a testbed cannot be made, and of which kind that is.
func sayRefusal() error {
	b, err := New(played(), Options{Options: world.Options{Seed: 1}, Version: testVersion})
	if err == nil {
		b.Close()
		return errors.New("New has no error")
	}
	fmt.Println(errors.Is(err, netns.ErrLimit), errors.Is(err, netns.ErrPrivilege), err)
	return nil
}

// inUserNamespace runs an actor in user and network namespaces of its own,
// where it is the user id, and returns what it says.
func inUserNamespace(t *testing.T, id int, flags uintptr, verb string, args ...string) string {
	t.Helper()
	cmd := exec.Command(child.Program, append([]string{verb}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getgid(), Size: 1}},
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Skipf("a child with namespaces of its own cannot be started here: %v", err)
	}
	return out.String()
}

// TestRefusals: what this machine does not grant is told with the node that
// could not be made, and nothing is left.
func TestRefusals(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const limit = "true false world: node c1: netns: new network namespace: unshare: limit reached: user.max_net_namespaces is 2\n"
	if got := inUserNamespace(t, 0, 0, "limited"); got != limit {
		t.Errorf("at the limit:\ngot  %q\nwant %q", got, limit)
	}
	const refusal = "false true testbed: namespace of the fabric: netns: new network namespace: unshare: not permitted: CAP_SYS_ADMIN and CAP_NET_ADMIN are missing\n"
	if got := inUserNamespace(t, 1000, 0, "powerless"); got != refusal {
		t.Errorf("without privileges:\ngot  %q\nwant %q", got, refusal)
	}
	nothingLeft(t)
}

// TestFullDisk: output that cannot be written ends the run, with the node, the
// program and the file.
func TestFullDisk(t *testing.T) {
	needNamespaces(t)
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	got := inUserNamespace(t, 0, syscall.CLONE_NEWNS, "full", dir)
	want := fmt.Sprintf("true world: testbed: node web: program flood: its output: write %s: no space left on device\n", filepath.Join(dir, "web.flood.log"))
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	nothingLeft(t)
}

// TestOutputThatCannotBeMade: a directory for the output that is not there is
// told with the node and the program.
func TestOutputThatCannotBeMade(t *testing.T) {
	b := open(t, realHost(topology.Exec{Run: shell("exec sleep 60"), Name: "main"}), Options{Output: into(filepath.Join(t.TempDir(), "no", "such"))})
	err := b.Run(time.Second)
	if want := "testbed: node web: program main: file for its output: open "; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	b.Close()
	nothingLeft(t)
}
