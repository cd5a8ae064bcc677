package web

import (
	"bufio"
	"errors"
	"io"
	"net/http/httputil"
)

// bodyReader reads the body of a message up to its end.
type bodyReader struct {
	in     *bufio.Reader
	left   int64     // bytes that are still to come, if the length is known
	chunks io.Reader // of a chunked body
	open   bool      // it ends with the connection
}

// newBodyReader returns the body of a message whose head says length, as
// fasthttp does: -1 is chunked, -2 unknown.
func newBodyReader(in *bufio.Reader, length int) bodyReader {
	switch length {
	case -1:
		return bodyReader{in: in, chunks: httputil.NewChunkedReader(in)}
	case -2:
		return bodyReader{in: in, open: true}
	}
	return bodyReader{in: in, left: int64(length)}
}

// empty reports whether all of it has been read.
func (b *bodyReader) empty() bool { return b.left == 0 && b.chunks == nil && !b.open }

// Read implements io.Reader.
func (b *bodyReader) Read(p []byte) (int, error) {
	switch {
	case b.chunks != nil:
		n, err := b.chunks.Read(p)
		if err == io.EOF {
			b.chunks = nil
			err = b.trailer()
		}
		return n, err
	case b.open:
		n, err := b.in.Read(p)
		b.open = err == nil
		return n, err
	case b.left == 0:
		return 0, io.EOF
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	if b.left -= int64(n); err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// trailer drops the fields after the last chunk and returns io.EOF.
func (b *bodyReader) trailer() error {
	for {
		line, err := b.in.ReadSlice('\n')
		switch {
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return err
		case len(line) <= len("\r\n"):
			return io.EOF
		}
	}
}

// drop reads the rest.
func (b *bodyReader) drop() error {
	if b.empty() {
		return nil
	}
	_, err := io.Copy(io.Discard, b)
	return err
}
