package web

import (
	"bufio"
	"errors"
	"net"
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
	conn   net.Conn
	err    error // of the connection
	budget int   // bytes that the current head may still use
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
