package backend

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// Sizes of answers that are wrong.
const (
	hugeSize  = 64 << 20 // more than a check or a gateway takes for an answer
	copyMax   = 64 << 10 // how much of a page a wrong answer repeats
	chunkSize = 512
	lacking   = 1000 // bytes that are promised and do not come
)

// misbehaviour answers a request in a wrong way.
type misbehaviour func(*Backend, *sim.Proc, *web.Exchange, topology.Page) error

// misbehaviours are the wrong answers, by mode.
var misbehaviours = map[string]misbehaviour{
	ModeSlowDrip:    slowDrip,
	ModeEndlessHead: endlessHead,
	ModeWrongLength: wrongLength,
	ModeHTTP10:      http10,
	ModeChunked:     chunked,
	ModeGarbage:     garbage,
	ModeHuge:        huge,
	ModeEmpty:       content("text/plain", ""),
	ModeHTML:        content("text/html", htmlPage),
	ModeSOAPFault:   content("text/xml", soapFault),
	ModeXMLBomb:     content("text/xml", xmlBomb()),
}

// htmlPage is HTML as web servers and proxies send it: the tags without an end
// make it no XML.
const htmlPage = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Maintenance</title></head>\n" +
	"<body><h1>Back soon</h1><p>We are sorry.<br>Please try again.</body></html>\n"

// soapFault is a fault of SOAP 1.1 §4.4.
const soapFault = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
	`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>` +
	`<faultcode>soap:Server</faultcode><faultstring>Internal Error</faultstring></soap:Fault></soap:Body></soap:Envelope>` + "\n"

// xmlBomb returns a document of a thousand bytes that expands to 3 GB: ten
// levels of entities, each ten times the one before.
func xmlBomb() string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE bomb [\n<!ENTITY e0 \"lol\">\n")
	for i := range 9 {
		fmt.Fprintf(&b, "<!ENTITY e%d \"%s\">\n", i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
	}
	b.WriteString("]>\n<bomb>&e9;</bomb>\n")
	return b.String()
}

// content answers with a body of another kind, and the status of the page.
func content(kind, body string) misbehaviour {
	return func(_ *Backend, _ *sim.Proc, x *web.Exchange, page topology.Page) error {
		return x.AnswerWith(web.Content{Status: page.Status, Type: kind, Body: body})
	}
}

// head returns the head of an answer with a page, without a length and the
// empty line, and the beginning of the body.
func head(x *web.Exchange, page topology.Page) (b, body []byte) {
	b = x.AppendHead(nil, page.Status, page.Body == "")
	if page.Body != "" {
		return fmt.Appendf(b, "Content-Type: %s\r\n", page.ContentType), []byte(page.Body)
	}
	pattern := web.NewPattern(x.Request.ID)
	return b, pattern.Append(nil, min(page.Size, copyMax))
}

// length is the header of that name.
func length(b []byte, n int) []byte { return fmt.Appendf(b, "Content-Length: %d\r\n\r\n", n) }

// slowDrip sends a byte each second, as long as the mode stays.
func slowDrip(b *Backend, p *sim.Proc, x *web.Exchange, page topology.Page) error {
	start, body := head(x, page)
	left := append(length(start, len(body)), body...)
	for len(left) > 0 {
		n := len(left)
		if b.mode.kind == ModeSlowDrip {
			n = 1
		}
		if err := x.Raw(left[:n]); err != nil {
			return err
		}
		if left = left[n:]; len(left) > 0 {
			p.Sleep(time.Second)
		}
	}
	return nil
}

// endlessHead sends headers until the client has enough, or hugeSize of them.
func endlessHead(b *Backend, _ *sim.Proc, x *web.Exchange, page topology.Page) error {
	x.EndAfter()
	start, _ := head(x, page)
	lines := []byte(strings.Repeat("X-Padding: "+strings.Repeat("x", 51)+"\r\n", 64))
	err := x.Raw(start)
	for sent := 0; err == nil && sent < hugeSize && b.mode.kind == ModeEndlessHead; sent += len(lines) {
		err = x.Raw(lines)
	}
	return err
}

// wrongLength promises more than it sends.
func wrongLength(_ *Backend, _ *sim.Proc, x *web.Exchange, page topology.Page) error {
	x.EndAfter()
	b, body := head(x, page)
	return x.Raw(append(length(b, len(body)+lacking), body...))
}

// http10 ends the body with the connection.
func http10(_ *Backend, _ *sim.Proc, x *web.Exchange, page topology.Page) error {
	x.EndAfter()
	b, body := head(x, page)
	old := append([]byte("HTTP/1.0"), strings.TrimPrefix(string(b), "HTTP/1.1")...)
	return x.Raw(append(append(old, "\r\n"...), body...))
}

// chunked sends the body in chunks.
func chunked(_ *Backend, _ *sim.Proc, x *web.Exchange, page topology.Page) error {
	b, body := head(x, page)
	b = append(b, "Transfer-Encoding: chunked\r\n\r\n"...)
	for len(body) > 0 {
		n := min(len(body), chunkSize)
		b = append(strconv.AppendInt(b, int64(n), 16), "\r\n"...)
		b = append(append(b, body[:n]...), "\r\n"...)
		body = body[n:]
	}
	return x.Raw(append(b, "0\r\n\r\n"...))
}

// garbage speaks another protocol.
func garbage(_ *Backend, _ *sim.Proc, x *web.Exchange, _ topology.Page) error {
	x.EndAfter()
	return x.Raw([]byte("220 mail.example ESMTP ready\r\n\r\n"))
}

// huge is larger than anything that asks expects.
func huge(_ *Backend, _ *sim.Proc, x *web.Exchange, page topology.Page) error {
	return x.Answer(page.Status, hugeSize)
}
