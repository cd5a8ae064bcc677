//go:build linux

package realhost

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/cablepull/cablepull/sim/testbed/child"
)

// LaunchMain replaces this process by a program of a real host. Its arguments
// are the folder that the program gets as /run, the program's file, and the
// program's own arguments.
//
// It waits for the word go on its socket: by then it is in the node's group,
// and before that the program must not have children. The socket closes when
// the program runs; if it cannot, the socket carries the reason.
func LaunchMain(args []string) error {
	socket := child.Control("launcher")
	if socket == nil {
		return errors.New("testbed: launcher: no socket: this verb is for the coordinator of a run")
	}
	err := takePlace(socket, args)
	_, _ = fmt.Fprint(socket, err) // the error is also the process's own
	return err
}

// takePlace returns only with an error.
func takePlace(socket *os.File, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("launcher: got %d arguments, want a folder for /run and a program", len(args))
	}
	syscall.CloseOnExec(child.ControlFD)
	if word, err := io.ReadAll(socket); err != nil || string(word) != goWord {
		return fmt.Errorf("launcher: told %q, %v, want %q", word, err, goWord)
	}
	runtime.LockOSThread()
	// A run has priority over the rest of the machine. Within its node's group a
	// program has none, so that a hog can come before it.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 0) // lowering it is always allowed
	if err := ownRun(args[0]); err != nil {
		stderr := os.NewFile(uintptr(syscall.Stderr), "stderr")
		fmt.Fprintf(stderr, "cablepull: /run is that of the whole machine: %v\n", err)
	}
	return fmt.Errorf("%s: %w", args[1], syscall.Exec(args[1], args[1:], os.Environ()))
}

const goWord = "go"

// ownRun puts a folder in the place of /run, for this thread and what becomes
// of it: programs keep sockets and process numbers there, and those of two
// nodes, or of two runs, must not meet. The folder's parent stays where it is,
// even if that is below /run.
func ownRun(folder string) error {
	const run = "/run"
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare mounts: %w", err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	parent := filepath.Dir(folder)
	held, err := os.Open(parent)
	if err != nil {
		return err
	}
	defer held.Close()
	if err := syscall.Mount(folder, run, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", run, err)
	}
	if !strings.HasPrefix(parent, run+"/") {
		return nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount(fmt.Sprint("/proc/self/fd/", held.Fd()), parent, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", parent, err)
	}
	return nil
}
