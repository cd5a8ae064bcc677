package netns

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Privileged reports whether this process may create network namespaces and
// everything in them, and return from them: as root, or as root of its own
// namespaces. Being root of only a user namespace, as after unshare --user, is
// not enough.
func Privileged() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return false
	}
	for _, capability := range []uint{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_RAW} {
		if sets[0].Effective&(1<<capability) == 0 {
			return false
		}
	}
	network, err := os.Open("/proc/self/ns/net")
	if err != nil {
		return false
	}
	defer network.Close()
	// The kernel does not show the owner of a namespace that is not below the
	// caller's own.
	owner, err := unix.IoctlRetInt(int(network.Fd()), unix.NS_GET_USERNS)
	if err != nil {
		return !errors.Is(err, unix.EPERM)
	}
	unix.Close(owner)
	return true
}

// HasUsers reports whether a program that this process starts can become
// another user: the namespaces of Reexec have only root.
func HasUsers() bool {
	groups, err := os.ReadFile("/proc/self/setgroups")
	return os.Getuid() == 0 && err == nil && strings.TrimSpace(string(groups)) == "allow"
}

// readyVariable names the descriptor on which a re-executed process reports
// that its namespaces are ready.
const readyVariable = "CABLEPULL_NAMESPACES_FD"

// Settle must be called first in main. In a process that Reexec started it
// prepares the new namespaces and reports whether that worked. If it did not,
// the program just ends: the process that started it prints the reason. In all
// other processes Settle does nothing.
func Settle() bool { return !startedAgain() || settleInNamespaces() }

// Reexec makes an ordinary user root of namespaces of their own. Call it once
// it is known that they are needed, with the arguments after the program's
// name.
//
// In a privileged process, including one that Reexec started, it returns at
// once with done false. In any other it starts the program again in new user,
// network, mount and, where /proc allows it, process namespaces, forwards
// signals, waits, and returns the exit status; for a process that died by a
// signal that is 128 plus the signal's number, as in a shell. The new process
// dies with the one that started it. It is the first process of its process
// namespace, so all others in there die with it. It has a /run of its own,
// which is also the folder for temporary files; what the user had below /run
// stays in its place.
//
// Orphaned processes in there stay zombies until the end. Outside, user and
// group stay what they were; inside they are 0, and programs cannot become
// another user.
func Reexec(args []string, stdin io.Reader, stdout, stderr io.Writer) (status int, done bool, err error) {
	if !Settle() {
		return 1, true, nil
	}
	if Privileged() {
		return 0, false, nil
	}
	const namespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS
	for _, flags := range []uintptr{namespaces | unix.CLONE_NEWPID, namespaces} {
		cmd := exec.Command("/proc/self/exe", args...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
		if text, is := stdin.(*bytes.Reader); is { // each attempt reads all of it
			whole := *text
			cmd.Stdin = &whole
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  flags,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
			Pdeathsig:   unix.SIGKILL,
			// Its own process group, so that a signal from the terminal reaches it once,
			// through us, and not twice.
			Setpgid: true,
		}
		status, err = runAgain(cmd)
		if !errors.Is(err, errNotReady) {
			break
		}
	}
	if err != nil {
		return 0, true, fmt.Errorf("netns: start in namespaces of its own: %w", err)
	}
	return status, true, nil
}

// errNotReady says that the started process could not settle in its namespaces.
var errNotReady = errors.New("cannot settle")

// runAgain starts the process, waits until it has settled, and then until it
// ends.
func runAgain(cmd *exec.Cmd) (int, error) {
	ready, tell, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer ready.Close()
	cmd.ExtraFiles = []*os.File{tell}
	cmd.Env = append(os.Environ(), fmt.Sprint(readyVariable, "=", readyDescriptor))
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, slices.DeleteFunc(slices.Clone(forwarded), func(s os.Signal) bool {
		return s == unix.SIGHUP && signal.Ignored(s) // nohup means the whole command
	})...)
	defer signal.Stop(signals)
	// The death signal comes when the thread that started the process ends. No
	// thread of this process ends, because no goroutine is locked to one.
	err = cmd.Start()
	tell.Close()
	if err != nil {
		return 0, explainUser(err)
	}
	word, _ := io.ReadAll(ready)
	if string(word) != readyWord {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // its status says nothing new
		return 0, fmt.Errorf("%w: %w", errNotReady, explainUser(errors.New(string(word))))
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				_ = cmd.Process.Signal(s)
			case <-ended:
				return
			}
		}
	}()
	err = cmd.Wait()
	close(ended)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// forwarded are the signals with which people and supervisors control a
// program.
var forwarded = []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH}

const (
	readyWord       = "ready"
	readyDescriptor = 3 // the first of exec.Cmd.ExtraFiles
)

// startedAgain reports whether Reexec started this process. The variable alone
// does not say so: what follows changes mounts, and must never happen outside
// of a namespace of our own.
func startedAgain() bool {
	if os.Getenv(readyVariable) == "" {
		return false
	}
	os.Unsetenv(readyVariable)
	var s unix.Stat_t
	err := unix.Fstat(readyDescriptor, &s)
	users, readErr := os.ReadFile("/proc/self/uid_map")
	initial := len(strings.Fields(string(users))) != 3 || strings.Fields(string(users))[2] != "1"
	return err == nil && readErr == nil && s.Mode&unix.S_IFMT == unix.S_IFIFO && !initial
}

// settleInNamespaces prepares the new namespaces and reports to the process
// that started this one, which starts another if this one cannot.
func settleInNamespaces() bool {
	unix.CloseOnExec(readyDescriptor)
	tell := os.NewFile(readyDescriptor, "ready")
	defer tell.Close()
	err := settleMounts()
	if err == nil && !Privileged() {
		err = fmt.Errorf("%w: the new user namespace gives no capabilities", ErrPrivilege)
	}
	word := readyWord
	if err != nil {
		word = err.Error()
	}
	_, writeErr := tell.WriteString(word)
	// A reaper does not survive the namespaces of an ordinary user, so files go
	// into this folder, which ends with them.
	envErr := os.Setenv("TMPDIR", privateFolder)
	return err == nil && writeErr == nil && envErr == nil
}

// privateFolder is a folder in memory, for this process and its children.
const privateFolder = "/run"

// settleMounts makes the mounts of the new namespaces private, gives a new
// process namespace the /proc that belongs to it, and makes /run a folder in
// memory: programs keep sockets and process numbers there, and root of a user
// namespace may not write to the host's. The user's own folders there, such as
// /run/user, stay in place: they may contain scenarios and reports.
//
// /proc/sys/net shows the reader's network namespace, so it needs no separate
// mount. /sys stays the host's: we do not use it.
func settleMounts() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if os.Getpid() == 1 {
		if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
			return fmt.Errorf("mount /proc: %w", err)
		}
	}
	kept := openOwn(privateFolder)
	if err := unix.Mount("tmpfs", privateFolder, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return fmt.Errorf("mount %s: %w", privateFolder, err)
	}
	for _, f := range kept {
		defer f.Close()
		if err := putBack(f); err != nil {
			return fmt.Errorf("mount %s: %w", f.Name(), err)
		}
	}
	return nil
}

// openOwn opens the user's own folders in a folder of the host, and those that
// contain one folder per user.
func openOwn(folder string) []*os.File {
	entries, _ := os.ReadDir(folder) // one that cannot be read has nothing to keep
	var own []*os.File
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		var s unix.Stat_t
		if err := unix.Lstat(path, &s); err != nil {
			continue
		}
		his := int(s.Uid) == os.Getuid() // root of the host has no number in here
		if perUser := e.Name() == "user" || e.Name() == "media"; !e.IsDir() || !his && !perUser {
			continue
		}
		fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err == nil {
			own = append(own, os.NewFile(uintptr(fd), path))
		}
	}
	return own
}

// putBack mounts a folder at its original path, with everything mounted below
// it.
func putBack(f *os.File) error {
	if err := os.Mkdir(f.Name(), 0o755); err != nil {
		return err
	}
	return unix.Mount(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), f.Name(), "", unix.MS_BIND|unix.MS_REC, "")
}

// explainUser says which of the settings that forbid user namespaces is set.
func explainUser(err error) error {
	for _, setting := range []struct{ name, forbids string }{
		{"user/max_user_namespaces", "0"},
		{"kernel/unprivileged_userns_clone", "0"},
		{"kernel/apparmor_restrict_unprivileged_userns", "1"},
	} {
		value, readErr := os.ReadFile("/proc/sys/" + setting.name)
		if readErr == nil && strings.TrimSpace(string(value)) == setting.forbids {
			return fmt.Errorf("%w: %w: the sysctl %s is %s", err, ErrPrivilege,
				strings.ReplaceAll(setting.name, "/", "."), setting.forbids)
		}
	}
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EUSERS) {
		return fmt.Errorf("%w: %w: user.max_user_namespaces", err, ErrLimit)
	}
	return err
}
