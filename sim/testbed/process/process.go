//go:build linux

package process

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// process is a node process as the coordinator sees it.
type process struct {
	cmd     *exec.Cmd
	control *os.File
	out     *json.Encoder
	in      *json.Decoder
	events  playback
	said    *child.Tail // on its standard error

	ended chan struct{} // closed when it is gone
	exit  error         // of Wait; valid once ended is closed

	ready    chan struct{} // closed when it is configured
	heard    chan struct{} // closed when nothing more will be heard of it
	outcome  error         // why; nil if it has finished; valid once heard is closed
	answered atomic.Bool   // it has answered a ping since the watchdog last looked
}

// spawn starts a node process inside a namespace, with the node's disk. The
// kernel kills it when this process dies.
func spawn(space *netns.Namespace, disk *os.File) (*process, error) {
	ours, theirs, err := child.Sockets()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	tape, err := newTape()
	if err != nil {
		ours.Close()
		return nil, err
	}
	p := &process{
		control: ours, out: json.NewEncoder(ours), in: json.NewDecoder(ours), events: playback{file: tape}, said: &child.Tail{},
		ended: make(chan struct{}), ready: make(chan struct{}), heard: make(chan struct{}),
	}
	p.cmd = child.Command(child.Node)
	p.cmd.Stderr = p.said
	p.cmd.ExtraFiles = []*os.File{theirs, tape, disk} // as ControlFD, tapeFD and diskFD
	// A world runs one goroutine at a time, and many nodes share few processors, so
	// they had better not collect garbage while all of them start.
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=2", "GOGC=400")
	if err := space.Do(p.cmd.Start); err != nil {
		ours.Close()
		tape.Close()
		return nil, fmt.Errorf("start node process: %w", err)
	}
	go func() {
		p.exit = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// send writes an order. It is an error if the process does not read it in time:
// the coordinator must not wait for it.
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
// hands those of the run to hear. It reads the events whenever the process
// shows that it lives, and when all of them are there.
func (p *process) listen(version string, hear func(notice), record func(event.Event)) {
	defer close(p.heard)
	defer func() { p.outcome = cmp.Or(p.outcome, p.events.read(record)) }()
	for {
		var n notice
		if err := p.in.Decode(&n); err != nil {
			p.outcome = p.broken(err)
			return
		}
		if n.Stall != nil {
			hear(notice{Stall: n.Stall})
		}
		switch {
		case n.Hello != nil && n.Hello.Version != version:
			p.outcome = fmt.Errorf("the node process is of version %s, the coordinator of %s", n.Hello.Version, version)
			return
		case n.Hello != nil:
		case n.Refused != nil:
			p.outcome = n.Refused.error()
			return
		case n.Failed != "":
			p.outcome = errors.New(n.Failed)
			return
		case n.Ready:
			close(p.ready)
		case n.Pong:
			p.answered.Store(true)
			if p.outcome = p.events.read(record); p.outcome != nil {
				return
			}
		case n.Finished:
			return
		default:
			hear(n)
		}
	}
}

// await waits until the process is configured, and says why if it never is.
func (p *process) await(within time.Duration) error {
	select {
	case <-p.ready:
		return nil
	case <-p.heard:
		return p.outcome
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

// reap waits until a killed process is gone and all it said has been heard.
func (p *process) reap() {
	<-p.ended
	<-p.heard
	p.control.Close() // nothing is left in it
	p.events.close()
}
