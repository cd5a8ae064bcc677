//go:build linux

package testbed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"github.com/cablepull/cablepull/netfab/netns"
)

// process is a node process as the coordinator sees it.
type process struct {
	cmd     *exec.Cmd
	control *os.File
	out     *json.Encoder
	in      *json.Decoder
	said    *tail // on its standard error
	ended   chan struct{}
	err     error // of Wait; valid once ended is closed
}

// spawn starts a node process inside a namespace. The kernel kills it when this
// process dies.
func spawn(space *netns.Namespace, verb string) (*process, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "control"), os.NewFile(uintptr(pair[1]), "control")
	defer theirs.Close()
	p := &process{control: ours, said: &tail{}, ended: make(chan struct{})}
	p.cmd = exec.Command("/proc/self/exe", verb)
	p.cmd.Stderr = p.said
	p.cmd.ExtraFiles = []*os.File{theirs}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	// A world runs one goroutine at a time, and many nodes share few processors.
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	if err := space.Do(p.cmd.Start); err != nil {
		ours.Close()
		return nil, fmt.Errorf("start node process: %w", err)
	}
	p.out, p.in = json.NewEncoder(ours), json.NewDecoder(ours)
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// kill ends the process at once and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it fails only when the process is gone
	<-p.ended
	p.control.Close()
}

// signal sends SIGSTOP or SIGCONT.
func (p *process) signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// lastWords returns what the process wrote on its standard error at the end.
func (p *process) lastWords() string { return strings.TrimSpace(p.said.String()) }

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

const tailMax = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(b)
	if over := t.text.Len() - tailMax; over > 0 {
		t.text.Next(over)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
