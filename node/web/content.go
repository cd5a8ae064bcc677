package web

import (
	"net/http"
	"strconv"
)

// Content is an answer with a body of its own. It does not carry the request's
// number: the body does not follow from it, and no receiver can check it.
type Content struct {
	Status int
	Type   string // its Content-Type
	Body   string
}

// AnswerWith sends an answer with a body of its own. Errors are the
// connection's.
func (x *Exchange) AnswerWith(c Content) error {
	b := x.AppendHead(nil, c.Status, false)
	if bodyAllowed(c.Status) {
		b = append(append(append(b, "Content-Type: "...), c.Type...), "\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(c.Body)), 10), "\r\n"...)
	}
	b = append(b, "\r\n"...)
	if bodyAllowed(c.Status) && x.Request.Method != http.MethodHead {
		b = append(b, c.Body...)
	}
	return x.write(b)
}

// AppendHead appends the status line and the headers that every answer has,
// without the empty line. Numbered says that the body is made from the
// request's number.
func (x *Exchange) AppendHead(b []byte, status int, numbered bool) []byte {
	b = appendStatus(b, status)
	if numbered {
		b = append(b, headerRequest+": "...)
		b = strconv.AppendUint(b, x.Request.ID, 10)
		b = append(b, "\r\n"...)
	}
	return x.appendOwn(b)
}

// Raw sends bytes as they are, in place of an answer or of a part of it: what a
// misbehaving server sends. Errors are the connection's.
func (x *Exchange) Raw(b []byte) error { return x.write(b) }

// EndAfter makes the connection end after this answer. Heads that follow say
// so.
func (x *Exchange) EndAfter() { x.last = true }
