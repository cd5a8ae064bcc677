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

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// LaunchMain replaces this process by a program of a real host. Its arguments
// are the folder that the program gets as /run, the identity that it takes, the
// program's file, and the program's own arguments. A disk of the host comes as
// the namespace of its mounts.
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
	if len(args) < 3 {
		return fmt.Errorf("launcher: got %d arguments, want a folder for /run, an identity and a program", len(args))
	}
	run, file := args[0], args[2]
	who, err := netns.ParseIdentity(args[1])
	if err != nil {
		return err
	}
	syscall.CloseOnExec(child.ControlFD)
	if word, err := io.ReadAll(socket); err != nil || string(word) != goWord {
		return fmt.Errorf("launcher: told %q, %v, want %q", word, err, goWord)
	}
	runtime.LockOSThread()
	// A run has priority over the rest of the machine. Within its node's group a
	// program has none, so that a hog can come before it.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 0) // lowering it is always allowed
	if err := enterDisk(); err != nil {
		return err
	}
	if err := ownRun(run); err != nil {
		stderr := os.NewFile(uintptr(syscall.Stderr), "stderr")
		fmt.Fprintf(stderr, "cablepull: /run is that of the whole machine: %v\n", err)
	}
	if who != (netns.Identity{}) {
		if err := netns.Become(who); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: %w", file, syscall.Exec(file, args[2:], os.Environ()))
}

// diskFD is where a launcher finds the mounts of its host's disk, if it has
// one: next to its control socket.
const diskFD = child.ControlFD + 1

// enterDisk enters the mounts of the host's disk, if there is one.
func enterDisk() error {
	mounts := os.NewFile(diskFD, "disk")
	if target, err := os.Readlink(fmt.Sprint("/proc/self/fd/", diskFD)); err != nil || !strings.HasPrefix(target, "mnt:") {
		return nil
	}
	defer mounts.Close()
	return netns.EnterMounts(mounts)
}

const goWord = "go"

// ownRun puts a folder in the place of /run, for this thread and what becomes
// of it: programs keep sockets and process numbers there, and those of two
// nodes, or of two runs, must not meet. The folder's parent stays where it is,
// with the disk that is mounted in it, even if that is below /run.
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
	if err := syscall.Mount(fmt.Sprint("/proc/self/fd/", held.Fd()), parent, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s: %w", parent, err)
	}
	return nil
}
