package web

import (
	"bufio"
	"errors"
	"sync"
)

// headLimit is the maximum size of a message's head; real servers have such
// limits too (nginx: four buffers of 8 KiB).
const headLimit = 64 << 10

// errHeadLimit reports a head that does not end: an error of the sender, not of
// the connection.
var errHeadLimit = errors.New("web: message head: longer than 64 KiB")

// source reads a connection and remembers how it ended: net/http reports a
// broken connection and a malformed message by the same errors.
type source struct {
	conn   Conn
	err    error // of the connection
	budget int   // bytes that the current head may still use

	// in reads the source. It has a buffer of its own, so it is taken from the
	// pool when bytes have arrived and put back when all have been read: most
	// connections are idle most of the time.
	in *bufio.Reader
}

// await parks until the first byte of a message has arrived. Errors are the
// connection's.
func (s *source) await() error {
	if s.in == nil {
		if err := s.conn.AwaitRead(); err != nil {
			s.err = err
			return err
		}
		s.in = readers.Get().(*bufio.Reader)
		s.in.Reset(s)
	}
	s.budget = headLimit
	_, err := s.in.Peek(1)
	return err
}

// rest puts the reader back, unless there are bytes that nobody has read.
func (s *source) rest() {
	if s.in != nil && s.in.Buffered() == 0 {
		s.release()
	}
}

// release puts the reader back.
func (s *source) release() {
	if s.in != nil {
		s.in.Reset(nil)
		readers.Put(s.in)
		s.in = nil
	}
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

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readSize) }}

// outbox is a pooled buffer for outgoing messages.
type outbox struct{ b []byte }

var outboxes = sync.Pool{New: func() any { return &outbox{make([]byte, 0, writeSize+1<<10)} }}
