package netns

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// startTime is when a process started, in ticks since boot (proc_pid_stat(5),
// field 22).
func startTime(pid int) (uint64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("netns: start of process %d: %w", pid, err)
	}
	// The program's name is in parentheses and may contain anything.
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	const field = 22 - 3 // the rest begins with the third
	fields := strings.Fields(rest)
	if len(fields) <= field {
		return 0, fmt.Errorf("netns: start of process %d: got %d fields, want more than %d", pid, len(fields), field)
	}
	return strconv.ParseUint(fields[field], 10, 64)
}

// processSet is the processes in some network namespaces. It replaces a cgroup
// for the processes of a node: it searches all processes of the machine, and so
// finds those that left their parent and session, as daemons do.
//
// It keeps the namespaces open, so that no other namespace gets their numbers.
type processSet struct {
	spaces []*os.File
	inodes []uint64
}

// add adds the namespace of a process. A process in our own namespace is
// refused: the set would include everything, even this process.
func (c *processSet) add(pid int) error {
	file, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return err
	}
	var s unix.Stat_t
	err = unix.Fstat(int(file.Fd()), &s)
	own, ownErr := networkOf("self")
	switch {
	case err != nil || ownErr != nil || own == s.Ino:
		file.Close()
		return fmt.Errorf("process %d is in no network namespace of its own", pid)
	case slices.Contains(c.inodes, s.Ino):
		file.Close()
		return nil
	}
	c.spaces, c.inodes = append(c.spaces, file), append(c.inodes, s.Ino)
	return nil
}

// networkOf returns the number of a process's network namespace.
func networkOf(pid string) (uint64, error) {
	var s unix.Stat_t
	err := unix.Stat("/proc/"+pid+"/ns/net", &s)
	return s.Ino, err
}

// members lists the processes, in the order of their numbers as text.
func (c *processSet) members() []int {
	if len(c.inodes) == 0 {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if inode, err := networkOf(e.Name()); err == nil && slices.Contains(c.inodes, inode) {
			found = append(found, pid)
		}
	}
	return found
}

// signal sends a signal to all processes, and repeats it for new ones until
// there are none: a process may fork meanwhile.
func (c *processSet) signal(s unix.Signal) {
	var done []int
	for news := true; news; {
		news = false
		for _, pid := range c.members() {
			if !slices.Contains(done, pid) {
				_ = unix.Kill(pid, s) // it may have ended meanwhile
				done, news = append(done, pid), true
			}
		}
	}
}

// close closes the namespaces.
func (c *processSet) close() {
	for _, f := range c.spaces {
		f.Close()
	}
	c.spaces, c.inodes = nil, nil
}
