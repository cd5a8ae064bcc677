package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/valyala/fasthttp"
)

// The headers of the bench, and others that it knows. Their names are in
// canonical form, so that they can be looked up in a http.Header directly.
const (
	headerRequest = "X-Cablepull-Request" // the request's number
	headerAttempt = "X-Cablepull-Attempt" // present from the second attempt on
	headerNode    = "X-Cablepull-Node"    // the server that answered the client
	headerBackend = "X-Cablepull-Backend" // the server behind it, if it forwarded the request

	headerCookie    = "Cookie"
	headerSetCookie = "Set-Cookie"
)

// Request is a client's request. The zero Method and Path are GET and "/".
type Request struct {
	ID      uint64 // unique in a run
	Attempt int    // 1 for the first; 0 counts as 1
	Method  string
	Path    string
	Host    string
	Cookie  string // value of the header of that name; empty: none
	Fields  string // further header lines, each with its end; not kept by servers
	Body    *Body  // nil: none; in a server always nil, see Exchange.HasBody
}

// Body is what a client sends after the head of its request.
type Body struct {
	Text       string
	Type       string // its Content-Type; empty: not said
	SOAPAction string // as in SOAP 1.1 §6.1.1, with its quotes; empty: no such header
}

// append appends the headers that describe the body, the end of the head, and
// the body.
func (o *Body) append(b []byte) []byte {
	if o.SOAPAction != "" {
		b = append(append(append(b, "SOAPAction: "...), o.SOAPAction...), "\r\n"...)
	}
	if o.Type != "" {
		b = append(append(append(b, "Content-Type: "...), o.Type...), "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(o.Text)), 10)
	return append(append(b, "\r\n\r\n"...), o.Text...)
}

// appendHead appends the request line and the headers, without the empty line
// that ends them.
func (r *Request) appendHead(b []byte) []byte {
	b = append(b, orElse(r.Method, http.MethodGet)...)
	b = append(b, ' ')
	b = append(b, orElse(r.Path, "/")...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, r.Host...)
	b = append(b, "\r\n"+headerRequest+": "...)
	b = strconv.AppendUint(b, r.ID, 10)
	if r.Attempt > 1 {
		b = append(b, "\r\n"+headerAttempt+": "...)
		b = strconv.AppendInt(b, int64(r.Attempt), 10)
	}
	if r.Cookie != "" {
		b = append(append(b, "\r\nCookie: "...), r.Cookie...)
	}
	return append(append(b, "\r\n"...), r.Fields...)
}

// parse replaces r by what the bench needs of a head. A request of another
// client, such as curl, has the number 0.
func (r *Request) parse(h *fasthttp.RequestHeader) error {
	*r = Request{
		Attempt: 1, Cookie: same(r.Cookie, h.Peek(headerCookie)),
		Method: same(r.Method, h.Method()), Path: same(r.Path, h.RequestURI()), Host: same(r.Host, h.Host()),
	}
	var err error
	if v := h.Peek(headerRequest); v != nil {
		if r.ID, err = strconv.ParseUint(string(v), 10, 64); err != nil {
			return fmt.Errorf("web: %s: got %q, want a number", headerRequest, v)
		}
	}
	if v := h.Peek(headerAttempt); v != nil {
		if r.Attempt, err = strconv.Atoi(string(v)); err != nil || r.Attempt < 1 {
			return fmt.Errorf("web: %s: got %q, want a number from 1", headerAttempt, v)
		}
	}
	return nil
}

// same returns text as a string: the one from before, if it is equal. Most
// requests of a connection differ only in their number.
func same(before string, text []byte) string {
	if before == string(text) {
		return before
	}
	return string(text)
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
