package database

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is a database and a machine whose programs speak to it by hand.
type lab struct {
	*hosttest.Lab
	db, c    *host.Host
	cfg      topology.Database
	database *Database
	store    *engine.Store
	to       netip.AddrPort // whom the programs speak to
	story    []string
}

func newLab(t testing.TB, change func(*topology.Database)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.db, l.c = l.Add("db", "192.0.2.61/24"), l.Add("c", "192.0.2.201/24")
	if change != nil {
		change(&l.cfg)
	}
	l.cfg, l.to = l.cfg.WithDefaults(), netip.MustParseAddrPort("192.0.2.61:3306")
	l.store = NewStore(l.cfg)
	l.start()
	return l
}

func (l *lab) start() { l.database = New(l.db, l.cfg, l.store) }

func (l *lab) say(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf("%v ", l.Loop.Now().Round(10*time.Millisecond))+fmt.Sprintf(format, args...))
}

// talk connects at an instant, says one line after another, each after the
// answer to the one before, and notes the answers and the end. A line without
// its end is half a message: the client goes away then.
func (l *lab) talk(at time.Duration, name string, lines ...string) {
	l.At(at, func() {
		l.c.Go(name, func(p *sim.Proc) {
			link, err := session.Dial(l.c, l.to, 5*second)
			if err != nil {
				l.say("%s: %s", name, host.Failure(err))
				return
			}
			defer link.Close()
			for _, line := range append([]string{""}, lines...) {
				if half, is := strings.CutSuffix(line, "…"); is {
					_, _ = link.Conn().Write([]byte(half))
					p.Sleep(second / 10)
					return
				}
				if line != "" {
					m, err := session.Parse([]byte(line))
					if err != nil {
						l.TB.Error(err)
					}
					link.Post(m)
				}
				m, err := link.Receive(0)
				if err != nil {
					l.say("%s: %s: ended %s", name, line, host.Failure(err))
					return
				}
				if line != "" || m.Verb != VerbWelcome {
					l.say("%s: %s: %v", name, line, m)
				}
			}
			_, err = link.Receive(0)
			l.say("%s: ended %s", name, host.Failure(err))
		})
	})
}

func (l *lab) want(what string, story ...string) {
	l.TB.Helper()
	if !slices.Equal(l.story, story) {
		l.TB.Errorf("%s: got\n  %s\nwant\n  %s", what, strings.Join(l.story, "\n  "), strings.Join(story, "\n  "))
	}
}

// rows are the rows of the store, such as "t/a=1".
func (l *lab) rows() (all []string) {
	for k, v := range l.store.Rows() { // order: sorted below
		all = append(all, k.Table+"/"+k.Row+"="+v)
	}
	slices.Sort(all)
	return all
}

// states are what the database logs about itself.
func (l *lab) states() (all []string) {
	for e, b := range event.Of[event.DatabaseChanged](l.Log.Events()) {
		all = append(all, fmt.Sprintf("%v %s %s", e.At.Round(10*time.Millisecond), e.Node, b.State))
	}
	return all
}

// TestStatements: each statement has its answer, a transaction is seen by
// others once it is committed, and one that is rolled back never.
func TestStatements(t *testing.T) {
	l := newLab(t, nil)
	l.talk(2*second, "a", "put t a 1", "append t b x", "get t a", "get t c", "commit", "append! t b y", "put t a 2", "rollback", "delete! t a", "keys t", "ping")
	l.talk(2*second+3*time.Millisecond, "b", "get! t a")
	l.talk(3*second, "c", "lock t b", "get t b", "commit")
	l.Run(4 * second)
	l.want("",
		"2s a: put t a 1: ok", "2s a: append t b x: ok", "2s a: get t a: found 1", "2s a: get t c: none", "2s b: get! t a: none",
		"2.01s a: commit: ok", "2.01s a: append! t b y: ok", "2.01s a: put t a 2: ok", "2.01s a: rollback: ok", "2.02s a: delete! t a: ok", "2.02s a: keys t: found b",
		"2.02s a: ping: ok", "3s c: lock t b: found x%20y", "3s c: get t b: found x%20y", "3s c: commit: ok",
	)
	if got := l.rows(); !slices.Equal(got, []string{"t/b=x y"}) {
		t.Errorf("rows: got %q", got)
	}
}

// TestNonsense: what is no statement ends the connection, half a statement is
// none, and whoever goes away in a transaction has written nothing and locks
// nothing.
func TestNonsense(t *testing.T) {
	l := newLab(t, nil)
	for i, line := range []string{"select 1", "ack x 1", "welcome"} {
		l.talk(2*second, fmt.Sprint(i), line)
	}
	l.talk(3*second, "half", "put t a 1", "put! t b 2…")
	l.talk(4*second, "next", "put! t a 3")
	l.Run(5 * second)
	want := []string{"2s 0: select 1: ended ", "2s 1: ack x 1: ended ", "2s 2: welcome: ended ", "3s half: put t a 1: ok", "4.01s next: put! t a 3: ok"}
	slices.Sort(l.story[:min(3, len(l.story))])
	l.want("", want...)
	if got := l.rows(); !slices.Equal(got, []string{"t/a=3"}) {
		t.Errorf("rows: got %q", got)
	}
}

// TestTooMany: more clients than it takes are told so.
func TestTooMany(t *testing.T) {
	l := newLab(t, func(cfg *topology.Database) { cfg.Connections = 1 })
	l.talk(2*second, "a", "ping")
	l.talk(3*second, "b", "ping")
	l.Run(4 * second)
	l.want("", "2s a: ping: ok", "3s b: : refused too-many-connections", "3s b: ping: ended ")
	if _, all := hosttest.Bodies[event.DatabaseRefused](l.Lab, "db"); len(all) != 1 || all[0].Reason != TooMany {
		t.Errorf("got %v, want one refusal", all)
	}
}

// TestStopped: a database that is killed resets its clients and loses what the
// disk has not written; also one that has not recovered yet can be stopped, and
// one that waits for a lock. Settings outlast it, the lock of a session does
// not. After a crash of the machine it is the same.
func TestStopped(t *testing.T) {
	l := newLab(t, nil)
	l.At(second/2, func() {
		if err := l.database.StopService("other"); err == nil {
			t.Error("another service: got no error")
		}
		l.database.StopService(topology.DatabaseService)
		l.database.StopService(topology.DatabaseService)
		l.database.StartService(topology.DatabaseService)
		l.database.StartService(topology.DatabaseService)
	})
	l.talk(2*second, "a", "put! t a 1", "put t b 2")
	l.At(2500*time.Millisecond, func() { l.database.Set(topology.DatabaseLock, "t/c") })
	l.talk(3*second, "waits for a row", "put! t c 3")
	l.talk(4*second-3*time.Millisecond, "waits for the disk", "put! t d 4")
	l.At(4*second, func() { l.database.StopService(topology.DatabaseService) })
	l.talk(5*second, "refused", "ping")
	l.At(6*second, func() { l.database.StartService(topology.DatabaseService) })
	l.talk(6500*time.Millisecond, "recovering", "ping")
	l.talk(8*second, "b", "get t a", "get t b", "put! t c 5")
	l.At(9*second, func() { l.db.Crash(false) })
	l.At(9500*time.Millisecond, func() { l.db.PowerOn() })
	l.At(10*second, l.start)
	l.talk(12*second, "c", "keys t")
	l.Run(13 * second)
	slices.SortStableFunc(l.story, func(a, b string) int { // of one instant
		if strings.HasPrefix(a, "4s ") && strings.HasPrefix(b, "4s ") {
			return strings.Compare(a, b)
		}
		return 0
	})
	l.want("", "2.01s a: put! t a 1: ok", "2.01s a: put t b 2: ok", "4s a: ended reset", "4s waits for a row: put! t c 3: ended reset",
		"4s waits for the disk: put! t d 4: ended reset", "5s refused: refused", "6.5s recovering: refused",
		"8s b: get t a: found 1", "8s b: get t b: none", "8.01s b: put! t c 5: ok", "12s c: keys t: found a%0Ac")
	want := []string{"0s db recovering", "500ms db stopped", "500ms db recovering", "1.5s db primary", "4s db stopped", "6s db recovering", "7s db primary", "10s db recovering", "11s db primary"}
	if got := l.states(); !slices.Equal(got, want) {
		t.Errorf("states: got %q, want %q", got, want)
	}
}

// TestSet: a property that is set while the database does not serve counts when
// it does; what is none is refused.
func TestSet(t *testing.T) {
	l := newLab(t, nil)
	if err := l.database.Set(topology.DatabaseDisk, topology.DiskFull); err != nil {
		t.Error(err)
	}
	l.talk(2*second, "full", "put! t a 1")
	l.At(3*second, func() { l.database.Set(topology.DatabaseDisk, topology.DiskOK) })
	l.talk(4*second, "ok", "put! t a 1")
	l.At(5*second, func() {
		for property, value := range map[string]string{"x": "y", topology.DatabaseLock: "a row"} { // order: apart
			if err := l.database.Set(property, value); err == nil {
				t.Errorf("%s %s: got no error", property, value)
			}
		}
	})
	l.Run(6 * second)
	l.want("", "2s full: put! t a 1: disk-full", "4.01s ok: put! t a 1: ok")
}

// TestReplica: a replica has what its primary has, takes no writes, and serves
// them once it is promoted; the former primary becomes a replica.
func TestReplica(t *testing.T) {
	l := newLab(t, func(cfg *topology.Database) {
		cfg.ReplicaOf, cfg.Role, cfg.Primary = "db2", topology.RolePrimary, netip.MustParseAddrPort("192.0.2.62:3306")
	})
	db2 := l.Add("db2", "192.0.2.62/24")
	cfg := topology.Database{ReplicaOf: "db", Role: topology.RoleReplica, Primary: netip.MustParseAddrPort("192.0.2.61:3306")}.WithDefaults()
	store := NewStore(cfg)
	var replica *Database
	l.At(10*time.Millisecond, func() { replica = New(db2, cfg, store) })
	l.talk(3*second, "a", "put! t a 1")
	l.Run(4 * second)
	if got := store.Rows()[engine.Key{Table: "t", Row: "a"}]; got != "1" || store.Position() != l.store.Position() {
		t.Errorf("the replica has %q at %v, want 1 at %v", got, store.Position(), l.store.Position())
	}
	// A silent primary is given up, and one that comes back is followed again.
	l.db.Freeze(false)
	l.Run(100 * second)
	l.db.Thaw()
	l.Run(120 * second)
	l.talk(121*second, "b", "put! t a 2")
	l.Run(122 * second)
	if got := store.Rows()[engine.Key{Table: "t", Row: "a"}]; got != "2" {
		t.Errorf("after the primary was silent the replica has %q, want 2", got)
	}
	if n := hosttest.Count[event.DatabaseFollowed](l.Lab, "db2"); n != 2 {
		t.Errorf("it has followed %d times, want twice", n)
	}
	for range 2 {
		replica.Set(topology.DatabaseRole, topology.RolePrimary)
		l.database.Set(topology.DatabaseRole, topology.RoleReplica)
	}
	l.talk(123*second, "c", "put! t a 3")
	l.At(124*second, func() { l.to = netip.MustParseAddrPort("192.0.2.62:3306") })
	l.talk(124*second, "d", "put! t a 4")
	l.Run(125 * second)
	l.want("", "3.01s a: put! t a 1: ok", "2m1.01s b: put! t a 2: ok", "2m2s a: ended ", "2m2s b: ended ",
		"2m3s c: put! t a 3: read-only", "2m4.01s d: put! t a 4: ok")
	if got := l.rows(); !slices.Equal(got, []string{"t/a=4"}) {
		t.Errorf("the former primary has %q, want what the new one has", got)
	}
	want := []string{"0s db recovering", "10ms db2 recovering", "1s db primary", "1.01s db2 replica", "2m2s db2 primary", "2m2s db replica"}
	if got := l.states(); !slices.Equal(got, want) {
		t.Errorf("states: got %q, want %q", got, want)
	}
}

// TestStoppedReplica: a replica that is stopped leaves its primary at once.
func TestStoppedReplica(t *testing.T) {
	l := newLab(t, func(cfg *topology.Database) {
		cfg.ReplicaOf, cfg.Role, cfg.Primary = "p", topology.RoleReplica, netip.MustParseAddrPort("192.0.2.62:3306")
	})
	p := l.Add("p", "192.0.2.62/24")
	l.Program(p, "primary", func(*sim.Proc) error {
		listener, err := p.Listen(session.AnyAddress(3306), 8)
		if err != nil {
			return err
		}
		conn, err := listener.AcceptConn()
		if err != nil {
			return err
		}
		if _, err = conn.Write([]byte("welcome primary\nhistory\ncopy 0 0\nrecords\n")); err != nil {
			return err
		}
		for err == nil {
			_, err = conn.Read(make([]byte, 100))
		}
		l.say("%s", host.Failure(err))
		return nil
	})
	l.At(5*second, func() { l.database.StopService(topology.DatabaseService) })
	l.Run(6 * second)
	l.want("", "5s reset")
}

// TestFollowsNonsense: a replica takes nothing from what is no primary, and of
// a feed nothing before it is whole; it tries again after its time.
func TestFollowsNonsense(t *testing.T) {
	for _, c := range []struct {
		name, feed string
		rows       []string
		followed   int
	}{
		{"whole", "welcome primary\nhistory\ncopy 2 2\nrow t a 1\nrow t b 2\nrecords\nrecord 3 put t c 3\n", []string{"t/a=1", "t/b=2", "t/c=3"}, 1},
		{"half a copy", "welcome primary\nhistory\ncopy 2 2\nrow t a 1\n", nil, 0},
		{"a row is missing", "welcome primary\nhistory\ncopy 2 2\nrow t a 1\nrecords\n", nil, 0},
		{"half a record", "welcome primary\nhistory\ncopy 2 0\nrecords\nrecord 3 put t c", nil, 1},
		{"a bad record", "welcome primary\nhistory\ncopy 2 0\nrecords\nrecord 3 put t\n", nil, 1},
		{"refused", "refused too-many-connections\n", nil, 0},
		{"nonsense", "welcome primary\nhello\n", nil, 0},
		{"no database", "HTTP/1.1 400 Bad Request\r\n\r\n", nil, 0},
		{"nothing", "", nil, 0},
	} {
		l := newLab(t, func(cfg *topology.Database) {
			cfg.ReplicaOf, cfg.Role, cfg.Primary, cfg.Retry = "p", topology.RoleReplica, netip.MustParseAddrPort("192.0.2.62:3306"), 5*second
		})
		p, accepted := l.Add("p", "192.0.2.62/24"), 0
		l.Program(p, "primary", func(proc *sim.Proc) error {
			listener, err := p.Listen(session.AnyAddress(3306), 8)
			for err == nil {
				var conn *host.Conn
				if conn, err = listener.AcceptConn(); err != nil {
					break
				}
				if accepted++; accepted == 1 {
					_, _ = conn.Write([]byte(c.feed))
				}
				proc.Sleep(second)
				conn.Close()
			}
			return err
		})
		l.Run(10 * second)
		if got := l.rows(); !slices.Equal(got, c.rows) {
			t.Errorf("%s: rows: got %q, want %q", c.name, got, c.rows)
		}
		if n := hosttest.Count[event.DatabaseFollowed](l.Lab, "db"); n != c.followed || accepted != 2 {
			t.Errorf("%s: followed %d times by %d connections, want %d by 2", c.name, n, accepted, c.followed)
		}
	}
}
