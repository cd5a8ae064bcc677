package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

// misbehaviours are what servers do to a check, and what each kind of check
// makes of it, in the order of kinds. The body is one that pleases the check.
var misbehaviours = []struct {
	name  string
	treat func(body string) func(*sim.Proc, *host.Conn)
	want  [8]string // tcp-half, tcp-full, ims, http-status, http-token, http-regexp, soap, json
}{
	{"none", func(b string) func(*sim.Proc, *host.Conn) { return says("%s", whole(200, b)) },
		[8]string{ok, ok, ok, ok, ok, ok, ok, ok}},
	{"never answers", func(string) func(*sim.Proc, *host.Conn) {
		return func(p *sim.Proc, c *host.Conn) { p.Sleep(time.Hour) }
	}, [8]string{ok, ok, ok, late, late, late, late, late}},
	{"closes after the request", func(string) func(*sim.Proc, *host.Conn) {
		return func(_ *sim.Proc, c *host.Conn) { hear(c); c.Close() }
	}, [8]string{ok, ok, ok, "closed", "closed", "closed", "closed", "closed"}},
	{"resets on accept", func(string) func(*sim.Proc, *host.Conn) {
		return func(_ *sim.Proc, c *host.Conn) { c.Abort() }
	}, [8]string{ok, ok, ok, "reset", "reset", "reset", "reset", "reset"}},
	{"resets after the request", func(string) func(*sim.Proc, *host.Conn) {
		return func(_ *sim.Proc, c *host.Conn) { hear(c); c.Abort() }
	}, [8]string{ok, ok, ok, "reset", "reset", "reset", "reset", "reset"}},
	{"drips", func(b string) func(*sim.Proc, *host.Conn) {
		return func(p *sim.Proc, c *host.Conn) {
			for _, letter := range whole(200, b) {
				p.Sleep(second)
				fmt.Fprintf(c, "%c", letter)
			}
		}
	}, [8]string{ok, ok, ok, late, late, late, late, late}},
	{"drips after the head", func(b string) func(*sim.Proc, *host.Conn) {
		return func(p *sim.Proc, c *host.Conn) {
			text := whole(200, b)
			fmt.Fprint(c, strings.TrimSuffix(text, b))
			for _, letter := range b {
				p.Sleep(second)
				fmt.Fprintf(c, "%c", letter)
			}
		}
	}, [8]string{ok, ok, ok, ok, late, late, late, late}},
	{"sends headers for ever", func(string) func(*sim.Proc, *host.Conn) {
		return func(_ *sim.Proc, c *host.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\n"); endless(c, "X: y\r\n") }
	}, [8]string{ok, ok, ok, "not HTTP", "not HTTP", "not HTTP", "not HTTP", "not HTTP"}},
	{"sends interim answers for ever", func(string) func(*sim.Proc, *host.Conn) {
		return func(p *sim.Proc, c *host.Conn) {
			for {
				p.Sleep(time.Millisecond)
				if _, err := fmt.Fprint(c, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
					return
				}
			}
		}
	}, [8]string{ok, ok, ok, late, late, late, late, late}},
	{"promises more than it sends", func(b string) func(*sim.Proc, *host.Conn) {
		return says("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n%s", b)
	}, [8]string{ok, ok, ok, ok, ok, ok, "closed", "closed"}}, // what is searched for has arrived
	{"promises more than it sends, and waits", func(b string) func(*sim.Proc, *host.Conn) {
		return func(p *sim.Proc, c *host.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n%s", b)
			p.Sleep(time.Hour)
		}
	}, [8]string{ok, ok, ok, ok, "healthy 1s", "healthy 1s", late, late}},
	{"sends more than it promises", func(b string) func(*sim.Proc, *host.Conn) {
		return says("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n%s", b)
	}, [8]string{ok, ok, ok, ok, "no token", "no match", "not XML", "not JSON"}},
	{"promises nonsense", func(b string) func(*sim.Proc, *host.Conn) {
		return says("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n%s", b)
	}, [8]string{ok, ok, ok, "not HTTP", "not HTTP", "not HTTP", "not HTTP", "not HTTP"}},
	{"speaks HTTP/1.0", func(b string) func(*sim.Proc, *host.Conn) { return says("HTTP/1.0 200 OK\r\n\r\n%s", b) },
		[8]string{ok, ok, ok, ok, ok, ok, ok, ok}},
	{"sends chunks", func(b string) func(*sim.Proc, *host.Conn) {
		return says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n1\r\n\n\r\n0\r\n\r\n", len(b), b)
	}, [8]string{ok, ok, ok, ok, ok, ok, ok, ok}},
	{"sends broken chunks", func(b string) func(*sim.Proc, *host.Conn) {
		return says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n%s", b)
	}, [8]string{ok, ok, ok, ok, "closed", "closed", "closed", "closed"}},
	{"speaks another protocol", func(string) func(*sim.Proc, *host.Conn) { return says("220 mail ready\r\n\r\n") },
		[8]string{ok, ok, ok, "not HTTP", "not HTTP", "not HTTP", "not HTTP", "not HTTP"}},
	{"sends without end", func(string) func(*sim.Proc, *host.Conn) {
		return func(_ *sim.Proc, c *host.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
			endless(c, strings.Repeat("<", 4096))
		}
	}, [8]string{ok, ok, ok, ok, "no token", "no match", "answer too large", "answer too large"}},
	{"sends a bomb of entities", func(string) func(*sim.Proc, *host.Conn) { return says("%s", whole(200, bomb)) },
		[8]string{ok, ok, ok, ok, "no token", "no match", "not XML", "not JSON"}},
	{"sends an empty answer", func(string) func(*sim.Proc, *host.Conn) { return says("%s", whole(200, "")) },
		[8]string{ok, ok, ok, ok, "no token", "no match", "not XML", "not JSON"}},
	{"has nothing to say", func(string) func(*sim.Proc, *host.Conn) { return says("HTTP/1.1 204 \r\n\r\n") },
		[8]string{ok, ok, ok, "status 204", "status 204", "status 204", "not XML", "status 204"}},
	{"answers with an error", func(b string) func(*sim.Proc, *host.Conn) { return says("%s", whole(500, b)) },
		[8]string{ok, ok, ok, "status 500", "status 500", "status 500", ok, "status 500"}}, // F40: only the XML counts
}

const (
	ok   = "healthy"
	late = "timeout 1s"
)

// TestMisbehaviours crosses each kind of check with each misbehaviour. A check
// ends at once, or with its timeout of 1s.
func TestMisbehaviours(t *testing.T) {
	for _, m := range misbehaviours {
		for i, k := range kinds {
			t.Run(m.name+"/"+k.cfg.By, func(t *testing.T) {
				l := newLab(t)
				l.serve(m.treat(k.body))
				got, took := l.check(t, k.cfg, "http://192.0.2.50/")
				if took = took.Round(100 * time.Millisecond); took > 0 {
					got += " " + took.String()
				}
				if got != m.want[i] {
					t.Errorf("got %s, want %s", got, m.want[i])
				}
			})
		}
	}
}

// TestRequests: what a check sends.
func TestRequests(t *testing.T) {
	const rest = " HTTP/1.1\r\nHost: 192.0.2.50\r\nX-Cablepull-Request: 0\r\n"
	post := func(c topology.Check) topology.Check {
		c.Method = topology.MethodPost
		return c
	}
	posted := func(headers, body string) string {
		return fmt.Sprintf("POST /health?full"+rest+"%sContent-Length: %d\r\n\r\n%s", headers, len(body), body)
	}
	own := bySOAP("/")
	own.Send, own.ContentType, own.SOAPAction = "<ping/>", "application/soap+xml", "urn:ping"
	get := bySOAP("/")
	get.Method = topology.MethodGet
	for _, c := range []struct {
		cfg  topology.Check
		want string
	}{
		{topology.Check{By: topology.CheckHTTPStatus}, "GET /health?full" + rest + "\r\n"},
		{topology.Check{By: topology.CheckHTTPStatus, Method: topology.MethodHead}, "HEAD /health?full" + rest + "\r\n"},
		{topology.Check{By: topology.CheckHTTPStatus, Method: topology.MethodPost, Send: "ping"}, posted("Content-Type: text/plain\r\n", "ping")},
		{bySOAP("/"), posted("SOAPAction: \"\"\r\nContent-Type: text/xml; charset=utf-8\r\n", topology.EmptySOAP)},
		{own, posted("SOAPAction: \"urn:ping\"\r\nContent-Type: application/soap+xml\r\n", "<ping/>")},
		{get, "GET /health?full" + rest + "\r\n"},
		{post(byJSON("a", "1")), posted("Content-Type: application/json\r\n", "")},
	} {
		l := newLab(t)
		got := ""
		l.serve(func(p *sim.Proc, c *host.Conn) {
			for {
				part := make([]byte, 4096)
				n, err := c.Read(part)
				if got += string(part[:n]); err != nil {
					return
				}
			}
		})
		l.check(t, c.cfg, "http://192.0.2.50/health?full")
		if got != c.want {
			t.Errorf("%+v:\ngot  %q\nwant %q", c.cfg, got, c.want)
		}
	}
}

// TestHead: the answer to HEAD has a length, but no body to wait for.
func TestHead(t *testing.T) {
	l := newLab(t)
	l.serve(func(p *sim.Proc, c *host.Conn) {
		hear(c)
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
		p.Sleep(time.Hour)
	})
	if got, took := l.check(t, topology.Check{By: topology.CheckHTTPStatus, Method: topology.MethodHead}, "http://192.0.2.50/"); got != ok || took > second/10 {
		t.Errorf("got %s after %v, want it healthy at once", got, took)
	}
}
