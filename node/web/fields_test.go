package web

import (
	"io"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// TestFields: a proxy passes on what belongs to the message, not what belongs
// to the connection or is passed on otherwise.
func TestFields(t *testing.T) {
	var all, some string
	b := newBench(t, func(_ *sim.Proc, x *Exchange) {
		all, some = x.Fields(), x.Fields("X-User")
		x.Answer(200, 1)
	})
	b.client(func(*sim.Proc) {
		conn := b.acceptQueue.connect()
		io.WriteString(conn, "POST / HTTP/1.1\r\nHost: lb\r\nX-User: me\r\nConnection: close\r\nCookie: a=b\r\nTE: trailers\r\nAccept: */*\r\n"+
			headerRequest+": 7\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok")
		io.ReadAll(conn)
	})
	const user, accept = "X-User: me\r\n", "Accept: */*\r\n"
	if all != user+accept || some != accept {
		t.Errorf("got %q, and without X-User %q; want %q and %q", all, some, user+accept, accept)
	}
}

// TestEdit: headers of a relayed answer are edited, those that the server adds
// itself are not, and the next request has its own edits.
func TestEdit(t *testing.T) {
	b := newBench(t, nil)
	relay := forwarder(b.loop, "HTTP/1.1 302 Found\r\nLocation: http://app/x\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n", stays)
	edited := 0
	b.recorder.serve = func(p *sim.Proc, x *Exchange) {
		if edited == 0 {
			x.Edit = func(name string, value []byte) []byte {
				edited++
				if name == "Location" {
					return []byte(strings.Replace(string(value), "app", "lb", 1))
				}
				return value
			}
		}
		relay(p, x)
	}
	var got string
	b.client(func(*sim.Proc) {
		conn := b.acceptQueue.connect()
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		all, _ := io.ReadAll(conn)
		got = string(all)
	})
	if strings.Count(got, "Location: http://lb/x\r\n") != 1 || strings.Count(got, "Location: http://app/x\r\n") != 1 || strings.Count(got, "X-Kept: 1\r\n") != 2 || edited != 2 {
		t.Errorf("%d headers were edited, want 2 of the first answer: got\n%s", edited, got)
	}
}
