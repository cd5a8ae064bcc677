package netns

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable names the role of this program when a test runs it again.
const childVariable = "CABLEPULL_NETNS_TEST"

// children are the roles, by name. The test reads their standard output.
var children = map[string]func() error{}

func TestMain(m *testing.M) {
	part, isChild := os.LookupEnv(childVariable)
	if !isChild {
		os.Exit(m.Run())
	}
	if err := children[part](); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child prepares this program to run in a role.
func child(part string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childVariable+"="+part)
	return cmd
}

// asRootOf gives a child its own user namespace, in which it is root.
func asRootOf(cmd *exec.Cmd, flags uintptr) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	return cmd
}

// say runs a child to its end and returns its output.
func say(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skipf("a child with namespaces of its own cannot be started here: %v", err)
	}
	return out.String()
}

// startChild starts a child and returns the first line of its output and a
// function that ends it.
func startChild(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(pipe).ReadString('\n')
		line <- text
	}()
	return strings.TrimSpace(within(t, 10*time.Second, "first line of a child", line))
}

// until waits for a condition.
func until(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !holds(); {
		if time.Now().After(deadline) {
			t.Errorf("%s: not within %v", what, limit)
			return
		}
		<-time.After(5 * time.Millisecond)
	}
}
