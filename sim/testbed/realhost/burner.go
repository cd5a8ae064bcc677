//go:build linux

package realhost

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// burner is a real hog: a process that takes processor time from the group of a
// node.
type burner struct{ cmd *exec.Cmd }

// burn starts a burner inside the node's group and namespace, which takes a
// share of the cores that the group has. Only a group with a CPU quota
// (Group.SetCPU) bounds node and burner together; without one it would hurt the
// whole machine.
//
// It has a thread for each processor of the machine: where one is missing the
// programs of the node would run beside the burner, and share the quota evenly
// instead of coming second. One that wants all never rests, and has the quota
// end its work.
func (h *Host) burn(cores int, share float64) (*burner, error) {
	threads := runtime.NumCPU()
	if share < 1 {
		share *= min(1, float64(cores)/float64(threads))
	}
	cmd := child.Command(child.Burn, strconv.Itoa(threads), strconv.FormatFloat(share, 'g', -1, 64))
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(threads+1))
	if err := h.Namespace.Do(cmd.Start); err != nil {
		return nil, fmt.Errorf("start burner: %w", err)
	}
	b := &burner{cmd}
	if err := h.Namespace.Group.Add(cmd.Process.Pid); err != nil {
		b.kill()
		b.reap()
		return nil, err
	}
	return b, nil
}

// kill ends the burner; in a frozen group once that thaws or is deleted.
func (b *burner) kill() { _ = b.cmd.Process.Kill() } // it fails only when the process is gone

// reap waits for the end of a burner that was killed.
func (b *burner) reap() { _ = b.cmd.Wait() } // killed, as it says

// A burner that takes a part of a processor begins anew as often as the kernel
// deals out a quota. What it was denied, because the quota was used up, it
// takes later, but not for long: it may have been frozen.
const (
	burnPeriod  = 10 * time.Millisecond
	burnDebtMax = 100 * time.Millisecond
)

// BurnMain burns until it is killed: so many threads, each a share of a
// processor, before all others in the group.
func BurnMain(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("testbed: burner: got %d arguments, want threads and share", len(args))
	}
	threads, err := strconv.Atoi(args[0])
	if err != nil || threads < 1 {
		return fmt.Errorf("testbed: burner: threads: got %q, want 1 or more", args[0])
	}
	share, err := strconv.ParseFloat(args[1], 64)
	if err != nil || !(share > 0 && share <= 1) {
		return fmt.Errorf("testbed: burner: share: got %q, want above 0 and up to 1", args[1])
	}
	for i := range threads {
		go burnThread(i, share)
	}
	select {}
}

// burnThread keeps one thread busy for a share of the time. It asks to be
// served before the programs of the node: at the same priority a burner that
// wants all of a processor would get but half of it beside a busy program. Who
// may not ask, a user without privileges, gets that half.
//
// Each thread stays on a processor of its own. The kernel may otherwise keep
// all of them on one, and leave another to the programs for as long as the hog
// lasts: it balances by what runs, and a group that has used up its quota does
// not.
func burnThread(number int, share float64) {
	runtime.LockOSThread()
	netns.Pin(number)
	const first = -20 // of the nice values
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), first)
	var owed time.Duration
	for last := time.Now(); ; {
		now := time.Now()
		owed = min(owed+time.Duration(share*float64(now.Sub(last))), burnDebtMax)
		last = now
		before := threadTime()
		for threadTime()-before < owed {
		}
		owed -= threadTime() - before
		time.Sleep(time.Until(now.Add(burnPeriod)))
	}
}

// threadTime is how much processor time the calling thread has got.
func threadTime() time.Duration {
	const thisThread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	_ = syscall.Getrusage(thisThread, &u) // the kernel knows its threads
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
