package netns

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Reaper cleans up after its owner, this process, however that ends. It is a
// separate process that reads from a pipe what has to be removed. When the
// owner dies, even by SIGKILL, the kernel closes the pipe; then the reaper
// removes all of it and ends.
//
// Namespaces and cables need no reaper, nor do node processes, which die with
// their parent. The reaper is for what the kernel keeps: cgroups, processes
// that left their parent, and files. It finds the owner's cgroups by their
// names, so there is no moment at which one exists and is not yet known.
//
// In the process namespace that Reexec makes a reaper dies with all others;
// usually there are no cgroups then, and /run goes with the namespace.
type Reaper struct {
	cmd  *exec.Cmd
	pipe *os.File
	held *os.File // a byte comes from it for each process that was added
}

// heldDescriptor is the reaper's end of Reaper.held.
const heldDescriptor = 3

// cleanup is one line on the pipe: something to remove when the owner is gone.
// One of its fields is set.
type cleanup struct {
	Owner   string `json:"owner,omitempty"`   // whose cgroups are emptied and removed
	Process int    `json:"process,omitempty"` // whoever is in its network namespace is killed
	Path    string `json:"path,omitempty"`    // a file or folder to be removed
}

// StartReaper starts a program, usually this one with a hidden verb, that calls
// ReaperMain on its standard input. Call it before the first group is made. The
// reaper has its own session, so that it survives the end of the owner's
// terminal.
func StartReaper(program string, args ...string) (*Reaper, error) {
	self, err := thisOwner()
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("netns: reaper: %w", err)
	}
	defer read.Close()
	held, theirHeld, err := os.Pipe()
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("netns: reaper: %w", err)
	}
	defer theirHeld.Close()
	cmd := exec.Command(program, args...)
	cmd.Stdin = read
	cmd.ExtraFiles = []*os.File{theirHeld} // descriptor 3, see heldDescriptor
	cmd.Dir = "/"                          // so that it keeps no mount busy
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		write.Close()
		held.Close()
		return nil, fmt.Errorf("netns: reaper: %w", err)
	}
	r := &Reaper{cmd: cmd, pipe: write, held: held}
	if err := r.tell(cleanup{Owner: self.folder("")}); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// AddProcess makes the reaper kill all processes in a process's network
// namespace when the owner is gone. It is needed if a group has no cgroup. The
// reaper ignores a process in the owner's own namespace.
//
// AddProcess returns once the reaper has the namespace open, which it keeps
// until it ends. If the process ended before that, the reaper could no longer
// find its namespace, nor the processes that it had started there.
func (r *Reaper) AddProcess(pid int) error {
	if err := r.tell(cleanup{Process: pid}); err != nil {
		return err
	}
	if _, err := r.held.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("netns: reaper: add process %d: %w", pid, err)
	}
	return nil
}

// AddPath makes the reaper remove a file or a folder with its contents when the
// owner is gone. The path must be absolute. Call it before the file is created.
func (r *Reaper) AddPath(path string) error {
	if !filepath.IsAbs(path) || filepath.Clean(path) == "/" {
		return fmt.Errorf("netns: reaper: path: got %q, want an absolute one below /", path)
	}
	return r.tell(cleanup{Path: filepath.Clean(path)})
}

// tell writes one line.
func (r *Reaper) tell(e cleanup) error {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = r.pipe.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("netns: reaper: %w", err)
	}
	return nil
}

// Close makes the reaper clean up what is left, and waits for it.
func (r *Reaper) Close() error {
	if err := errors.Join(r.pipe.Close(), r.cmd.Wait(), r.held.Close()); err != nil {
		return fmt.Errorf("netns: reaper: %w", err)
	}
	return nil
}

// ReaperMain is the main function of a reaper: it reads what to remove from r,
// and at the end of r, when its owner is gone, removes it. The error says what
// is left.
func ReaperMain(r io.Reader) error {
	// Only the end of the pipe ends a reaper, not a signal to all processes of a
	// session or a terminal.
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGPIPE)
	held := os.NewFile(heldDescriptor, "held")
	defer held.Close()
	var cleanups []cleanup
	var nodes processSet
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var e cleanup
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // the owner died while it wrote
		}
		if e.Process != 0 {
			_ = nodes.add(e.Process) // refused if it is gone or in our namespace
			_, _ = held.Write([]byte{1})
			continue
		}
		cleanups = append(cleanups, e)
	}
	nodes.signal(unix.SIGKILL)
	nodes.close()
	var errs []error
	for _, e := range cleanups {
		errs = append(errs, e.clean())
	}
	return errors.Join(errs...)
}

// clean removes cgroups and files. Names are checked again, because this
// process kills and removes what it reads.
func (e cleanup) clean() error {
	var errs []error
	if dead, ok := ownerOf(e.Owner); ok {
		errs = append(errs, sweep(func(o owner) bool { return o == dead }))
	}
	if filepath.IsAbs(e.Path) && filepath.Clean(e.Path) != "/" {
		// A process that was just killed may still write.
		errs = append(errs, eventually(func() error { return os.RemoveAll(e.Path) }))
	}
	return errors.Join(errs...)
}
