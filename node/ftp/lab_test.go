package ftp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

const (
	second      = time.Second
	millisecond = time.Millisecond
)

var vip = netip.MustParseAddr("192.0.2.100")

// lab is a server a, which holds a virtual IP, and clients c1 and c2. It
// decides about sessions itself.
type lab struct {
	*hosttest.Lab
	a, c1, c2 *host.Host
	server    *Server
	control   *host.Listener

	refuseOpen, refuseBegin bool
	open, sending           int      // sessions, and files that have begun and not ended
	sent                    []uint64 // files
}

func newLab(t testing.TB) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.a = l.Add("a", "192.0.2.11/24")
	l.c1 = l.Add("c1", "192.0.2.201/24")
	l.c2 = l.Add("c2", "192.0.2.202/24")
	l.a.NIC("lan").AddVIP(vip, host.MAC{})
	l.server = &Server{
		Node: "a", Go: l.a.Go, Service: l, First: 50000, Last: 50009, Size: 100000,
		Listen: func(at netip.AddrPort) (net.Listener, error) { return l.a.Listen(at, 4) },
	}
	l.a.Go("control", func(p *sim.Proc) {
		var err error
		if l.control, err = l.a.Listen(netip.AddrPortFrom(vip, 21), 16); err != nil {
			l.Loop.Fail(err)
			return
		}
		l.server.Serve(p, l.control)
	})
	return l
}

// Ready implements Service.
func (*lab) Ready(*sim.Proc) {}

// Open implements Service.
func (l *lab) Open(*sim.Proc, Conn) Session {
	if l.refuseOpen {
		return nil
	}
	l.open++
	return (*labSession)(l)
}

// labSession is what the lab decides for all sessions.
type labSession lab

// Begin implements Session.
func (s *labSession) Begin(*sim.Proc, Conn) bool {
	if !s.refuseBegin {
		s.sending++
	}
	return !s.refuseBegin
}

// End implements Session.
func (s *labSession) End() { s.sending-- }

// Sent implements Session.
func (s *labSession) Sent(file uint64) { s.sent = append(s.sent, file) }

// Close implements Session.
func (s *labSession) Close() { s.open-- }

// wantAtRest fails if a session, a file or a port of the server is still open.
func (l *lab) wantAtRest() {
	l.TB.Helper()
	if l.open != 0 || l.server.Len() != 0 || l.sending != 0 {
		l.TB.Errorf("%d sessions (the server counts %d) and %d files are open, want none", l.open, l.server.Len(), l.sending)
	}
	l.Program(l.a, "ports", func(*sim.Proc) error {
		for port := l.server.First; port <= l.server.Last; port++ {
			free, err := l.a.Listen(netip.AddrPortFrom(vip, port), 1)
			if err != nil {
				return fmt.Errorf("a port is still open: %w", err)
			}
			free.Close()
		}
		return nil
	})
	l.Pass(second)
}

// person is somebody who types commands on a control connection.
type person struct {
	*host.Conn
	link *Link // only to read
}

// connect opens a control connection.
func (l *lab) connect(from *host.Host) (*person, error) {
	c, err := from.Dial(netip.AddrPortFrom(vip, 21), 5*second)
	if err != nil {
		return nil, err
	}
	return &person{c, NewLink(c, nil)}, nil
}

// say sends a command, unless it is empty, and returns the code of the reply.
func (p *person) say(command string) (reply, error) {
	if command != "" {
		if _, err := io.WriteString(p, command+"\r\n"); err != nil {
			return reply{}, err
		}
	}
	return readReply(p.link.in)
}

// dialogue plays lines such as "PASV 227": a command and the code that it
// wants. The commands of a login may be written as "login".
func (p *person) dialogue(lines ...string) error {
	for _, line := range lines {
		if line == "login" {
			if err := p.dialogue("220", "USER me 331", "PASS x 230", "TYPE I 200"); err != nil {
				return err
			}
			continue
		}
		cut := strings.LastIndexByte(line, ' ')
		r, err := p.say(line[:max(cut, 0)])
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		if got := fmt.Sprint(r.code); got != line[cut+1:] {
			return fmt.Errorf("%s: got %s %s", line, got, r.text)
		}
	}
	return nil
}

// passive asks for a port.
func (p *person) passive() (netip.AddrPort, error) {
	r, err := p.say("PASV")
	if err != nil {
		return netip.AddrPort{}, err
	}
	return r.passiveAddress()
}

// errNot is what a program returns if something did not happen.
func errNot(format string, args ...any) error { return fmt.Errorf(format, args...) }

// file reads a data connection to its end and checks it.
func file(c net.Conn, number uint64) (int64, error) { return check(c, number, true) }

// getter is a client with a Link.
type getter struct {
	*Link
	conn *host.Conn
	host *host.Host
	data []*host.Conn
	ends []error // of data connections
}

func (l *lab) getter(from *host.Host) (*getter, error) {
	c, err := from.Dial(netip.AddrPortFrom(vip, 21), 5*second)
	if err != nil {
		return nil, err
	}
	g := &getter{conn: c, host: from}
	g.Link = NewLink(c, func(at netip.AddrPort) (Data, error) {
		d, err := from.Dial(at, 5*second)
		if err != nil {
			return nil, err
		}
		d.SetTimeout(10 * second)
		g.data = append(g.data, d)
		return &gotten{d, g}, nil
	})
	return g, nil
}

// gotten is a data connection of a getter.
type gotten struct {
	*host.Conn
	getter *getter
}

// Finish implements Data.
func (d *gotten) Finish(err error) {
	d.Close()
	d.getter.ends = append(d.getter.ends, err)
}

// get gets a file.
func (g *getter) get(id uint64) (web.Answer, error) {
	r := &web.Request{ID: id, Path: "/"}
	g.conn.SetTimeout(10 * second)
	if err := errors.Join(g.Send(r), g.Await()); err != nil {
		return web.Answer{}, err
	}
	return g.Receive(r)
}
