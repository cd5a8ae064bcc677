//go:build linux

package testbed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
)

// process is a node process as the coordinator sees it.
type process struct {
	cmd     *exec.Cmd
	control *os.File
	out     *json.Encoder
	in      *json.Decoder
	said    *tail // on its standard error

	ended chan struct{} // closed when it is gone
	exit  error         // of Wait; valid once ended is closed

	ready    chan struct{} // closed when it is configured
	heard    chan struct{} // closed when nothing more will be heard of it
	fate     error         // why; nil if it has finished; valid once heard is closed
	answered atomic.Bool   // a ping, since the watchdog looked
}

// spawn starts a part of this program inside a namespace. The kernel kills it
// when this process dies.
func spawn(space *netns.Namespace, part string) (*process, error) {
	ours, theirs, err := controlSocket()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	p := &process{
		control: ours, out: json.NewEncoder(ours), in: json.NewDecoder(ours), said: &tail{},
		ended: make(chan struct{}), ready: make(chan struct{}), heard: make(chan struct{}),
	}
	p.cmd = exec.Command(self, part)
	p.cmd.Stderr = p.said
	p.cmd.ExtraFiles = []*os.File{theirs}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	// A world runs one goroutine at a time, and many nodes share few processors:
	// they need not collect garbage while all of them start.
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=2", "GOGC=400")
	if err := space.Do(p.cmd.Start); err != nil {
		ours.Close()
		return nil, fmt.Errorf("start node process: %w", err)
	}
	go func() {
		p.exit = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// controlSocket makes the two ends of a control socket: ours, and the one that a
// process finds as controlFD.
func controlSocket() (ours, theirs *os.File, err error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	return os.NewFile(uintptr(pair[0]), "control"), os.NewFile(uintptr(pair[1]), "control"), nil
}

// shutWrite ends one way of a control socket: ours to the other end.
func shutWrite(socket *os.File) error {
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var shut error
	err = raw.Control(func(fd uintptr) { shut = syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	return errors.Join(err, shut)
}

// self is this very program, whatever has become of its file since.
const self = "/proc/self/exe"

// send writes an order. A process that does not read its orders is an error,
// since the coordinator must not wait for it.
func (p *process) send(o order, within time.Duration) error {
	if err := p.control.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	err := p.out.Encode(o)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("the node process has taken no order for %v", within)
	}
	return err
}

// listen takes notices until the process has finished, fails or is gone, and
// hands those of the run to hear.
func (p *process) listen(version string, hear func(notice) error) {
	defer close(p.heard)
	for {
		var n notice
		if err := p.in.Decode(&n); err != nil {
			p.fate = p.broken(err)
			return
		}
		if n.Stall != nil {
			_ = hear(notice{Stall: n.Stall}) // which is always welcome
		}
		switch {
		case n.Hello != nil && n.Hello.Version != version:
			p.fate = fmt.Errorf("the node process is of version %s, the coordinator of %s", n.Hello.Version, version)
			return
		case n.Hello != nil:
		case n.Failed != "":
			p.fate = errors.New(n.Failed)
			return
		case n.Ready:
			close(p.ready)
		case n.Pong:
			p.answered.Store(true)
		case n.Finished:
			return
		default:
			if p.fate = hear(n); p.fate != nil {
				return
			}
		}
	}
}

// await waits until the process is configured, and says why if it never is.
func (p *process) await(within time.Duration) error {
	select {
	case <-p.ready:
		return nil
	case <-p.heard:
		return p.fate
	case <-time.After(within):
		return p.late(within)
	}
}

// late says that the process is not ready in time.
func (p *process) late(within time.Duration) error {
	return p.withLastWords(fmt.Errorf("the node process is not ready after %v", within))
}

// isReady reports whether the process is configured.
func (p *process) isReady() bool {
	select {
	case <-p.ready:
		return true
	default:
		return false
	}
}

// broken says why a control socket has ended, mostly by how the process did.
func (p *process) broken(err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		return p.withLastWords(fmt.Errorf("control socket: %w", err))
	}
	select {
	case <-p.ended:
	case <-time.After(time.Second):
		return p.withLastWords(errors.New("the node process has closed its control socket"))
	}
	how := "exit status 0"
	if p.exit != nil {
		how = p.exit.Error()
	}
	return p.withLastWords(fmt.Errorf("the node process has ended: %s", how))
}

// withLastWords adds what the process wrote on its standard error at the end.
func (p *process) withLastWords(err error) error {
	if words := strings.TrimSpace(p.said.String()); words != "" {
		return fmt.Errorf("%w; it said: %s", err, words)
	}
	return err
}

// kill ends the process at once; that takes effect whatever it does, and once
// thawed if it is frozen.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it fails only when the process is gone
}

// bury waits until a killed process is gone and all it said has been heard.
func (p *process) bury() {
	<-p.ended
	<-p.heard
	p.control.Close() // nothing is left in it
}

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
