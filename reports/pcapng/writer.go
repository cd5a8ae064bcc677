package pcapng

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// Writer writes one capture. What it has not yet written out it can still
// amend, which is how a frame that was lost on its way gets a comment.
type Writer struct {
	w      io.Writer
	err    error // the first one; after it nothing is written
	buffer []byte
	tail   []packet // packets in buffer, oldest first
	ports  map[string]int
	marks  []string // comments for the next frame
	frames uint64
}

// packet is a frame in the buffer.
type packet struct {
	offset int // of its block
	iface  int
	size   int // of its data
}

// The buffer is written out when it holds bufferFull bytes, but for the newest
// bufferKept, which may still be amended.
const (
	bufferFull = 1 << 20
	bufferKept = 256 << 10
)

// NewWriter begins a capture on w. Application and comment are shown by
// Wireshark's file properties, the comment also by the marker of instant 0, to
// which relative times refer. Errors of w are reported by Close.
func NewWriter(w io.Writer, application, comment string) *Writer {
	buffer := appendSection(make([]byte, 0, bufferFull+64<<10), clean(application), clean(comment))
	return &Writer{w: w, buffer: appendJournal(buffer, 0, clean("instant 0: "+comment)), ports: map[string]int{}}
}

// Interface returns the number of the interface called name, such as a.lan. The
// first time it adds it to the capture.
func (w *Writer) Interface(name string) int {
	number, known := w.ports[name]
	if !known {
		number = len(w.ports)
		w.ports[name] = number
		w.buffer = appendInterface(w.buffer, clean(name))
	}
	return number
}

// Frame writes a frame that was sent on the interface at the instant at. It
// keeps nothing of data.
func (w *Writer) Frame(at time.Duration, iface int, data []byte) {
	w.frames++
	w.packet(at, iface, data, w.marks)
	w.marks = w.marks[:0]
}

func (w *Writer) packet(at time.Duration, iface int, data []byte, comments []string) {
	if len(w.buffer) >= bufferFull {
		w.writeOut(len(w.buffer) - bufferKept)
	}
	w.tail = append(w.tail, packet{len(w.buffer), iface, len(data)})
	w.buffer = appendPacket(w.buffer, at, iface, data, comments)
}

// Lost says that a frame sent on the interface was lost: the comment, such as
// "lost to b.lan: partition a | b", goes onto the frame. If there is none like
// it in the buffer, because it never left the node or left it long ago, it is
// written now, at the instant at.
func (w *Writer) Lost(at time.Duration, iface int, data []byte, comment string) {
	comment = clean(comment)
	for i := len(w.tail) - 1; i >= 0; i-- {
		p := w.tail[i]
		if p.iface != iface || p.size != len(data) {
			continue
		}
		start := p.offset + packetHead
		if bytes.Equal(w.buffer[start:start+p.size], data) {
			w.amend(i, comment)
			return
		}
	}
	w.packet(at, iface, data, []string{comment})
}

// amend adds a comment to the block of the packet tail[i].
func (w *Writer) amend(i int, comment string) {
	begin := w.tail[i].offset
	size := int(order.Uint32(w.buffer[begin+4:]))
	block := withComment(w.buffer[begin:begin+size], comment)
	behind := w.buffer[begin+size:]
	grown := len(block) - size
	w.buffer = append(w.buffer, block[:grown]...) // room; the content follows
	copy(w.buffer[begin+len(block):], behind)
	copy(w.buffer[begin:], block)
	for j := i + 1; j < len(w.tail); j++ {
		w.tail[j].offset += grown
	}
}

// Mark writes a line of text between the frames, such as "fault: pull a.lan".
func (w *Writer) Mark(at time.Duration, text string) {
	text = clean(text)
	w.buffer = appendJournal(w.buffer, at, text)
	w.marks = append(w.marks, text)
}

// Frames returns the number of frames written.
func (w *Writer) Frames() uint64 { return w.frames }

// writeOut writes at least the first size bytes of the buffer, to the end of a
// block, and moves the rest to the front.
func (w *Writer) writeOut(size int) {
	kept := 0 // first packet that stays
	for kept < len(w.tail) && w.tail[kept].offset < size {
		kept++
	}
	cut := len(w.buffer)
	if kept < len(w.tail) {
		cut = w.tail[kept].offset
	}
	w.write(w.buffer[:cut])
	w.buffer = append(w.buffer[:0], w.buffer[cut:]...)
	w.tail = append(w.tail[:0], w.tail[kept:]...)
	for i := range w.tail {
		w.tail[i].offset -= cut
	}
}

func (w *Writer) write(data []byte) {
	if w.err != nil {
		return
	}
	if _, err := w.w.Write(data); err != nil {
		w.err = fmt.Errorf("pcapng: write: %w", err)
	}
}

// Close writes out what is left and returns the first error of all. It does not
// close the underlying writer.
func (w *Writer) Close() error {
	w.write(w.buffer)
	w.buffer, w.tail = w.buffer[:0], w.tail[:0]
	return w.err
}
