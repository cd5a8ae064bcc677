package check

import (
	"bytes"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/topology"
)

// recording is a connection to a server that has said all that it will ever
// say, and counts how much of it is read. Nothing parks on it.
type recording struct {
	*host.Conn // none: what is not below is not called
	left       bytes.Reader
	read       int
}

func (r *recording) Read(b []byte) (int, error) {
	n, err := r.left.Read(b)
	r.read += n
	return n, err
}

func (r *recording) AwaitRead() error {
	if r.left.Len() == 0 {
		return io.EOF
	}
	return nil
}

func (r *recording) Write(b []byte) (int, error)    { return len(b), nil }
func (r *recording) SetTimeout(time.Duration)       {}
func (r *recording) RemoteAddrPort() netip.AddrPort { return netip.AddrPort{} }

// ask lets a checker ask a recording. It returns how much it read.
func ask(t testing.TB, cfg topology.Check, answer []byte) (read int, found error) {
	c := &Checker{cfg: cfg.WithDefaults()}
	var err error
	if c.is, c.limit, err = conditionOf(c.cfg); err != nil {
		t.Fatal(err)
	}
	conn := &recording{}
	conn.left.Reset(answer)
	found = c.ask(conn, topology.Target{Host: "web", Path: "/"})
	return conn.read, found
}

// TestReadsNoMore: of an answer without end, a check reads no more than it
// looks at, and what one read of the connection brings with it.
func TestReadsNoMore(t *testing.T) {
	const head, buffer = "HTTP/1.1 200 OK\r\n\r\n", 4 << 10
	answer := append([]byte(head), bytes.Repeat([]byte("x"), 8*parseMax)...)
	for by, limit := range map[string]int{ // order: each on its own
		topology.CheckHTTPStatus: 0, topology.CheckHTTPToken: searchMax, topology.CheckSOAP: parseMax, topology.CheckJSON: parseMax,
	} {
		read, _ := ask(t, topology.Check{By: by, Token: "y", Field: "a", Value: "b"}, answer)
		if read < limit || read > limit+2*buffer {
			t.Errorf("%s: read %d bytes, want %d and no more than a buffer", by, read, limit)
		}
	}
}

// FuzzAnswer: no answer makes a check panic or read for ever, and none is
// healthy that does not begin like HTTP.
func FuzzAnswer(f *testing.F) {
	for _, answer := range []string{
		whole(200, "<ok/>"), whole(500, fault), whole(200, `{"a": "b"}`), "220 mail ready\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n<ok/>",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<ok/>\r\n0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
	} {
		f.Add([]byte(answer))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		for _, cfg := range []topology.Check{{By: topology.CheckHTTPStatus}, {By: topology.CheckHTTPToken, Token: "b"}, bySOAP("/"), byJSON("a", "b")} {
			if _, err := ask(t, cfg, answer); err == nil && !bytes.Contains(answer, []byte("HTTP/")) {
				t.Errorf("%s is content with %q", cfg.By, answer)
			}
		}
	})
}
