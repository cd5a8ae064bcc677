package netns

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// policy is how the calling thread is scheduled.
func policy(t *testing.T) uint32 {
	t.Helper()
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return attr.Policy
}

// TestUrgentAndBack: the thread is urgent until it is restored, and what it
// starts is not.
func TestUrgentAndBack(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := policy(t)
	restore := Urgent()
	if policy(t) == before {
		t.Skip("this user may make no thread urgent")
	}
	if got := policy(t); got != unix.SCHED_RR {
		t.Errorf("urgent: got policy %d, want %d", got, unix.SCHED_RR)
	}
	out, err := exec.Command("cat", "/proc/self/stat").Output()
	fields := strings.Fields(string(out))
	const policyField = 40 // of proc(5), counted from 0
	if err != nil || len(fields) <= policyField || fields[policyField] != "0" {
		t.Errorf("a program that it started: got %s, %v, want policy 0", out, err)
	}
	restore()
	if got := policy(t); got != before {
		t.Errorf("restored: got policy %d, want %d", got, before)
	}
}
