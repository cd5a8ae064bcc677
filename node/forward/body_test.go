package forward_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/forward"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// TestBodies: the body of a request comes whole to the server, with what says
// what it is. One that is too large is refused, and the server is not asked.
func TestBodies(t *testing.T) {
	for size, want := range map[int]string{0: "200", 10: "200", 100_000: "200", 1 << 20: "200", 1<<20 + 1: "413"} {
		l := newLab(t)
		received := 0
		l.serve(func(_ *sim.Proc, c *host.Conn) {
			buffer := make([]byte, 64<<10)
			for head, total := true, 0; ; {
				n, err := c.Read(buffer)
				if err != nil {
					c.Close()
					return
				}
				l.asked = append(l.asked, string(buffer[:n]))
				total += n
				if head {
					end := strings.Index(string(buffer[:n]), "\r\n\r\n")
					total, head = n-end-4, false
				}
				if received = total; total == size {
					c.Write([]byte(fine))
				}
			}
		})
		l.Program(l.f, "forwarder", func(p *sim.Proc) error {
			listener, err := l.f.Listen(l.front, 8)
			if err != nil {
				return err
			}
			f := forward.New(l.f, 1)
			server := web.Server{Node: "f", Go: l.f.Go, Service: service(func(x *web.Exchange) {
				if refusal, err := forward.TakeBody(x); err != nil || refusal != 0 {
					x.Answer(refusal, 10)
					return
				}
				answer, err := f.Ask(forward.Attempt{To: l.to, Request: &x.Request, Limits: forward.Limits{Answer: 10 * second}})
				if err == nil {
					err = answer.Relay(x)
				}
				if err != nil {
					t.Errorf("%d bytes: %v", size, err)
				}
			})}
			return ignore(server.Serve(p, listener))
		})
		got := l.post(size)
		if want := map[string]string{"200": "OK", "413": "Request Entity Too Large"}[want]; got != want {
			t.Errorf("%d bytes: got %s, want %s", size, got, want)
		}
		typed := strings.Contains(strings.Join(l.asked, ""), "Content-Type: text/plain\r\n")
		if want == "200" && (received != size || typed != (size > 0) || !strings.HasPrefix(l.asked[0], "POST ")) {
			t.Errorf("%d bytes: the server got %d, asked by %.200q", size, received, l.asked)
		}
		if want == "413" && len(l.asked) > 0 {
			t.Errorf("%d bytes: the server was asked: %.100q", size, l.asked)
		}
	}
}

// post makes c send f a request with a body, and returns the status in words.
func (l *lab) post(size int) (got string) {
	l.Program(l.c, "client", func(p *sim.Proc) error {
		p.Sleep(second)
		c, err := l.c.Dial(l.front, second)
		if err != nil {
			return err
		}
		link := web.NewLink(c)
		r := web.Request{Host: "f", Method: http.MethodPost, Body: &web.Body{Text: strings.Repeat("x", size), Type: "text/plain"}}
		if err := link.Send(&r); err != nil {
			return err
		}
		answer, err := link.Receive(&r)
		got = http.StatusText(answer.Status)
		return err
	})
	l.Run(60 * second)
	return got
}
