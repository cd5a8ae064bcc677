//go:build linux

package realhost

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/child"
)

// The bounds of what is kept of the output of a program, whatever it writes.
const (
	// RecordedMax is how many bytes of a program's output, over all its starts,
	// are written to its file. It says so where it was cut.
	RecordedMax = 16 << 20

	// SaidMax is how many lines of one start of a program become events.
	SaidMax = 1000

	lineMax  = 400                  // bytes of a line that becomes an event
	floodGap = 2 * time.Millisecond // between two looks at one that has used up its file
	outputIn = 64 << 10             // bytes taken at once: what a pipe holds
)

// recorder is the file of a program's output. Without a directory for it
// nothing is written. Each start of the program writes to it, and what a child
// of an earlier one still says comes while the next one runs.
type recorder struct {
	mu      sync.Mutex
	file    io.Writer // nil: nothing is written
	written int
}

// recorder returns the recorder of a program, which outlives it.
func (h *Host) recorder(name string) (*recorder, error) {
	if r := h.recorders[name]; r != nil {
		return r, nil
	}
	r := &recorder{}
	if h.run.Output != nil {
		file, err := h.run.Output(h.Node + "." + name + ".log")
		if err != nil {
			return nil, fmt.Errorf("file for its output: %w", err)
		}
		r.file = file
	}
	h.recorders[name] = r
	return r, nil
}

// full reports whether nothing more is written.
func (r *recorder) full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.written >= RecordedMax
}

// write appends to the file what still fits.
func (r *recorder) write(b []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.written >= RecordedMax {
		return nil
	}
	b = b[:min(len(b), RecordedMax-r.written)]
	r.written += len(b)
	if r.file == nil {
		return nil
	}
	_, err := r.file.Write(b)
	if err == nil && r.written >= RecordedMax {
		_, err = fmt.Fprintf(r.file, "\ncablepull: cut here: it wrote more than %d MiB\n", RecordedMax>>20)
	}
	return err
}

// output takes down what one start of a program says, on a goroutine of its
// own. The program never waits for it: what is too much is read and thrown
// away.
type output struct {
	pipe *os.File
	tail child.Tail // its end
	line []byte
	done chan struct{} // closed when the program and its children can say nothing more
	hear func(line string)
}

// listen takes down what a program says.
func (h *Host) listen(p *program, pipe *os.File, r *recorder) *output {
	o := &output{pipe: pipe, done: make(chan struct{})}
	o.hear = h.hearing(p)
	go func() {
		defer close(o.done)
		defer pipe.Close()
		if err := o.take(r); err != nil {
			h.Fail(programError(p.name, fmt.Errorf("its output: %w", err)))
		}
	}()
	return o
}

// take reads until the pipe ends. An error is one of the file.
func (o *output) take(r *recorder) error {
	buffer := make([]byte, outputIn)
	for {
		n, err := o.pipe.Read(buffer)
		if n > 0 {
			o.tail.Write(buffer[:n])
			o.lines(buffer[:n])
			if err := r.write(buffer[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			o.lines([]byte("\n")) // the last line has none
			if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
				return nil
			}
			return err
		}
		if r.full() {
			// A flood must not take the processor from the fabric: its program is slowed to
			// 32 MB/s, as by a disk.
			time.Sleep(floodGap)
		}
	}
}

// lines hands over the lines that are complete, cut if they are long.
func (o *output) lines(b []byte) {
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		part := b
		if end >= 0 {
			part = b[:end]
		}
		o.line = append(o.line, part[:min(len(part), lineMax-len(o.line))]...)
		if end < 0 {
			return
		}
		if len(o.line) > 0 {
			o.hear(string(o.line))
		}
		o.line, b = o.line[:0], b[end+1:]
	}
}

// endPatience is how long a child that left its program's process group may
// keep the pipe before nobody listens to it any more.
const endPatience = 200 * time.Millisecond

// end waits until all that an ended program said has been taken down.
func (o *output) end() {
	select {
	case <-o.done:
	case <-time.After(endPatience):
		o.pipe.Close() // ends take
		<-o.done
	}
}

// hearing returns the function that handles each line of a program: one that
// the scenario watches for becomes an event, and one may show that the programs
// are ready.
func (h *Host) hearing(p *program) func(line string) {
	watch := compile(h.cfg.Exec.Watch)
	ready := compile(h.cfg.Exec.Ready.Log)
	if p.name != h.cfg.Exec.Name {
		ready = nil
	}
	said := 0
	return func(line string) {
		if ready != nil && ready.MatchString(line) {
			ready = nil
			h.said(p)
		}
		if watch == nil || said > SaidMax || p.mute.Load() || !watch.MatchString(line) {
			return
		}
		said++
		line = printable(line)
		if said > SaidMax {
			line = fmt.Sprintf("(no more than %d lines become events)", SaidMax)
		}
		h.Bed.Journal.Add(event.Event{At: h.Bed.Clock.Now(), Node: h.Node, What: event.ProgramSaid{Program: p.name, Line: line}})
	}
}

// compile returns nothing for no expression. The topology has been checked.
func compile(expression string) *regexp.Regexp {
	if expression == "" {
		return nil
	}
	return regexp.MustCompile(expression)
}

// printable leaves out what would disturb a terminal.
func printable(line string) string {
	return strings.Map(func(c rune) rune {
		if c == '\t' {
			return ' '
		}
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(line, ""))
}
