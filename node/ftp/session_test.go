package ftp

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
)

// TestSession: a whole dialogue. The port is on the address that the client
// asked, ports of the range take turns, and nothing is left.
func TestSession(t *testing.T) {
	l := newLab(t)
	l.server.Last = 50001
	l.Program(l.c1, "person", func(*sim.Proc) error {
		p, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		if err := p.dialogue("login", "NOOP 200", "RETR 7 425"); err != nil {
			return err
		}
		for i, want := range []string{"192.0.2.100:50000", "192.0.2.100:50001", "192.0.2.100:50000"} {
			at, err := p.passive()
			if err != nil || at.String() != want {
				return errNot("PASV: got %v, %v, want %s", at, err, want)
			}
			data, err := l.c1.Dial(at, second)
			if err != nil {
				return err
			}
			if err := p.dialogue(fmt.Sprintf("RETR /pub/%d 150", 7+i)); err != nil {
				return err
			}
			if n, err := file(data, uint64(7+i)); n != 100000 || err != nil {
				return errNot("file: got %d bytes, %v", n, err)
			}
			data.Close()
			if err := p.dialogue("226", fmt.Sprintf("RETR %d 425", 7+i)); err != nil { // the port is used up
				return err
			}
		}
		if err := p.dialogue("QUIT 221"); err != nil {
			return err
		}
		if _, err := p.Read(make([]byte, 1)); err != io.EOF {
			return errNot("after QUIT: got %v, want the end", err)
		}
		return p.Close()
	})
	l.Run(5 * second)
	if !slices.Equal(l.sent, []uint64{7, 8, 9}) {
		t.Errorf("sent %v, want 7, 8, 9", l.sent)
	}
	l.wantAtRest()
}

// TestNoPortFree: each client that waits for a file holds a port; one too many
// is refused, and can have one when another has let go.
func TestNoPortFree(t *testing.T) {
	l := newLab(t)
	l.server.Last = 50000
	l.Program(l.c1, "person", func(p *sim.Proc) error {
		first, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		other, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		err = errors.Join(first.dialogue("login", "PASV 227"), other.dialogue("login", "PASV 425", "RETR 1 425"))
		// A second PASV replaces the first port, so one is enough.
		err = errors.Join(err, first.dialogue("PASV 227"), other.dialogue("PASV 425"))
		first.Close()
		p.Sleep(10 * millisecond)
		return errors.Join(err, other.dialogue("PASV 227"), other.Close())
	})
	l.Run(5 * second)
	l.wantAtRest()
}

// TestForeignDataConnection: another machine that connects to the port is
// reset, gets no byte, and does not spoil the client's own transfer.
func TestForeignDataConnection(t *testing.T) {
	l := newLab(t)
	var at netip.AddrPort
	l.Program(l.c1, "person", func(p *sim.Proc) error {
		me, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		if err := me.dialogue("login"); err != nil {
			return err
		}
		if at, err = me.passive(); err != nil {
			return err
		}
		p.Sleep(second)
		if _, err := io.WriteString(me, "RETR 5\r\n"); err != nil {
			return err
		}
		p.Sleep(second)
		data, err := l.c1.Dial(at, second)
		if err != nil {
			return err
		}
		n, err := file(data, 5)
		if n != 100000 || err != nil {
			return errNot("got %d bytes, %v", n, err)
		}
		data.Close()
		return errors.Join(me.dialogue("150", "226"), me.Close())
	})
	l.Program(l.c2, "thief", func(p *sim.Proc) error {
		p.Sleep(500 * millisecond)
		data, err := l.c2.Dial(at, second)
		if err != nil {
			return err
		}
		n, err := data.Read(make([]byte, 100))
		if n != 0 || !errors.Is(err, host.ErrReset) {
			return errNot("the thief: got %d bytes, %v, want a reset", n, err)
		}
		return nil
	})
	l.Run(5 * second)
	if !slices.Equal(l.sent, []uint64{5}) {
		t.Errorf("sent %v, want 5", l.sent)
	}
	l.wantAtRest()
}

// TestSessionTimesOut: a server waits a minute for the data connection, and for
// commands as long as it is configured.
func TestSessionTimesOut(t *testing.T) {
	l := newLab(t)
	ended := map[bool]int{}
	l.server.Patience = web.Patience{
		First: 10 * second, Next: 300 * second, Ended: func(from netip.AddrPort, between bool) { ended[between]++ },
	}
	l.Program(l.c2, "silent", func(*sim.Proc) error {
		p, err := l.connect(l.c2)
		if err != nil {
			return err
		}
		if err := p.dialogue("220", "421"); err != nil {
			return err
		}
		if now := l.Loop.Now(); now < 10*second || now > 10*second+10*millisecond {
			return errNot("the end came at %v, want 10s", now)
		}
		return p.Close()
	})
	l.Program(l.c1, "person", func(*sim.Proc) error {
		p, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		for _, c := range []struct {
			lines []string
			takes time.Duration
		}{
			{[]string{"login", "PASV 227"}, 0}, {[]string{"RETR 5 425"}, AcceptTimeout}, {[]string{"NOOP 200"}, 0}, {[]string{"421"}, 300 * second},
		} {
			began := l.Loop.Now()
			if err := p.dialogue(c.lines...); err != nil {
				return err
			}
			if took := l.Loop.Now() - began; took < c.takes || took > c.takes+10*millisecond {
				return errNot("%v took %v, want %v", c.lines, took, c.takes)
			}
		}
		_, err = p.Read(make([]byte, 1))
		if err != io.EOF {
			return errNot("after 421: got %v, want the end", err)
		}
		return p.Close()
	})
	l.Run(400 * second)
	if ended[false] != 1 || ended[true] != 1 {
		t.Errorf("ended before the first command and between two: %v, want one of each", ended)
	}
	if len(l.sent) != 0 {
		t.Errorf("sent %v, want nothing", l.sent)
	}
	l.wantAtRest()
}

// TestRefused: without room for it, a connection is reset, and so is a data
// connection, whose control connection is told why.
func TestRefused(t *testing.T) {
	l := newLab(t)
	l.refuseBegin = true
	l.Program(l.c1, "person", func(*sim.Proc) error {
		p, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		if err := p.dialogue("login"); err != nil {
			return err
		}
		at, err := p.passive()
		if err != nil {
			return err
		}
		data, err := l.c1.Dial(at, second)
		if err != nil {
			return err
		}
		if err := p.dialogue("RETR 5 451", "NOOP 200"); err != nil {
			return err
		}
		if n, err := data.Read(make([]byte, 100)); n != 0 || !errors.Is(err, host.ErrReset) {
			return errNot("data: got %d bytes, %v, want a reset", n, err)
		}
		p.Close()
		l.refuseOpen = true
		if p, err = l.connect(l.c1); err != nil {
			return err
		}
		if err := p.dialogue("220"); !errors.Is(err, host.ErrReset) {
			return errNot("control: got %v, want a reset", err)
		}
		return nil
	})
	l.Run(5 * second)
	if len(l.sent) != 0 {
		t.Errorf("sent %v, want nothing", l.sent)
	}
	l.wantAtRest()
}

// TestBrokenData: the client resets the data connection in the middle of the
// file: 426, and the next file comes whole.
func TestBrokenData(t *testing.T) {
	l := newLab(t)
	l.server.Rate = 50000
	l.Program(l.c1, "person", func(*sim.Proc) error {
		p, err := l.connect(l.c1)
		if err != nil {
			return err
		}
		if err := p.dialogue("login"); err != nil {
			return err
		}
		for _, whole := range []bool{false, true} {
			at, err := p.passive()
			if err != nil {
				return err
			}
			data, err := l.c1.Dial(at, second)
			if err != nil {
				return err
			}
			if err := p.dialogue("RETR 5 150"); err != nil {
				return err
			}
			if !whole {
				data.Read(make([]byte, 10))
				data.Abort()
				err = p.dialogue("426")
			} else if _, err = file(data, 5); err == nil {
				data.Close()
				err = p.dialogue("226")
			}
			if err != nil {
				return err
			}
		}
		return p.Close()
	})
	l.Run(10 * second)
	if !slices.Equal(l.sent, []uint64{5}) {
		t.Errorf("sent %v, want 5 once", l.sent)
	}
	l.wantAtRest()
}

// TestBadLines: commands that are too long end the connection, and one that
// ends in the middle of a line does nothing.
func TestBadLines(t *testing.T) {
	l := newLab(t)
	for _, text := range []string{string(slices.Repeat([]byte("x"), 2*lineMax)) + "\r\n", "PASV"} {
		l.Program(l.c1, "person", func(p *sim.Proc) error {
			me, err := l.connect(l.c1)
			if err != nil {
				return err
			}
			err = errors.Join(me.dialogue("220"), me.SetWriteDeadline(time.Time{}))
			io.WriteString(me, text)
			p.Sleep(second)
			return errors.Join(err, me.Close())
		})
	}
	l.Run(5 * second)
	l.wantAtRest()
}

// TestDrain: a service that is stopped closes idle connections at once, and
// others after the current file.
func TestDrain(t *testing.T) {
	l := newLab(t)
	l.server.Rate = 50000
	ended := map[string]time.Duration{}
	l.Program(l.c1, "busy", func(*sim.Proc) error {
		g, err := l.getter(l.c1)
		if err != nil {
			return err
		}
		if a, err := g.get(3); err != nil || a.Status != 226 || a.Size != 100000 {
			return errNot("got %+v, %v", a, err)
		}
		if err := g.Await(); err != io.EOF {
			return errNot("got %v, want the end", err)
		}
		ended["busy"] = l.Loop.Now()
		return g.conn.Close()
	})
	l.Program(l.c2, "idle", func(*sim.Proc) error {
		g, err := l.getter(l.c2)
		if err != nil {
			return err
		}
		if err := g.Await(); err != io.EOF {
			return errNot("got %v, want the end", err)
		}
		ended["idle"] = l.Loop.Now()
		return g.conn.Close()
	})
	l.At(second, func() { l.server.Drain() })
	l.Run(5 * second)
	if at := ended["idle"]; at < second || at > 1001*millisecond {
		t.Errorf("the idle connection ended at %v, want 1s", at)
	}
	if at := ended["busy"]; at < 2*second || at > 2010*millisecond {
		t.Errorf("the busy connection ended at %v, want 2s, as long as the file takes", at)
	}
	l.wantAtRest()
}

// TestCrash: what the server holds is given back when its machine dies.
func TestCrash(t *testing.T) {
	l := newLab(t)
	l.server.Rate = 50000
	l.Program(l.c1, "person", func(*sim.Proc) error {
		g, err := l.getter(l.c1)
		if err != nil {
			return err
		}
		if a, err := g.get(3); !errors.Is(err, host.ErrTimeout) {
			return errNot("got %+v, %v, want a timeout", a, err)
		}
		return nil
	})
	l.At(second, func() {
		if l.open != 1 || l.sending != 1 {
			t.Errorf("%d sessions and %d files before the crash, want one of each", l.open, l.sending)
		}
		l.a.Crash(false)
	})
	l.Run(20 * second)
	if l.open != 0 || l.sending != 0 || l.server.Len() != 0 || len(l.sent) != 0 {
		t.Errorf("%d sessions, %d files open, sent %v, want nothing", l.open, l.sending, l.sent)
	}
}
