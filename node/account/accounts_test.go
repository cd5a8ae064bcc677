package account

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/database"
	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is the service, its database, and a machine of somebody who asks.
type lab struct {
	*hosttest.Lab
	api, db, c *host.Host
	accounts   *Accounts
	database   *database.Database
	store      *engine.Store
	story      []string
}

func newLab(t testing.TB, change func(*topology.DataSource)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.api, l.db, l.c = l.Add("api", "192.0.2.11/24"), l.Add("db", "192.0.2.60/24"), l.Add("c", "192.0.2.201/24")
	cfg := topology.Database{}.WithDefaults()
	l.store = database.NewStore(cfg)
	l.database = database.New(l.db, cfg, l.store)
	on, interval, one := true, 30*second, 1
	source := topology.DataSource{
		Target: topology.TargetAny, MaxActive: 2, MinIdle: &one, Initial: &one, MaxWait: 2 * second, TestOnBorrow: &on, ValidationInterval: &interval,
		Connect: 2 * second, Socket: 2 * second, Addresses: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.60:3306")},
	}
	if change != nil {
		change(&source)
	}
	l.At(2*second, func() { l.start(source) })
	return l
}

func (l *lab) start(source topology.DataSource) {
	l.accounts = New(l.api, topology.Accounts{Port: 80, Base: "/accounts", Database: source})
}

func (l *lab) say(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf("%v ", l.Loop.Now().Round(10*time.Millisecond))+fmt.Sprintf(format, args...))
}

// ask sends a request at an instant, and notes the answer.
func (l *lab) ask(at time.Duration, method, path, body string) {
	l.At(at, func() {
		l.c.Go("client", func(*sim.Proc) {
			conn, err := l.c.Dial(netip.MustParseAddrPort("192.0.2.11:80"), 5*second)
			if err != nil {
				l.say("%s %s: %s", method, path, host.Failure(err))
				return
			}
			defer conn.Close()
			link := web.NewLink(conn)
			defer link.Release()
			r := web.Request{Method: method, Host: "api", Path: path}
			if body != "" {
				r.Body = &web.Body{Text: body, Type: "text/plain"}
			}
			if err := link.Send(&r); err != nil {
				l.say("%s %s: send: %v", method, path, err)
				return
			}
			head, err := link.Head(&r)
			if err != nil {
				l.say("%s %s: no answer", method, path)
				return
			}
			text, err := io.ReadAll(head)
			if err != nil {
				l.TB.Error(err)
			}
			l.say("%s %s: %d %s", method, path, head.Status, strings.TrimSpace(string(text)))
		})
	})
}

func (l *lab) want(what string, story ...string) {
	l.TB.Helper()
	if !slices.Equal(l.story, story) {
		l.TB.Errorf("%s: got\n  %s\nwant\n  %s", what, strings.Join(l.story, "\n  "), strings.Join(story, "\n  "))
	}
}

// TestRows: a row is what was written to it last, a list has all its words, and
// what makes no sense leaves no trace in the database.
func TestRows(t *testing.T) {
	l := newLab(t, nil)
	for i, r := range [][3]string{
		{"GET", "/accounts/r1", ""}, {"PUT", "/accounts/r1", "a"}, {"PUT", "/accounts/r1", "b"}, {"GET", "/accounts/r1", ""},
		{"POST", "/accounts/l1", "c"}, {"POST", "/accounts/l1", "d"}, {"GET", "/accounts/l1", ""},
		{"PUT", "/accounts/", "x"}, {"PUT", "/accounts/x/y", "x"}, {"PUT", "/accounts/x", ""}, {"PUT", "/accounts/x", "two words"},
		{"DELETE", "/accounts/r1", ""}, {"PUT", "/elsewhere/x", "x"}, {"PUT", "/accounts/x", strings.Repeat("x", 5000)},
	} {
		l.ask(3*second+time.Duration(i)*100*time.Millisecond, r[0], r[1], r[2])
	}
	l.Run(6 * second)
	l.want("",
		"3s GET /accounts/r1: 404 ", "3.11s PUT /accounts/r1: 200 ok", "3.21s PUT /accounts/r1: 200 ok", "3.3s GET /accounts/r1: 200 b",
		"3.41s POST /accounts/l1: 200 ok", "3.51s POST /accounts/l1: 200 ok", "3.6s GET /accounts/l1: 200 c d",
		"3.7s PUT /accounts/: 400 failed: want a key", "3.8s PUT /accounts/x/y: 400 failed: want a key",
		"3.9s PUT /accounts/x: 400 failed: want one word", "4s PUT /accounts/x: 400 failed: want one word",
		"4.1s DELETE /accounts/r1: 405 failed: want GET, PUT or POST", "4.2s PUT /elsewhere/x: 404 failed: not found",
		"4.3s PUT /accounts/x: 413 failed: want one word",
	)
	if n := len(l.store.Rows()); n != 2 {
		t.Errorf("%d rows, want r1 and l1", n)
	}
}

// TestDatabaseGone: a database that refuses, is silent, is slow or is full is a
// failure by another name each, and a commit without an answer is no failure.
func TestDatabaseGone(t *testing.T) {
	for _, c := range []struct {
		name string
		hurt func(l *lab)
		want []string
	}{
		{"stopped", func(l *lab) { l.database.StopService(topology.DatabaseService) }, []string{
			"4s PUT /accounts/r1: 502 failed: datasource: database unreachable: host: dial 192.0.2.60:3306: connection refused",
			"4s GET /accounts/r1: 502 failed: datasource: database unreachable: host: dial 192.0.2.60:3306: connection refused",
		}},
		{"full", func(l *lab) { l.database.Set(topology.DatabaseDisk, topology.DiskFull) }, []string{
			"4s GET /accounts/r1: 404 ", "4s PUT /accounts/r1: 500 failed: datasource: disk full",
		}},
		{"frozen", func(l *lab) { l.db.Freeze(false) }, []string{
			"6s GET /accounts/r1: 502 failed: datasource: database unreachable: host: dial 192.0.2.60:3306: timeout",
			"8s PUT /accounts/r1: 502 failed: datasource: database unreachable: host: dial 192.0.2.60:3306: timeout", // after 2 s on the idle connection
		}},
	} {
		l := newLab(t, func(cfg *topology.DataSource) { cfg.MaxActive = 5 })
		l.At(3500*time.Millisecond, func() { c.hurt(l) })
		l.ask(4*second, "PUT", "/accounts/r1", "a")
		l.ask(4*second, "GET", "/accounts/r1", "")
		l.Run(20 * second)
		slices.Sort(l.story)
		slices.Sort(c.want)
		l.want(c.name, c.want...)
	}
}

// TestUnknown: when the connection breaks while a commit is under way, nobody
// says that the write has failed.
func TestUnknown(t *testing.T) {
	l := newLab(t, nil)
	l.ask(4*second, "PUT", "/accounts/r1", "a")
	l.At(4*second+3*time.Millisecond, func() { l.database.StopService(topology.DatabaseService) }) // a commit takes 5 ms
	l.Run(10 * second)
	if len(l.story) != 1 || !strings.HasPrefix(l.story[0], "4s PUT /accounts/r1: 504 unknown: ") {
		t.Errorf("got %q, want that it is unknown", l.story)
	}
}

// TestExhausted: who finds no free connection waits, and then has failed; the
// others are not disturbed.
func TestExhausted(t *testing.T) {
	l := newLab(t, func(cfg *topology.DataSource) { cfg.Socket = 0 })
	l.At(3*second, func() { l.database.Set(topology.DatabaseLock, "accounts/r1") })
	for range 2 {
		l.ask(4*second, "PUT", "/accounts/r1", "a")
	}
	l.ask(4100*time.Millisecond, "GET", "/accounts/other", "")
	l.Run(53 * second)
	l.want("while the row is locked", "6.1s GET /accounts/other: 503 failed: datasource: pool exhausted: 2 connections are lent")
	l.Run(60 * second)
	l.want("after 50 s", "6.1s GET /accounts/other: 503 failed: datasource: pool exhausted: 2 connections are lent",
		"54s PUT /accounts/r1: 500 failed: datasource: lock wait timeout", "54s PUT /accounts/r1: 500 failed: datasource: lock wait timeout")
}

// TestHalfRequest: half a request writes nothing, and holds up nobody.
func TestHalfRequest(t *testing.T) {
	l := newLab(t, nil)
	for i, half := range []string{"PUT /accounts/r1 HTTP/1.1\r\nHost: a", "PUT /accounts/r1 HTTP/1.1\r\nHost: api\r\nContent-Length: 5\r\n\r\nab", "nonsense\r\n\r\n"} {
		l.Program(l.c, fmt.Sprint("half ", i), func(p *sim.Proc) error {
			p.Sleep(3 * second)
			conn, err := l.c.Dial(netip.MustParseAddrPort("192.0.2.11:80"), 5*second)
			if err == nil {
				_, err = conn.Write([]byte(half))
			}
			p.Sleep(second)
			conn.Close()
			return err
		})
	}
	l.ask(3500*time.Millisecond, "GET", "/accounts/r1", "")
	l.ask(5*second, "GET", "/accounts/r1", "")
	l.Run(6 * second)
	l.want("", "3.5s GET /accounts/r1: 404 ", "5s GET /accounts/r1: 404 ")
}

// TestStopped: a stopped service refuses. Requests that wait for the database
// at that instant are answered, and after the next start all is as it was; so
// it is after a crash of the machine.
func TestStopped(t *testing.T) {
	l := newLab(t, nil)
	l.ask(3*second, "PUT", "/accounts/r1", "a")
	l.At(3500*time.Millisecond, func() { l.db.Freeze(false) })
	l.ask(3600*time.Millisecond, "GET", "/accounts/r1", "")
	l.At(4*second, func() {
		if err := l.accounts.StopService("other"); err == nil {
			t.Error("another service: got no error")
		}
		l.accounts.StopService(topology.AccountsService)
		l.accounts.StopService(topology.AccountsService)
	})
	l.At(4500*time.Millisecond, func() { l.db.Thaw() })
	l.ask(5*second, "GET", "/accounts/r1", "")
	l.At(6*second, func() { l.accounts.StartService(topology.AccountsService) })
	l.ask(7*second, "GET", "/accounts/r1", "")
	l.Run(8 * second)
	l.want("", "3.01s PUT /accounts/r1: 200 ok", "5s GET /accounts/r1: refused", "5.2s GET /accounts/r1: 200 a", "7s GET /accounts/r1: 200 a")
	var states []string
	_, all := hosttest.Bodies[event.ServiceChanged](l.Lab, "api")
	for _, b := range all {
		states = append(states, b.State)
	}
	if want := []string{"listening", "stopped", "listening"}; !slices.Equal(states, want) {
		t.Errorf("the service: got %q, want %q", states, want)
	}
	l.api.Crash(false)
	l.Run(9 * second)
	l.api.PowerOn()
	l.Run(10 * second)
	one := 1
	l.start(topology.DataSource{Target: topology.TargetAny, MaxActive: 1, MinIdle: &one, Initial: &one, Addresses: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.60:3306")}, TestOnBorrow: new(bool), ValidationInterval: new(time.Duration)})
	l.ask(11*second, "GET", "/accounts/r1", "")
	l.Run(12 * second)
	if last := l.story[len(l.story)-1]; last != "11s GET /accounts/r1: 200 a" {
		t.Errorf("after a crash: got %q", last)
	}
}
