package web

import (
	"net/http"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// FuzzRelay: whatever a server sends, the client of a forwarder gets one answer
// or the end of its connection, and the forwarder neither panics nor waits for
// ever. What it relays it has understood: the client finds no malformed head.
func FuzzRelay(f *testing.F) {
	const ok = "HTTP/1.1 200 OK\r\nX-Cablepull-Request: 42\r\nX-Cablepull-Node: web\r\n"
	for _, text := range []string{
		ok + "Content-Length: 100\r\n\r\n" + body(42, 100),
		ok + "Content-Length: 100\r\n\r\n" + body(42, 50),
		ok + "Content-Length: 99999999999999999999\r\n\r\n",
		ok + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + body(42, 100) + "\r\n0\r\n\r\n",
		ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		ok + "Set-Cookie: a=b\r\nSet-Cookie: \r\n\r\n",
		"HTTP/1.0 200 OK\r\n\r\nold", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "\r\n",
		"220 mail ready\r\n\r\n", "HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n", "HTTP/1.1 999 \r\n\r\n", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := newBench(t, nil)
		b.recorder.serve = forwarder(b.loop, text, closes)
		b.client(func(*sim.Proc) {
			link := NewLink(b.acceptQueue.connect())
			r := Request{ID: 42, Host: "dp-a"}
			link.Send(&r)
			if head, err := link.Head(&r); err == nil && head.Status < 200 && head.Status != http.StatusSwitchingProtocols {
				t.Errorf("relayed an answer of status %d", head.Status)
			} else if err != nil && link.err == nil {
				t.Errorf("relayed a head that is malformed: %v, from %q", err, text)
			}
		})
	})
}
