package netns

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

func init() {
	children["ordinary"] = func() error { return ordinary(lookAround) }
	children["ordinary that waits"] = func() error { return ordinary(waitForSignal) }
	children["ordinary that writes"] = func() error { return ordinary(writeInRun) }
	children["host of its own"] = hostOfItsOwn
}

// ordinary is a program that re-executes itself if necessary.
func ordinary(main func() int) error {
	status, done, err := Reexec(nil, os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	if !done {
		status = main()
	}
	os.Exit(status)
	return nil
}

// lookAround lays a cable and prints its user and namespaces.
func lookAround() int {
	err := errors.Join(func() error {
		fabric, err := New()
		if err != nil {
			return err
		}
		node, err := New()
		if err != nil {
			return err
		}
		if _, err := Connect(fabric, node, CableSpec{Name: "eth0", MAC: mac(0)}); err != nil {
			return err
		}
		if _, err := Open(node, "eth0"); err != nil {
			return err
		}
		return node.Do(func() error { return setSysctl("net/ipv4/conf/eth0/arp_accept", "1") })
	}(), os.WriteFile("/run/pid", nil, 0o600))
	_, leaked := os.LookupEnv(readyVariable)
	self, _ := os.Readlink("/proc/self")
	fmt.Println(err, Privileged(), os.Getuid(), os.Getpid(), self, leaked)
	return 7
}

func waitForSignal() int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	fmt.Println("waiting")
	<-signals
	return 9
}

// The folders of /run in which a user may and may not leave something.
const (
	ownFolder, otherFolder = "/run/user/65534", "/run/daemon"
)

// writeInRun writes a file where the user has a folder, and where the user has
// none.
func writeInRun() int {
	err := errors.Join(
		os.WriteFile(ownFolder+"/report", []byte("kept"), 0o600),
		os.Mkdir(otherFolder, 0o755), // a daemon's folder is hidden, so that his can be made
		os.WriteFile(otherFolder+"/pid", nil, 0o600))
	fmt.Println(err)
	return 0
}

// hostOfItsOwn simulates a host whose /run has folders of a user and of others,
// and prints what a run by that user left in it.
func hostOfItsOwn() error {
	if err := errors.Join(
		syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"),
		os.MkdirAll(ownFolder, 0o755), os.Chown(ownFolder, 65534, 65534),
		os.Mkdir(otherFolder, 0o755), os.Mkdir("/run/lock", 0o777), os.Chmod("/run/lock", 0o777)); err != nil {
		return err
	}
	cmd := child("ordinary that writes")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	report, readErr := os.ReadFile(ownFolder + "/report")
	left, leftErr := os.ReadDir(otherFolder)
	fmt.Printf("%q %v %q %v %d %v\n", out, err, report, readErr, len(left), leftErr)
	return nil
}

// asNobody makes a child run as an ordinary user, which only root can do.
func asNobody(t *testing.T, part string) *exec.Cmd {
	t.Helper()
	if f := probeUserNamespace(); !f.OK {
		t.Skip(f.Detail)
	}
	cmd := child(part)
	cmd.Dir = "/"
	users, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 && !strings.Contains(string(users), "4294967295") {
		t.Skip("this user namespace has no ordinary user")
	}
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	return cmd
}

// TestReexecMakesRoot: an ordinary user ends up root of namespaces in which all
// that a run needs works; nothing of /run shows outside; the status comes back.
func TestReexecMakesRoot(t *testing.T) {
	newNamespace(t) // skips without privileges
	cmd := asNobody(t, "ordinary")
	before := hostState(t)
	got := say(t, cmd)
	if want := "<nil> true 0 1 1 false\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if status := cmd.ProcessState.ExitCode(); status != 7 {
		t.Errorf("status %d, want 7", status)
	}
	if _, err := os.Stat("/run/pid"); err == nil {
		t.Error("/run/pid is there outside")
	}
	if after := hostState(t); strings.Join(before, "\n") != strings.Join(after, "\n") {
		t.Error("the host is not as it was")
	}
}

// TestReexecHelpsRootOfUsersOnly: root of a user namespace in the host's
// network could make network namespaces, but not come back from them.
func TestReexecHelpsRootOfUsersOnly(t *testing.T) {
	newNamespace(t)
	if f := probeUserNamespace(); !f.OK {
		t.Skip(f.Detail)
	}
	cmd := asRootOf(child("ordinary"), syscall.CLONE_NEWNS)
	if got, want := say(t, cmd), "<nil> true 0 1 1 false\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if status := cmd.ProcessState.ExitCode(); status != 7 {
		t.Errorf("status %d, want 7", status)
	}
}

// TestReexecKeepsOwnFolders: in the host's /run a user sees and keeps the
// user's own folders; the rest is hidden, and what is written there is gone at
// the end.
func TestReexecKeepsOwnFolders(t *testing.T) {
	newNamespace(t)
	asNobody(t, "ordinary that writes") // skips where there is no ordinary user
	if os.Getuid() != 0 {
		t.Skip("only root can play a host with folders of several users")
	}
	cmd := child("host of its own")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if got, want := say(t, cmd), "\"<nil>\\n\" <nil> \"kept\" <nil> 0 <nil>\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestReexecForwardsSignals: SIGTERM reaches the inner process, and its status
// the outside; SIGKILL ends both.
func TestReexecForwardsSignals(t *testing.T) {
	newNamespace(t)
	cmd := asNobody(t, "ordinary that waits")
	if line := startChild(t, cmd); line != "waiting" {
		t.Fatalf("got %q", line)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 9 {
		t.Errorf("status %d, want 9", status)
	}

	cmd = asNobody(t, "ordinary that waits")
	if line := startChild(t, cmd); line != "waiting" {
		t.Fatalf("got %q", line)
	}
	tasks := childrenOf(t, cmd.Process.Pid)
	if len(tasks) != 1 {
		t.Fatalf("the outer process has the children %v, want one", tasks)
	}
	cmd.Process.Kill()
	cmd.Wait()
	until(t, patience, "end of the inner process", func() bool { return !alive(tasks[0]) })
}

// childrenOf lists the processes whose parent is pid.
func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	var found []int
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		var child, parent int
		var name, state string
		text, _ := os.ReadFile("/proc/" + e.Name() + "/stat")
		if n, _ := fmt.Sscan(string(text), &child, &name, &state, &parent); n == 4 && parent == pid {
			found = append(found, child)
		}
	}
	return found
}

// TestReexecLeavesRootAlone: a privileged process continues unchanged, and a
// leftover variable in root's environment changes no mounts of the host.
func TestReexecLeavesRootAlone(t *testing.T) {
	newNamespace(t)
	t.Setenv(readyVariable, "3")
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	status, done, err := Reexec(nil, nil, nil, nil)
	if status != 0 || done || err != nil {
		t.Errorf("got %d, %v, %v; want to go on", status, done, err)
	}
	if now, err := os.ReadFile("/proc/self/mountinfo"); err != nil || string(now) != string(mounts) {
		t.Errorf("the mounts changed (%v)", err)
	}
}

// TestProbe: one line for each thing, and, because tests have privileges, a
// complete network.
func TestProbe(t *testing.T) {
	newNamespace(t)
	seen := map[string]bool{}
	for _, f := range Probe() {
		line := f.String()
		t.Log(line)
		if f.Name == "" || f.Detail == "" || f.Needed == "" || strings.Contains(line, "\n") || seen[f.Name] {
			t.Errorf("%+v: want name, detail and need, on one line, once", f)
		}
		seen[f.Name] = true
		switch f.Name {
		case "net namespaces", "veth", "AF_PACKET", "offloads", "privileges":
			if !f.OK {
				t.Errorf("%s: %s", f.Name, f.Detail)
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("%d findings, want 15 or more", len(seen))
	}
	if f := (tool{"no-such-program", "-v", ForProgram, "a-package"}).probe(); f.OK || f.Detail != "not on PATH" || f.Remedy != "apt install a-package" {
		t.Errorf("%+v, want it missing, and the package", f)
	}
}
