//go:build linux

package testbed

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// burner is a real hog: a process that takes a share of the processors that the
// group of a node has.
type burner struct{ cmd *exec.Cmd }

// burn starts a burner inside the node's group and namespace. It takes the share,
// above 0 and up to 1, of each of so many cores. Only a group with a CPU quota
// (Group.SetCPU) bounds node and burner to those cores, so without one it hurts
// the whole machine, and is refused by who can see that: Group.Limits.
func (a *attachment) burn(cores int, share float64) (*burner, error) {
	cmd := exec.Command(self, BurnPart, strconv.Itoa(cores), strconv.FormatFloat(share, 'g', -1, 64))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(cores+1))
	if err := a.space.Do(cmd.Start); err != nil {
		return nil, fmt.Errorf("start burner: %w", err)
	}
	b := &burner{cmd}
	if err := a.group.Add(cmd.Process.Pid); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

// stop ends the burner and waits for its end. In a frozen group it ends once the
// group thaws or is deleted.
func (b *burner) stop() {
	_ = b.cmd.Process.Kill() // it fails only when the process is gone
	_ = b.cmd.Wait()         // killed, as it says
}

// burnPeriod is how often a burner that takes a part of a core begins anew: as
// often as the kernel deals out a quota.
const burnPeriod = 10 * time.Millisecond

// burnMain burns until it is killed: one thread per core, before all others in
// its group.
func burnMain(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("testbed: burner: got %d arguments, want cores and share", len(args))
	}
	cores, err := strconv.Atoi(args[0])
	if err != nil || cores < 1 {
		return fmt.Errorf("testbed: burner: cores: got %q, want 1 or more", args[0])
	}
	share, err := strconv.ParseFloat(args[1], 64)
	if err != nil || !(share > 0 && share <= 1) {
		return fmt.Errorf("testbed: burner: share: got %q, want above 0 and up to 1", args[1])
	}
	for range cores {
		go burnCore(share)
	}
	select {}
}

// burnCore keeps one thread busy for a share of the time. It asks to be served
// before the programs of the node: at the same priority a burner that wants all
// of a core would get but half of it beside a busy program. Who may not ask, a
// user without privileges, gets that half.
func burnCore(share float64) {
	runtime.LockOSThread()
	const first = -20 // of the nice values
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), first)
	busy := time.Duration(share * float64(burnPeriod))
	for {
		for begin := time.Now(); time.Since(begin) < busy; {
		}
		if rest := burnPeriod - busy; rest > 0 {
			time.Sleep(rest)
		}
	}
}
