package web

import (
	"io"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// TestContent: answers with a body of their own, and what a misbehaving server
// sends instead.
func TestContent(t *testing.T) {
	const node = "X-Cablepull-Node: dp-a\r\n"
	page := Content{Status: 200, Type: "text/xml", Body: "<ok/>"}
	for _, c := range []struct {
		name, method string
		serve        func(*sim.Proc, *Exchange)
		want         string
		ends         bool
	}{
		{"page", "GET", func(_ *sim.Proc, x *Exchange) { x.AnswerWith(page) },
			"HTTP/1.1 200 OK\r\n" + node + "Content-Type: text/xml\r\nContent-Length: 5\r\n\r\n<ok/>", false},
		{"page for HEAD", "HEAD", func(_ *sim.Proc, x *Exchange) { x.AnswerWith(page) },
			"HTTP/1.1 200 OK\r\n" + node + "Content-Type: text/xml\r\nContent-Length: 5\r\n\r\n", false},
		{"empty", "GET", func(_ *sim.Proc, x *Exchange) { x.AnswerWith(Content{Status: 500, Type: "a/b"}) },
			"HTTP/1.1 500 Internal Server Error\r\n" + node + "Content-Type: a/b\r\nContent-Length: 0\r\n\r\n", false},
		{"no content", "GET", func(_ *sim.Proc, x *Exchange) { x.AnswerWith(Content{Status: 204, Type: "a/b", Body: "x"}) },
			"HTTP/1.1 204 No Content\r\n" + node + "\r\n", false},
		{"page, then the end", "GET", func(_ *sim.Proc, x *Exchange) { x.EndAfter(); x.AnswerWith(page) },
			"HTTP/1.1 200 OK\r\n" + node + "Connection: close\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\n<ok/>", true},
		{"raw", "GET", func(_ *sim.Proc, x *Exchange) { x.Raw(append(x.AppendHead(nil, 200, true), "\r\n"...)); x.EndAfter() },
			"HTTP/1.1 200 OK\r\nX-Cablepull-Request: 0\r\n" + node + "\r\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.serve)
			b.client(func(*sim.Proc) {
				conn := b.acceptQueue.connect()
				io.WriteString(conn, c.method+" / HTTP/1.1\r\nHost: x\r\n\r\n")
				got := make([]byte, len(c.want))
				if _, err := io.ReadFull(conn, got); err != nil || string(got) != c.want {
					t.Errorf("got %q, %v, want %q", got, err, c.want)
				}
				conn.SetTimeout(10 * wireLatency)
				if n, err := conn.Read(got); n != 0 || c.ends != (err == io.EOF) {
					t.Errorf("then: got %d bytes, %v; want the end: %v", n, err, c.ends)
				}
			})
		})
	}
}
