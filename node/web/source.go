package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/valyala/fasthttp"
)

// headLimit is the maximum size of a message's head; real servers have such
// limits too (nginx: four buffers of 8 KiB).
const headLimit = 64 << 10

// errHeadLimit reports a head that does not end: an error of the sender, not of
// the connection.
var errHeadLimit = errors.New("web: message head: longer than 64 KiB")

// source reads a connection and remembers how it ended: parsers report a broken
// connection and a malformed message by the same errors.
type source struct {
	conn   Conn
	err    error // of the connection
	budget int   // bytes that the current head may still use

	// in is taken from the pool when bytes have arrived and put back when all have
	// been read: most connections are idle most of the time.
	in *inbox
}

// maxBody is the budget for reading a body: unlimited.
const maxBody = int(^uint(0) >> 1)

// await parks until the first byte of a message has arrived. Errors are the
// connection's.
func (s *source) await() error {
	if s.in == nil {
		if err := s.conn.AwaitRead(); err != nil {
			s.err = err
			return err
		}
		s.in = inboxes.Get().(*inbox)
		s.in.Reset(s)
	}
	s.budget = headLimit
	_, err := s.in.Peek(1)
	return err
}

// readHead reads the head of a message into one of the heads of the inbox. The
// error is the connection's, or else the sender's.
func (s *source) readHead(h interface{ Read(*bufio.Reader) error }) error {
	err := h.Read(s.in.Reader)
	if err != nil && tooSmall(err) {
		s.in.grow(s)
		err = h.Read(s.in.Reader)
	}
	switch {
	case err == nil:
		s.budget = maxBody
		return nil
	case s.err != nil:
		return s.err
	case s.budget <= 0:
		return errHeadLimit
	}
	// fasthttp's error repeats the whole message.
	part, _ := s.in.Peek(min(s.in.Buffered(), 60))
	return fmt.Errorf("web: malformed head: %q", part)
}

// tooSmall reports whether a head did not fit into the buffer.
func tooSmall(err error) bool {
	var small *fasthttp.ErrSmallBuffer
	return errors.As(err, &small)
}

// rest puts the inbox back, unless there are bytes that nobody has read.
func (s *source) rest() {
	if s.in != nil && s.in.Buffered() == 0 {
		s.release()
	}
}

// release puts the inbox back.
func (s *source) release() {
	if s.in == nil {
		return
	}
	s.in.Reset(nil)
	s.in.body = bodyReader{}
	if s.in.Size() == readSize {
		inboxes.Put(s.in)
	}
	s.in = nil
}

func (s *source) Read(b []byte) (int, error) {
	if s.budget <= 0 {
		return 0, errHeadLimit
	}
	n, err := s.conn.Read(b)
	s.budget -= n
	if err != nil {
		s.err = err
	}
	return n, err
}

// The buffers are shared by all connections of the process. Their previous
// contents do not affect what is read or written.
const (
	readSize  = 4 << 10
	writeSize = 16 << 10
)

// inbox is what is needed to read messages: a buffer and the head and body of
// the current message. The heads are fasthttp's, which are reused without
// allocating: net/http allocates some ten times for each.
type inbox struct {
	*bufio.Reader
	request fasthttp.RequestHeader
	answer  fasthttp.ResponseHeader
	body    bodyReader
}

var inboxes = sync.Pool{New: func() any {
	in := &inbox{Reader: bufio.NewReaderSize(nil, readSize)}
	in.answer.SetNoDefaultContentType(true)
	return in
}}

// grow replaces the buffer by one for the longest head. Such an inbox does not
// go back to the pool.
func (in *inbox) grow(s *source) {
	part, _ := in.Peek(in.Buffered())
	in.Reader = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(part)), s), headLimit+1)
}

// outbox is a pooled buffer for outgoing messages.
type outbox struct{ b []byte }

var outboxes = sync.Pool{New: func() any { return &outbox{make([]byte, 0, writeSize+1<<10)} }}
