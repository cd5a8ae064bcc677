package web

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Link is the client's end of one connection. One request is in progress at a
// time. Send and Receive may be called by different procs, so that a proc
// waiting in Await on an idle connection sees at once that the server closed
// it.
type Link struct {
	source
	head          Head
	node, backend string // in the last answer
}

// NewLink returns the client's end of conn. Release frees its buffers; the
// caller still has to close the connection.
func NewLink(conn Conn) *Link { return &Link{source: source{conn: conn}} }

// Release ends the use of the link.
func (l *Link) Release() { l.release() }

// Answer is what came back for a request.
type Answer struct {
	Status  int
	Node    string // name of the server in the answer; empty if absent
	Backend string // name of the server behind it; empty if it answered itself
	Size    int64  // bytes of the body
	Close   bool   // the server closes the connection after this answer
	Cookies string // values of its Set-Cookie headers, each in a line
}

// MismatchError reports an answer that does not belong to its request, has
// wrong bytes, or is not HTTP.
type MismatchError struct{ Detail string }

func (e *MismatchError) Error() string { return "web: answer: " + e.Detail }

// Send writes a request. Errors are the connection's.
func (l *Link) Send(r *Request) error {
	box := outboxes.Get().(*outbox)
	defer outboxes.Put(box)
	b := r.appendHead(box.b[:0])
	if r.Body != nil {
		b = r.Body.append(b) // a long body gets a buffer of its own
	} else {
		b = append(b, "\r\n"...)
	}
	_, err := l.conn.Write(b)
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
	h, err := l.Head(r)
	if err != nil {
		return Answer{}, err
	}
	head := &l.in.answer
	l.node, l.backend = same(l.node, head.Peek(headerNode)), same(l.backend, head.Peek(headerBackend))
	a := Answer{Status: h.Status, Node: l.node, Backend: l.backend, Close: h.Close, Cookies: strings.Join(h.Cookies(), "\n")}
	number := head.Peek(headerRequest)
	if len(number) > 0 && !isNumber(number, r.ID) {
		return a, &MismatchError{fmt.Sprintf("for request %.20s, want %d", number, r.ID)}
	}
	a.Size, err = l.check(r.ID, len(number) > 0)
	l.rest()
	return a, err
}

// Head is the head of an answer. The body that follows it is read with Read,
// before the next request.
type Head struct {
	Status int
	Length int64 // of the body; negative: unknown until it has been read
	Close  bool  // the server closes the connection after this answer

	link *Link
}

// Header returns the value of a header; empty if there is none.
func (h *Head) Header(name string) string { return string(h.link.in.answer.Peek(name)) }

// Read implements io.Reader. Its error is io.ErrUnexpectedEOF if the connection
// ends in the middle of the body.
func (h *Head) Read(b []byte) (int, error) {
	if h.link.in == nil {
		return 0, io.EOF
	}
	return h.link.in.body.Read(b)
}

// Cookies returns the values of the Set-Cookie headers, nil if there are none.
func (h *Head) Cookies() (all []string) {
	for _, value := range h.link.in.answer.Cookies() {
		all = append(all, string(value))
	}
	return all
}

// Head reads the head of the answer to r. Errors are those of Receive.
func (l *Link) Head(r *Request) (*Head, error) {
	for {
		err := l.await()
		if err == nil {
			err = l.readHead(&l.in.answer)
		}
		if err != nil {
			return nil, l.cause(err)
		}
		h := &l.in.answer
		status, length := h.StatusCode(), h.ContentLength()
		if status < 200 && status != http.StatusSwitchingProtocols {
			continue
		}
		if !bodyAllowed(status) {
			length = 0
		}
		l.head = Head{Status: status, Length: int64(max(length, -1)), Close: h.ConnectionClose(), link: l}
		if r.Method == http.MethodHead {
			if length == -2 { // fasthttp expects a body that ends with the connection
				l.head.Close = !h.IsHTTP11()
			}
			length = 0
		}
		l.in.body = newBodyReader(l.in.Reader, length)
		return &l.head, nil
	}
}

// check reads the body and compares it with that of request id, if it must be
// equal. A body of known length is compared in the reader's buffer, without
// copying.
func (l *Link) check(id uint64, equal bool) (int64, error) {
	if l.in.body.empty() {
		return 0, nil
	}
	pattern := NewPattern(id)
	if l.head.Length < 0 {
		return l.checkCopy(&pattern, equal)
	}
	length := l.in.body.left
	for left := &l.in.body.left; *left > 0; {
		if _, err := l.in.Peek(1); err != nil {
			return length - *left, l.cause(err)
		}
		n := int(min(*left, int64(l.in.Buffered())))
		part, _ := l.in.Peek(n)
		if equal && !pattern.Check(part) {
			return length - *left, wrongBytes(length - *left)
		}
		l.in.Discard(n)
		*left -= int64(n)
	}
	return length, nil
}

// checkCopy is check for bodies of unknown length.
func (l *Link) checkCopy(pattern *Pattern, equal bool) (int64, error) {
	box := outboxes.Get().(*outbox)
	defer outboxes.Put(box)
	scratch := box.b[:readSize]
	var size int64
	for {
		n, err := l.head.Read(scratch)
		if equal && !pattern.Check(scratch[:n]) {
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

// isNumber reports whether text is id in decimal digits.
func isNumber(text []byte, id uint64) bool {
	var digits [20]byte
	return string(text) == string(strconv.AppendUint(digits[:0], id, 10))
}
