package ldap_test

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/ldap"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// directory is a service that knows one password, and a server of it on a
// machine.
type directory struct {
	*hosttest.Lab
	dir, client *host.Host
	server      *ldap.Server
	seen        []ldap.BindRequest
	delay       time.Duration
	mute        bool // it resets instead of answering
	closed      int
}

func newDirectory(t *testing.T) *directory {
	d := &directory{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	d.dir, d.client = d.Add("dir", "192.0.2.50/24"), d.Add("c1", "192.0.2.201/24")
	d.server = &ldap.Server{Node: "dir", Go: d.dir.Go, Service: d}
	d.dir.Go("server", func(p *sim.Proc) {
		l, err := d.dir.Listen(netip.MustParseAddrPort("0.0.0.0:389"), 16)
		if err == nil {
			err = d.server.Serve(p, l)
		}
		t.Error(err)
	})
	return d
}

func (d *directory) Ready(*sim.Proc)                       {}
func (d *directory) Open(*sim.Proc, web.Conn) ldap.Session { return d }
func (d *directory) Close()                                { d.closed++ }

func (d *directory) Bind(p *sim.Proc, r ldap.BindRequest) (ldap.Result, bool) {
	d.seen = append(d.seen, r)
	if d.delay > 0 {
		p.Sleep(d.delay)
	}
	if r.DN != "" && r.Password != "secret" {
		return ldap.InvalidCredentials, true
	}
	return ldap.Success, !d.mute
}

// ask runs a client on a connection to the server.
func (d *directory) ask(client func(p *sim.Proc, c *host.Conn)) {
	d.TB.Helper()
	done := false
	d.client.Go("client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		c, err := d.client.Dial(netip.MustParseAddrPort("192.0.2.50:389"), time.Second)
		if err != nil {
			d.TB.Error(err)
			return
		}
		client(p, c)
		c.Close()
		done = true
	})
	d.Run(d.Loop.Now() + 10*time.Second)
	if !done {
		d.TB.Error("the client hangs")
	}
}

// TestBind: several binds on one connection, each with its own result.
func TestBind(t *testing.T) {
	d := newDirectory(t)
	d.ask(func(_ *sim.Proc, c *host.Conn) {
		for _, b := range []struct {
			dn, password string
			want         ldap.Result
		}{{"", "", ldap.Success}, {"cn=probe", "wrong", ldap.InvalidCredentials}, {"cn=probe", "secret", ldap.Success}} {
			if got, err := ldap.Bind(c, b.dn, b.password); got != b.want || err != nil {
				t.Errorf("%s %s: got %v, %v, want %v", b.dn, b.password, got, err, b.want)
			}
		}
	})
	want := []ldap.BindRequest{{ID: 1, Version: 3}, {ID: 1, Version: 3, DN: "cn=probe", Password: "wrong"}, {ID: 1, Version: 3, DN: "cn=probe", Password: "secret"}}
	if !slices.Equal(d.seen, want) || d.server.Len() != 0 || d.closed != 1 {
		t.Errorf("got %+v, %d open, %d closed, want %+v on one connection", d.seen, d.server.Len(), d.closed, want)
	}
}

// TestOtherOperations: what the server says to what it does not do.
func TestOtherOperations(t *testing.T) {
	for _, c := range []struct{ name, sent, want string }{
		{"search", "\x30\x05\x02\x01\x07\x63\x00", "\x30\x0c\x02\x01\x07\x65\x07\x0a\x01\x35\x04\x00\x04\x00"}, // 53: unwilling
		{"unbind", "\x30\x05\x02\x01\x07\x42\x00", ""},
		{"abandon, then unbind", "\x30\x06\x02\x01\x07\x50\x01\x01\x30\x05\x02\x01\x08\x42\x00", ""},
		{"SASL", "\x30\x12\x02\x01\x07\x60\x0d\x02\x01\x03\x04\x00\xa3\x06\x04\x04AAAA", "\x30\x0c\x02\x01\x07\x61\x07\x0a\x01\x07\x04\x00\x04\x00"},
		{"garbage", "GET / HTTP/1.1\r\n\r\n" + string(make([]byte, 1000)), ""},
	} {
		d := newDirectory(t)
		d.ask(func(_ *sim.Proc, conn *host.Conn) {
			conn.SetTimeout(time.Second)
			io.WriteString(conn, c.sent)
			got, err := io.ReadAll(conn)
			if stays := c.want != ""; string(got) != c.want || stays != errors.Is(err, host.ErrTimeout) {
				t.Errorf("%s: got %x, %v, want %x", c.name, got, err, c.want)
			}
		})
		if len(d.seen) != 0 {
			t.Errorf("%s: the service saw %+v, want nothing", c.name, d.seen)
		}
	}
}

// TestNoAnswer: a session that does not answer resets the connection.
func TestNoAnswer(t *testing.T) {
	d := newDirectory(t)
	d.mute = true
	d.ask(func(_ *sim.Proc, c *host.Conn) {
		if _, err := ldap.Bind(c, "", ""); !errors.Is(err, host.ErrReset) {
			t.Errorf("got %v, want a reset", err)
		}
	})
}

// TestDrain: an idle connection is closed at once, another after its response.
func TestDrain(t *testing.T) {
	for _, busy := range []bool{false, true} {
		d := newDirectory(t)
		d.delay = 100 * time.Millisecond
		d.At(50*time.Millisecond, d.server.Drain)
		d.ask(func(p *sim.Proc, c *host.Conn) {
			if busy {
				if result, err := ldap.Bind(c, "", ""); result != ldap.Success || err != nil {
					t.Errorf("got %v, %v", result, err)
				}
			}
			_, err := c.Read(make([]byte, 1))
			if at := d.Loop.Now().Round(10 * time.Millisecond); err != io.EOF || !busy && at != 50*time.Millisecond || busy && at != 100*time.Millisecond {
				t.Errorf("busy %v: got %v at %v, want the end", busy, err, at)
			}
		})
	}
}

// TestCrash: when the machine crashes, sessions end.
func TestCrash(t *testing.T) {
	d := newDirectory(t)
	d.At(50*time.Millisecond, func() { d.dir.Crash(false) })
	d.ask(func(p *sim.Proc, c *host.Conn) { p.Sleep(time.Second) })
	if d.closed != 1 || d.server.Len() != 0 {
		t.Errorf("%d sessions closed, %d connections open, want 1 and 0", d.closed, d.server.Len())
	}
}
