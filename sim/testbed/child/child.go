//go:build linux

package child

import (
	"os/exec"
	"syscall"
)

// The hidden verbs of the command line that the processes of a run are started
// with.
const (
	Node   = "node"   // a machine with our stack
	Burn   = "burn"   // a hog beside real programs
	Launch = "launch" // becomes a real program
	Reap   = "reap"   // cleans up after a coordinator that was killed
)

// Program is this program itself, even if its file has changed or gone since.
const Program = "/proc/self/exe"

// Command is this program with a verb, in a process group of its own. The
// kernel kills it when the thread that starts it dies, and so when this process
// does.
func Command(verb string, args ...string) *exec.Cmd {
	cmd := exec.Command(Program, append([]string{verb}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return cmd
}
