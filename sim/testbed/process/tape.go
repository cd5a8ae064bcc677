//go:build linux

package process

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
)

// A tape is a file in memory to which a node process writes its events, a line
// each. What it has written is still there when it is killed. A socket would do
// as well, but each event would wake the coordinator, and the monitor threads
// of both runtimes: that was a tenth of the cost of a run.

// tapeFD is where a node process finds its tape, next to its control socket.
const tapeFD = 4

func newTape() (*os.File, error) { return netns.NewMemoryFile("events") }

// recorder writes the tape of this process. It belongs to one goroutine.
type recorder struct {
	fd   int
	line []byte
}

// write adds an event.
func (r *recorder) write(e event.Event) error {
	r.line = append(event.AppendJSON(r.line[:0], e), '\n')
	return netns.WriteMemory(r.fd, r.line)
}

// playback reads the tape of a process, any number of times while that writes
// it. Any goroutine may use it.
type playback struct {
	mu   sync.Mutex
	file *os.File
	at   int64  // where the next read begins
	part []byte // of a line whose end has not been read
}

// read hands on the events that were written since the last read.
func (p *playback) read(hear func(event.Event)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	buffer, from := make([]byte, 16<<10), p.at
	for ended := false; !ended; {
		n, err := p.file.ReadAt(buffer, p.at)
		if ended = errors.Is(err, io.EOF); err != nil && !ended {
			return fmt.Errorf("events of the node process: %w", err)
		}
		p.at += int64(n)
		if err := p.take(buffer[:n], hear); err != nil {
			return err
		}
	}
	if p.at > from {
		netns.FreeMemory(p.file, from, p.at-from)
	}
	return nil
}

// take hands on the lines that end in data.
func (p *playback) take(data []byte, hear func(event.Event)) error {
	p.part = append(p.part, data...)
	rest := p.part
	for {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if !ended {
			break
		}
		e, err := event.ParseJSON(line)
		if err != nil {
			return err
		}
		hear(e)
		rest = after
	}
	p.part = append(p.part[:0], rest...)
	return nil
}

// close ends the playback. Its process may go on writing.
func (p *playback) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.file.Close()
}
