package web

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Link is the client's end of one connection. One request is in progress at a
// time. Send and Receive may be called by different procs, so that a proc
// waiting in Await on an idle connection sees at once that the server closed
// it.
type Link struct {
	source
}

// NewLink returns the client's end of conn. Release frees its buffers; the
// caller still has to close the connection.
func NewLink(conn Conn) *Link { return &Link{source{conn: conn}} }

// Release ends the use of the link.
func (l *Link) Release() { l.release() }

// Answer is what came back for a request.
type Answer struct {
	Status  int
	Node    string // name of the server in the answer; empty if absent
	Backend string // name of the server behind it; empty if it answered itself
	Size    int64  // bytes of the body
	Close   bool   // the server closes the connection after this answer
}

// MismatchError reports an answer that does not belong to its request, has
// wrong bytes, or is not HTTP.
type MismatchError struct{ Detail string }

func (e *MismatchError) Error() string { return "web: answer: " + e.Detail }

// Send writes a request. Errors are the connection's.
func (l *Link) Send(r *Request) error {
	box := outboxes.Get().(*outbox)
	defer outboxes.Put(box)
	_, err := l.conn.Write(append(r.appendHead(box.b[:0]), "\r\n"...))
	return err
}

// Await parks until the first byte of an answer arrives or the connection ends.
// Errors are the connection's; io.EOF if the server closed it.
func (l *Link) Await() error { return l.await() }

// Receive reads the whole answer to r. If the answer carries a request's number
// it must be r's, and its body that of r. Errors are a *MismatchError or the
// connection's; io.EOF or io.ErrUnexpectedEOF if the server closed it too
// early.
func (l *Link) Receive(r *Request) (Answer, error) {
	resp, err := l.Head(r)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Status: resp.StatusCode, Close: resp.Close}
	a.Node = first(resp.Header, headerNode)
	a.Backend = first(resp.Header, headerBackend)
	number := first(resp.Header, headerRequest)
	if number != "" && !isNumber(number, r.ID) {
		return a, &MismatchError{fmt.Sprintf("for request %.20s, want %d", number, r.ID)}
	}
	pattern := NewPattern(r.ID)
	a.Size, err = l.body(resp, &pattern, number != "")
	l.rest()
	return a, err
}

// Head reads the head of the answer to r; read the body from the response
// before the next request. Errors are those of Receive.
func (l *Link) Head(r *Request) (*http.Response, error) {
	for {
		if err := l.await(); err != nil {
			return nil, l.cause(err)
		}
		resp, err := http.ReadResponse(l.in, requestOf(r.Method))
		if err != nil {
			return nil, l.cause(err)
		}
		l.budget = maxBody
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, nil
		}
	}
}

// maxBody is the budget for reading a body: unlimited.
const maxBody = int(^uint(0) >> 1)

// body reads the body of resp. The body of a message of known length is
// compared in the reader's buffer, without copying.
func (l *Link) body(resp *http.Response, pattern *Pattern, check bool) (int64, error) {
	if resp.Body == http.NoBody {
		return 0, nil
	}
	if resp.ContentLength < 0 || len(resp.TransferEncoding) > 0 {
		return l.copyBody(resp.Body, pattern, check)
	}
	for left := resp.ContentLength; left > 0; {
		if _, err := l.in.Peek(1); err != nil {
			return resp.ContentLength - left, l.cause(err)
		}
		n := int(min(left, int64(l.in.Buffered())))
		part, _ := l.in.Peek(n)
		if check && !pattern.Check(part) {
			return resp.ContentLength - left, wrongBytes(resp.ContentLength - left)
		}
		l.in.Discard(n)
		left -= int64(n)
	}
	return resp.ContentLength, nil
}

// copyBody is body for messages whose end net/http must find.
func (l *Link) copyBody(body io.Reader, pattern *Pattern, check bool) (int64, error) {
	box := outboxes.Get().(*outbox)
	defer outboxes.Put(box)
	scratch := box.b[:readSize]
	var size int64
	for {
		n, err := body.Read(scratch)
		if check && !pattern.Check(scratch[:n]) {
			return size, wrongBytes(size)
		}
		size += int64(n)
		if err == io.EOF {
			return size, nil
		}
		if err != nil {
			return size, l.cause(err)
		}
	}
}

func wrongBytes(offset int64) error {
	return &MismatchError{fmt.Sprintf("body: wrong bytes after offset %d", offset)}
}

// cause returns the connection's error if err came from it, else err as a
// mismatch.
func (l *Link) cause(err error) error {
	if l.err != nil {
		return l.err
	}
	return &MismatchError{err.Error()}
}

// requestOf returns what net/http must know about a request to find the end of
// its answer.
func requestOf(method string) *http.Request {
	if method == http.MethodHead {
		return headRequest
	}
	return nil
}

var headRequest = &http.Request{Method: http.MethodHead}

func first(h http.Header, canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// isNumber reports whether text is id in decimal digits.
func isNumber(text string, id uint64) bool {
	var digits [20]byte
	return text == string(strconv.AppendUint(digits[:0], id, 10))
}
