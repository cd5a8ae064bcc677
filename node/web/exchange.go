package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
)

// Exchange is one request of a connection and its answer.
type Exchange struct {
	Request Request
	// Edit changes a header of an answer that Relay forwards; nil changes none. It
	// ends with the request.
	Edit func(name string, value []byte) []byte

	serving  *serving
	old      bool // the request is of HTTP/1.0
	answered bool
	last     bool   // the connection ends after this answer
	fields   []byte // header lines that the server adds to the answer
}

// Client returns the client's end of the connection.
func (x *Exchange) Client() netip.AddrPort { return x.serving.conn.RemoteAddrPort() }

// Header returns the value of a header of the request; empty if it has none.
func (x *Exchange) Header(name string) string { return string(x.serving.in.request.Peek(name)) }

// AddHeader adds a header to the answer that is still to come. It must be legal
// in HTTP.
func (x *Exchange) AddHeader(name, value string) {
	x.fields = append(x.fields, name...)
	x.fields = append(append(append(x.fields, ": "...), value...), "\r\n"...)
}

// SetCookie adds a cookie to the answer that is still to come, as the value of
// a Set-Cookie header.
func (x *Exchange) SetCookie(value string) { x.AddHeader(headerSetCookie, value) }

// HasBody reports whether the request has a body. It is dropped after the
// answer.
func (x *Exchange) HasBody() bool { return !x.serving.in.body.empty() }

// ErrBodySize says that the body of a request is larger than the server takes.
var ErrBodySize = errors.New("web: request body: too large")

// TakeBody reads the body of the request, of at most limit bytes, so that it
// can be forwarded as part of Request. Errors are ErrBodySize and the
// connection's.
func (x *Exchange) TakeBody(limit int) error {
	if !x.HasBody() || x.Request.Body != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(&x.serving.in.body, int64(limit)+1))
	switch {
	case err != nil:
		return err
	case len(text) > limit:
		return ErrBodySize
	}
	x.Request.Body = &Body{Text: string(text), Type: x.Header("Content-Type"), SOAPAction: x.Header("Soapaction")}
	return nil
}

// Abort resets the connection instead of answering.
func (x *Exchange) Abort() {
	x.last = true
	x.serving.conn.Abort()
}

// begin takes the next request, or refuses it.
func (x *Exchange) begin(in *inbox) error {
	if err := x.Request.parse(&in.request); err != nil {
		x.refuse(err)
		return err
	}
	in.body = newBodyReader(in.Reader, in.request.ContentLength())
	in.body.open = false // without a length, a request has no body
	x.old = !in.request.IsHTTP11()
	// Keep-alive with HTTP/1.0 would need a header in the answer; no client that
	// matters uses it.
	x.fields, x.Edit = x.fields[:0], nil
	x.answered, x.last = false, in.request.ConnectionClose() || x.old
	return nil
}

// refuse answers an invalid request and ends the connection.
func (x *Exchange) refuse(err error) {
	b := append([]byte("HTTP/1.1 400 Bad Request\r\n"+headerNode+": "), x.serving.server.Node...)
	b = append(b, "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "...)
	text := err.Error() + "\n"
	b = strconv.AppendInt(b, int64(len(text)), 10)
	b = append(append(b, "\r\n\r\n"...), text...)
	x.serving.conn.Write(b) // the connection ends whether the client reads it or not
}

// Answer sends an answer of size bytes, made from the request's number. Errors
// are the connection's.
func (x *Exchange) Answer(status, size int) error {
	box := outboxes.Get().(*outbox)
	defer outboxes.Put(box)
	b := x.AppendHead(box.b[:0], status, true)
	if !bodyAllowed(status) {
		return x.write(append(b, "\r\n"...))
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(size), 10)
	b = append(b, "\r\n\r\n"...)
	if x.Request.Method == http.MethodHead {
		return x.write(b)
	}
	pattern := NewPattern(x.Request.ID)
	for {
		n := min(size, cap(b)-len(b))
		b = pattern.Append(b, n)
		if err := x.write(b); err != nil {
			return err
		}
		if size -= n; size == 0 {
			return nil
		}
		b = box.b[:0]
	}
}

// Relay forwards the answer of another server. An answer that fits into one
// buffer is sent only once it has arrived whole: after an error before that,
// the caller can still answer differently; see Answered. Any later error of the
// other server resets the connection.
func (x *Exchange) Relay(a *Head) error {
	box, from := outboxes.Get().(*outbox), outboxes.Get().(*outbox)
	defer outboxes.Put(box)
	defer outboxes.Put(from)
	head := x.Request.Method == http.MethodHead
	bodiless := head || !bodyAllowed(a.Status)
	part, whole, err := fill(a, from.b[:0])
	if err != nil {
		return err
	}
	length := a.Length
	if whole && !bodiless {
		length = int64(len(part))
	}
	chunked := length < 0 && !bodiless && !x.old
	x.last = x.last || length < 0 && !chunked && !head
	b := x.appendRelayed(box.b[:0], a, length, chunked)
	for {
		b = appendPart(b, part, chunked, whole)
		if err := x.write(b); err != nil || whole {
			a.link.rest()
			return err
		}
		if part, whole, err = fill(a, from.b[:0]); err != nil {
			x.Abort()
			return err
		}
		b = box.b[:0]
	}
}

// fill reads from a body into b until b is full or the body ends.
func fill(from io.Reader, b []byte) (part []byte, whole bool, err error) {
	for len(b) < writeSize {
		n, err := from.Read(b[len(b):writeSize])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, true, nil
		}
		if err != nil {
			return b, false, err
		}
	}
	return b, false, nil
}

// Answered reports whether anything of an answer has been sent.
func (x *Exchange) Answered() bool { return x.answered }

// appendRelayed appends the head of another server's answer, with its headers
// in the order of their names.
func (x *Exchange) appendRelayed(b []byte, a *Head, length int64, chunked bool) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(a.Status), 10)
	if reason := a.link.in.answer.StatusMessage(); len(reason) > 0 {
		b = append(append(b, ' '), reason...)
	}
	b = append(b, "\r\n"...)
	type field struct{ name, value []byte }
	fields := make([]field, 0, 16)
	for name, value := range a.link.in.answer.All() {
		switch string(name) {
		case "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "Trailer", "Transfer-Encoding", "Content-Length":
		case headerBackend: // known only if the other server is transparent, too
			if x.serving.server.Transparent {
				fields = append(fields, field{name, value})
			}
		default:
			fields = append(fields, field{name, value})
		}
	}
	slices.SortStableFunc(fields, func(a, b field) int { return bytes.Compare(a.name, b.name) })
	for _, f := range fields {
		if string(f.name) == headerNode && !x.serving.server.Transparent {
			b = append(b, headerBackend...)
		} else {
			b = append(b, f.name...)
		}
		if x.Edit != nil {
			f.value = x.Edit(string(f.name), f.value)
		}
		b = append(append(append(b, ": "...), f.value...), "\r\n"...)
	}
	b = x.appendOwn(b, !x.serving.server.Transparent)
	switch {
	case chunked:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case length >= 0 && bodyAllowed(a.Status):
		b = append(b, "Content-Length: "...)
		b = append(strconv.AppendInt(b, length, 10), "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// appendOwn appends the headers that the server adds to every answer.
func (x *Exchange) appendOwn(b []byte, named bool) []byte {
	if named {
		b = append(b, headerNode+": "...)
		b = append(append(b, x.serving.server.Node...), "\r\n"...)
	}
	if x.last = x.last || x.serving.closing; x.last {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, x.fields...)
}

func (x *Exchange) write(b []byte) error {
	x.answered = true
	_, err := x.serving.conn.Write(b)
	x.last = x.last || err != nil
	return err
}

// appendPart appends a part of a body, as a chunk if the message is chunked.
func appendPart(b, part []byte, chunked, last bool) []byte {
	if !chunked {
		return append(b, part...)
	}
	if len(part) > 0 {
		b = append(strconv.AppendInt(b, int64(len(part)), 16), "\r\n"...)
		b = append(append(b, part...), "\r\n"...)
	}
	if last {
		b = append(b, "0\r\n\r\n"...)
	}
	return b
}

// appendStatus appends a status line with the standard text.
func appendStatus(b []byte, status int) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = append(strconv.AppendInt(b, int64(status), 10), ' ')
	return append(append(b, http.StatusText(status)...), "\r\n"...)
}

// bodyAllowed reports whether an answer of this status has a body: RFC 9110
// §6.4.1.
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}
