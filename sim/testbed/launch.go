//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// holdFD is where a launcher finds the pipe on which it waits.
const holdFD = 3

// launchMain becomes a program of a real host. Its arguments are the folder that
// the program shall find as /run, the program's file, and the program's own
// arguments. It waits until the pipe says go: only then is it in the node's
// group, and the program must not have children before.
func launchMain(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("testbed: launcher: got %d arguments, want a folder for /run and a program", len(args))
	}
	hold := os.NewFile(holdFD, "hold")
	if info, err := hold.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return errors.New("testbed: launcher: nobody to wait for: this verb is for the coordinator of a run")
	}
	if word, err := io.ReadAll(hold); err != nil || string(word) != goWord {
		return fmt.Errorf("testbed: launcher: told %q, %v, want %q", word, err, goWord)
	}
	hold.Close() // it was read to its end
	runtime.LockOSThread()
	if err := ownRun(args[0]); err != nil {
		fmt.Fprintf(os.NewFile(uintptr(syscall.Stderr), "stderr"), "cablepull: /run is that of the whole machine: %v\n", err)
	}
	if err := syscall.Exec(args[1], args[1:], os.Environ()); err != nil {
		return fmt.Errorf("testbed: launcher: %s: %w", args[1], err)
	}
	return nil
}

const goWord = "go"

// ownRun puts a folder in the place of /run, for this thread and what becomes of
// it: programs keep sockets and process numbers there, and those of two nodes,
// or of two runs, must not meet. The folder's parent stays where it is, even if
// that is below /run.
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
