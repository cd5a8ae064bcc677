package web

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// TestSendBody: the bytes of a request with a body, and that one without is as
// it always was.
func TestSendBody(t *testing.T) {
	const head = " HTTP/1.1\r\nHost: dp-a\r\nX-Cablepull-Request: 7\r\n"
	long := strings.Repeat("x", 3*writeSize)
	for _, c := range []struct {
		name    string
		request Request
		want    string
	}{
		{"none", Request{}, "GET /" + head + "\r\n"},
		{"nothing said", Request{Method: "POST", Body: &Body{Text: "a=1"}}, "POST /" + head + "Content-Length: 3\r\n\r\na=1"},
		{"empty", Request{Method: "POST", Body: &Body{}}, "POST /" + head + "Content-Length: 0\r\n\r\n"},
		{"all said", Request{Method: "POST", Path: "/soap", Body: &Body{Text: "<a/>", Type: "text/xml", SOAPAction: `""`}},
			"POST /soap" + head + "SOAPAction: \"\"\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>"},
		{"longer than a buffer", Request{Method: "POST", Body: &Body{Text: long}}, "POST /" + head + "Content-Length: 49152\r\n\r\n" + long},
	} {
		t.Run(c.name, func(t *testing.T) {
			loop := sim.New(1)
			client, server := newPipe(loop)
			loop.NewScope("client-1").Go("client", func(*sim.Proc) {
				c.request.ID, c.request.Host = 7, "dp-a"
				if err := NewLink(client).Send(&c.request); err != nil {
					t.Error(err)
				}
			})
			if err := loop.Run(wireLatency * 2); err != nil {
				t.Fatal(err)
			}
			if got := string(server.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestServerDropsBody: what Send writes after the head is no request of its
// own, and the connection stays usable.
func TestServerDropsBody(t *testing.T) {
	b := newBench(t, answer(200, 10))
	b.client(func(*sim.Proc) {
		link := NewLink(b.acceptQueue.connect())
		for id := uint64(1); id <= 2; id++ {
			r := Request{ID: id, Method: "POST", Host: "dp-a", Body: &Body{Text: "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"}}
			link.Send(&r)
			if a, err := link.Receive(&r); err != nil || a.Size != 10 {
				t.Errorf("request %d: got %+v, %v", id, a, err)
			}
		}
	})
	if seen := b.recorder.seen; len(seen) != 2 || seen[0].Method != "POST" || seen[0].Body != nil {
		t.Errorf("requests: got %+v, want two, without what they carried", seen)
	}
}
