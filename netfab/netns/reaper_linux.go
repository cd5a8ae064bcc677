package netns

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Reaper cleans up after its owner, this process, whatever way it ends. It is a
// process of its own which reads what there will be to clean from a pipe. When
// the owner dies, even by SIGKILL, the kernel closes the pipe, and the reaper
// does what was said and ends.
//
// Namespaces and cables need no reaper, and node processes none as long as they
// die with their parent; a reaper is for what the kernel keeps: cgroups,
// processes that nobody waits for, files.
type Reaper struct {
	cmd  *exec.Cmd
	pipe *os.File
}

// estate is one line on the pipe: something to be cleaned, under a name by
// which it can be forgotten.
type estate struct {
	Name    string   `json:"name"`
	Forget  bool     `json:"forget,omitempty"`
	Folders []string `json:"folders,omitempty"` // cgroups to be emptied and removed
	Process int      `json:"process,omitempty"` // whoever is in its network namespace is killed
	Path    string   `json:"path,omitempty"`    // a file or folder to be removed
}

// StartReaper starts a program, mostly this very one with a hidden verb, that
// calls ReaperMain on its standard input. It has a session of its own, so that
// what ends the owner's terminal does not end it too soon.
func StartReaper(program string, args ...string) (*Reaper, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("netns: reaper: %w", err)
	}
	defer read.Close()
	cmd := exec.Command(program, args...)
	cmd.Stdin = read
	cmd.Dir = "/" // so that it keeps no mount busy
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, fmt.Errorf("netns: reaper: %w", err)
	}
	return &Reaper{cmd: cmd, pipe: write}, nil
}

// AddGroup has the group killed and removed when the owner is gone. It is to be
// called before the first process is in the group.
func (r *Reaper) AddGroup(g *Group) error {
	return r.tell(estate{Name: "group " + g.name, Folders: g.folders})
}

// AddProcess has everybody killed who is in the network namespace of a process
// when the owner is gone. It is needed where a group has no cgroup; a process
// that shares the owner's namespace is refused by the reaper and left alone.
func (r *Reaper) AddProcess(pid int) error {
	return r.tell(estate{Name: fmt.Sprint("process ", pid), Process: pid})
}

// AddPath has a file or a folder with all in it removed when the owner is gone.
// The path must be absolute.
func (r *Reaper) AddPath(path string) error {
	if !filepath.IsAbs(path) || filepath.Clean(path) == "/" {
		return fmt.Errorf("netns: reaper: path: got %q, want an absolute one below /", path)
	}
	return r.tell(estate{Name: "path " + path, Path: filepath.Clean(path)})
}

// ForgetGroup, after the group was deleted, saves the reaper the work.
func (r *Reaper) ForgetGroup(g *Group) error {
	return r.tell(estate{Name: "group " + g.name, Forget: true})
}

// tell writes one line. It fits the pipe's atomic size or the pipe has one
// writer at a time anyway: calls are made by one goroutine.
func (r *Reaper) tell(e estate) error {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = r.pipe.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("netns: reaper: %s: %w", e.Name, err)
	}
	return nil
}

// Close has the reaper clean what it still knows of, and waits for it.
func (r *Reaper) Close() error {
	if err := errors.Join(r.pipe.Close(), r.cmd.Wait()); err != nil {
		return fmt.Errorf("netns: reaper: %w", err)
	}
	return nil
}

// ReaperMain is the life of a reaper: it reads what to clean from r, and at the
// end of r, when its owner is gone, cleans it. The error says what is left.
func ReaperMain(r io.Reader) error {
	// Only the end of the pipe ends a reaper, not somebody who wants to end
	// everything in sight politely.
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGPIPE)
	estates := make(map[string]estate)
	held := make(map[string]*crowd)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var e estate
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // the owner died while it wrote
		}
		if c := held[e.Name]; c != nil {
			c.close()
			delete(held, e.Name)
		}
		if e.Forget {
			delete(estates, e.Name)
			continue
		}
		estates[e.Name] = e
		if e.Process != 0 {
			held[e.Name] = &crowd{}
			_ = held[e.Name].add(e.Process) // refused if it is gone or in our namespace
		}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(held)) {
		held[name].signal(unix.SIGKILL)
		held[name].close()
	}
	for _, name := range slices.Sorted(maps.Keys(estates)) {
		errs = append(errs, estates[name].clean())
	}
	return errors.Join(errs...)
}

// clean removes cgroups and files. Names are looked at once more, since this is
// a process that kills and removes what it reads.
func (e estate) clean() error {
	var errs []error
	for _, folder := range e.Folders {
		if strings.HasPrefix(filepath.Base(folder), groupPrefix) {
			errs = append(errs, removeFolder(folder))
		}
	}
	if filepath.IsAbs(e.Path) && e.Path != "/" {
		// A process that was just killed may still write.
		errs = append(errs, eventually(func() error { return os.RemoveAll(e.Path) }))
	}
	return errors.Join(errs...)
}
