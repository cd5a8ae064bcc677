package ftp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// TestLink gets files one after another and at the same time, each checked.
func TestLink(t *testing.T) {
	l := newLab(t)
	for i, from := range []*host.Host{l.c1, l.c1, l.c2} {
		l.Program(from, "client", func(*sim.Proc) error {
			g, err := l.getter(from)
			if err != nil {
				return err
			}
			for id := uint64(10 * i); id < uint64(10*i+5); id++ {
				a, err := g.get(id)
				if want := (web.Answer{Status: 226, Node: "a", Size: 100000}); err != nil || a != want {
					return errNot("file %d: got %+v, %v, want %+v", id, a, err, want)
				}
			}
			if got := fmt.Sprint(g.ends); got != "[<nil> <nil> <nil> <nil> <nil>]" {
				return errNot("data connections ended %s, want without errors", got)
			}
			return g.conn.Close()
		})
	}
	l.Run(5 * second)
	if len(l.sent) != 15 {
		t.Errorf("sent %v, want 15 files", l.sent)
	}
	l.wantAtRest()
}

// TestIdleTimeoutIsAnEnd: the 421 of a server that gives up an idle connection
// is no answer to anything.
func TestIdleTimeoutIsAnEnd(t *testing.T) {
	l := newLab(t)
	l.server.Patience.Next = 300 * second
	l.Program(l.c1, "client", func(*sim.Proc) error {
		g, err := l.getter(l.c1)
		if err != nil {
			return err
		}
		if a, err := g.get(1); err != nil || a.Status != 226 {
			return errNot("got %+v, %v", a, err)
		}
		g.conn.SetTimeout(0)
		if err := g.Await(); err != io.EOF {
			return errNot("got %v, want the end", err)
		}
		return g.conn.Close()
	})
	l.Run(310 * second)
	l.wantAtRest()
}

// served is what a scripted server does: its greeting and then a reply to each
// command, in order. A reply "data X" sends X on the data connection, and
// "reset" resets that.
func (l *lab) served(script ...string) {
	l.a.Go("script", func(p *sim.Proc) {
		data, err := l.a.Listen(netip.AddrPortFrom(vip, 50100), 4)
		if err == nil {
			l.control.Close()
			p.Sleep(millisecond)
			l.control, err = l.a.Listen(netip.AddrPortFrom(vip, 21), 4)
		}
		if err != nil {
			l.Loop.Fail(err)
			return
		}
		c, err := l.control.AcceptConn()
		if err != nil {
			return
		}
		defer c.Close()
		in := newReader(c)
		var d net.Conn
		for _, line := range script {
			switch what, text, _ := strings.Cut(line, " "); what {
			case "data":
				if d == nil {
					d, _ = data.Accept()
				}
				io.WriteString(d, text)
			case "end":
				d.Close()
			case "reset":
				d.(*host.Conn).Abort()
			case "read":
				if _, err := readLine(in); err != nil {
					return
				}
			default:
				io.WriteString(c, line+"\r\n")
			}
		}
		if d != nil {
			defer d.Close()
		}
		p.Sleep(100 * second)
	})
}

// TestLinkAndBadServers: what is wrong is found, and blamed on the right
// connection.
func TestLinkAndBadServers(t *testing.T) {
	in := []string{"220 cablepull z", "read", "331 .", "read", "230 .", "read", "200 .", "read"}
	port := append(in[:len(in):len(in)], "227 (192,0,2,100,195,180)", "read") // 50100
	pattern := web.NewPattern(1)
	good := string(pattern.Append(nil, 10))
	for _, c := range []struct {
		name   string
		script []string
		want   string // of the answer or the error
		data   string // how the data connection ended
	}{
		{"login refused", append(in[:4:4], "530 No."), "status 530 of 0 bytes, closed", ""},
		{"too many", []string{"421 Too many."}, "status 421 of 0 bytes, closed", ""},
		{"another protocol", []string{"HTTP/1.1 400 Bad Request"}, `mismatch ftp: reply: want three digits and a text, got "HTTP/1.1 400 Bad Request"`, ""},
		{"no port", append(in[:8:8], "425 No."), "status 425 of 0 bytes", ""},
		{"not a port", append(in[:8:8], "227 Here."), `mismatch ftp: reply to PASV: got "Here.", want an address and a port as six numbers in brackets`, ""},
		{"another reply", append(in[:8:8], "200 Fine."), "mismatch reply: got 200, want 227", ""},
		{"nobody at the port", append(in[:8:8], "227 (192,0,2,100,195,181)"), "data: refused", ""},
		{"no file", append(port[:10:10], "550 None."), "status 550 of 0 bytes", "unused"},
		{"closed before the file", append(port[:10:10], "421 Going."), "status 421 of 0 bytes, closed", "unused"},
		{"success too early", append(port[:10:10], "226 Sent."), "mismatch reply: got 226, want 150", "unused"},
		{"whole", append(port[:10:10], "150 (10 bytes).", "data "+good, "end", "226 Sent."), "status 226 of 10 bytes", "whole"},
		{"no size", append(port[:10:10], "125 Go.", "data "+good, "end", "250 Sent."), "status 250 of 10 bytes", "whole"},
		{"short", append(port[:10:10], "150 (11 bytes).", "data "+good, "end", "226 Sent."), "mismatch file: got 10 bytes, want 11", "mismatch file: got 10 bytes, want 11"},
		{"long", append(port[:10:10], "150 (9 bytes).", "data "+good, "end", "226 Sent."), "mismatch file: got 10 bytes, want 9", "mismatch file: got 10 bytes, want 9"},
		{"wrong bytes", append(port[:10:10], "150 (10 bytes).", "data 0123456789", "end", "226 Sent."), "mismatch file: wrong bytes after offset 0", "mismatch file: wrong bytes after offset 0"},
		{"given up", append(port[:10:10], "150 (11 bytes).", "data "+good, "end", "426 Sorry."), "status 426 of 10 bytes", "unexpected EOF"},
		{"given up after all", append(port[:10:10], "150 (10 bytes).", "data "+good, "end", "451 Sorry."), "status 451 of 10 bytes", "unexpected EOF"},
		{"reset", append(port[:10:10], "150 (11 bytes).", "data "+good, "reset", "426 Sorry."), "status 426 of 10 bytes", "reset"},
		{"reset, and said to be sent", append(port[:10:10], "150 (10 bytes).", "data "+good, "reset", "226 Sent."), "data: reset", "reset"},
		{"no last reply", append(port[:10:10], "150 (10 bytes).", "data "+good, "end"), "timeout", "unexpected EOF"},
		{"data never ends", append(port[:10:10], "150 (10 bytes).", "data "+good), "timeout", "timeout"},
		{"an odd last reply", append(port[:10:10], "150 (10 bytes).", "data "+good, "end", "150 Again."), "mismatch reply: got 150, want 226", "unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.At(millisecond, func() { l.served(c.script...) })
			l.Program(l.c1, "client", func(p *sim.Proc) error {
				p.Sleep(10 * millisecond)
				g, err := l.getter(l.c1)
				if err != nil {
					return err
				}
				a, err := g.get(1)
				if got := outcome(a, err); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				ends := ""
				for _, end := range g.ends {
					ends += ending(end)
				}
				if ends != c.data {
					t.Errorf("the data connection ended %q, want %q", ends, c.data)
				}
				return nil
			})
			l.Run(30 * second)
		})
	}
}

func outcome(a web.Answer, err error) string {
	var data *DataError
	switch {
	case errors.As(err, &data):
		return "data: " + ending(err)
	case err != nil:
		return ending(err)
	case a.Close:
		return fmt.Sprintf("status %d of %d bytes, closed", a.Status, a.Size)
	}
	return fmt.Sprintf("status %d of %d bytes", a.Status, a.Size)
}

func ending(err error) string {
	var wrong *web.MismatchError
	switch {
	case err == nil:
		return "whole"
	case errors.Is(err, errUnused):
		return "unused"
	case errors.As(err, &wrong):
		return "mismatch " + wrong.Detail
	case host.Failure(err) != "":
		return host.Failure(err)
	}
	return err.Error()
}

// TestOtherServersFile: a path that names a file is asked for as it is, and its
// bytes are only counted.
func TestOtherServersFile(t *testing.T) {
	l := newLab(t)
	l.At(millisecond, func() {
		l.served("220-Welcome", "220 (vsFTPd 3.0.3)", "read", "331 .", "read", "230 .", "read", "200 .", "read",
			"227 (192,0,2,100,195,180)", "read", "150 Go (5 bytes).", "data hello", "end", "226 Sent.")
	})
	l.Program(l.c1, "client", func(p *sim.Proc) error {
		p.Sleep(10 * millisecond)
		g, err := l.getter(l.c1)
		if err != nil {
			return err
		}
		r := &web.Request{ID: 1, Path: "/motd"}
		if err := errors.Join(g.Send(r), g.Await()); err != nil {
			return err
		}
		a, err := g.Receive(r)
		if want := (web.Answer{Status: 226, Size: 5}); err != nil || a != want {
			return errNot("got %+v, %v, want %+v", a, err, want)
		}
		return nil
	})
	l.Run(5 * second)
}
