//go:build linux

package realhost

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// program is a real program that was started on a real host.
type program struct {
	name string
	cmd  *exec.Cmd
	said *output
	mute atomic.Bool // its end and its words are no events any more

	ended  chan struct{} // closed when it is gone; the rest is valid then
	status string        // in words: exit 0, signal terminated
	failed bool          // it did not end by itself with exit 0
}

// launch starts a program in the host's namespace and group. The kernel kills
// it when this process dies.
func (h *Host) launch(name string) (*program, error) {
	recorder, err := h.recorder(name)
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirOut.Close()
	socket, theirSocket, err := child.Sockets()
	if err != nil {
		out.Close()
		return nil, err
	}
	defer theirSocket.Close()
	command := h.workspace.commands[name]
	p := &program{name: name, ended: make(chan struct{})}
	p.cmd = child.Command(child.Launch, append([]string{"--", h.workspace.run, h.workspace.owner.String()}, command...)...)
	p.cmd.Dir = h.workspace.dir
	p.cmd.Stdout, p.cmd.Stderr = theirOut, theirOut
	p.cmd.ExtraFiles = []*os.File{theirSocket}
	if disk := h.workspace.disk; disk != nil {
		p.cmd.ExtraFiles = append(p.cmd.ExtraFiles, disk.Mounts()) // see diskFD
	}
	p.cmd.Env = append(os.Environ(), "PATH="+strings.Join(append([]string{os.Getenv("PATH")}, moreFolders()...), ":"))
	if user := h.cfg.Exec.User; user != "" {
		p.cmd.Env = append(p.cmd.Env, "HOME="+h.workspace.dir, "USER="+user, "LOGNAME="+user)
	}
	if err := h.Namespace.Do(p.cmd.Start); err != nil {
		out.Close()
		socket.Close()
		return nil, fmt.Errorf("start: %w", err)
	}
	p.said = h.listen(p, out, recorder)
	held := make(chan struct{}) // closed when the launcher's place is taken, or empty
	go p.wait(h, held)
	if err := h.admit(p.cmd.Process.Pid); err != nil {
		socket.Close()
		close(held)
		p.kill()
		return nil, err
	}
	go p.hold(h, socket, held)
	return p, nil
}

// hold lets the launcher go on, and waits until the program has taken its
// place.
func (p *program) hold(h *Host, socket *os.File, held chan struct{}) {
	defer close(held)
	defer socket.Close()
	_, err := socket.WriteString(goWord)
	if err == nil {
		err = child.ShutWrite(socket)
	}
	word, readErr := io.ReadAll(socket)
	if err = cmp.Or(err, readErr); err == nil && len(word) > 0 {
		err = errors.New(string(word))
	}
	h.Bed.Loop.Post(sim.Func(func() { h.placed(p, err) }))
}

// admit takes a process into the group. Where that is no cgroup, and so forgets
// its own when this process dies, the reaper remembers them.
func (h *Host) admit(pid int) error {
	if err := h.Namespace.Group.Add(pid); err != nil {
		return err
	}
	if len(h.Namespace.Group.Folders()) > 0 {
		return nil
	}
	return h.Bed.Reaper.AddProcess(pid)
}

// wait waits for the end of the program and reports it. What it left in its
// process group ends with it, as under a service manager.
func (p *program) wait(h *Host, held chan struct{}) {
	err := p.cmd.Wait()
	at := h.Bed.Clock.Now()
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // mostly nobody is left
	p.failed = err != nil
	p.status = statusOf(p.cmd.ProcessState)
	close(p.ended)
	<-held // why it could not take its place comes first
	if p.mute.Load() {
		return
	}
	h.Bed.Journal.Add(event.Event{At: at, Node: h.Node, What: event.ProgramEnded{Program: p.name, Status: p.status}})
	h.Bed.Loop.Post(sim.Func(func() { h.ended(p) }))
}

// statusOf says how a process ended.
func statusOf(s *os.ProcessState) string {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return "signal " + w.Signal().String()
	}
	return fmt.Sprint("exit ", s.ExitCode())
}

// over reports whether the program has ended.
func (p *program) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// computes reports whether the program has something to do or to read from
// disk, and is not one that waits for a request or has ended
// (proc_pid_stat(5)).
func (p *program) computes() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, rest, found := strings.Cut(string(stat), ") ") // of the name
	return err == nil && found && rest != "" && (rest[0] == 'R' || rest[0] == 'D')
}

// signals are those of topology.Stop.
var signals = map[string]syscall.Signal{
	"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "HUP": syscall.SIGHUP,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "KILL": syscall.SIGKILL,
}

// ask sends the program a signal. It fails only when the program is gone.
func (p *program) ask(signal string) { _ = p.cmd.Process.Signal(signals[signal]) }

// kill ends the program and what is in its process group at once.
func (p *program) kill() {
	if !p.over() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it fails only when all are gone
	}
}

// reap waits until a program whose group was killed is gone and all it said has
// been taken down.
func (p *program) reap() {
	<-p.ended
	p.said.end()
}

// withLastWords adds what the program wrote at the end.
func (p *program) withLastWords(err error) error {
	if p.over() {
		p.said.end()
	}
	if words := strings.TrimSpace(p.said.tail.String()); words != "" {
		return fmt.Errorf("%w; it said: %s", err, words)
	}
	return fmt.Errorf("%w; it said nothing", err)
}
