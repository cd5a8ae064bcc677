package datasource

import (
	"errors"
	"fmt"
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
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const (
	second      = time.Second
	millisecond = time.Millisecond
)

// lab is a database, a replica and a machine with a pool.
type lab struct {
	*hosttest.Lab
	db1, db2, api *host.Host
	primary       *database.Database
	replica       *database.Database
	stores        [2]*engine.Store
	pool          *Pool
	story         []string
}

// settings is a data source with the document's settings, but few connections.
func settings() topology.DataSource {
	five, three, on, interval := 1, 1, true, 30*second
	return topology.DataSource{
		Target: topology.TargetAny, MaxActive: 2, MinIdle: &five, Initial: &three, MaxWait: 60 * second, TestOnBorrow: &on, ValidationInterval: &interval,
		Addresses: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.61:3306"), netip.MustParseAddrPort("192.0.2.62:3306")},
	}
}

func newLab(t testing.TB, cfg topology.DataSource) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.db1, l.db2, l.api = l.Add("db1", "192.0.2.61/24"), l.Add("db2", "192.0.2.62/24"), l.Add("api", "192.0.2.11/24")
	first := topology.Database{ReplicaOf: "db2", Role: topology.RolePrimary, Primary: netip.MustParseAddrPort("192.0.2.62:3306")}.WithDefaults()
	other := topology.Database{ReplicaOf: "db1", Primary: netip.MustParseAddrPort("192.0.2.61:3306")}.WithDefaults()
	l.stores = [2]*engine.Store{database.NewStore(first), database.NewStore(other)}
	l.primary, l.replica = database.New(l.db1, first, l.stores[0]), database.New(l.db2, other, l.stores[1])
	l.At(2*second, func() { l.pool = New(l.api, cfg) })
	return l
}

// do runs a transaction at an instant, and notes how it ended and when.
func (l *lab) do(at time.Duration, name string, f func(*Tx) error) {
	l.At(at, func() {
		l.api.Go(name, func(p *sim.Proc) {
			err := l.pool.Do(p, f)
			why := "ok"
			for _, known := range []error{ErrPoolExhausted, ErrUnreachable, ErrCommitUnknown, ErrReadOnly, ErrLockTimeout, ErrDeadlock, ErrDiskFull, ErrTooMany} {
				if errors.Is(err, known) {
					why = known.Error()
				}
			}
			l.story = append(l.story, fmt.Sprintf("%v %s: %s", l.Loop.Now().Round(10*millisecond), name, why))
		})
	})
}

func put(row, value string) func(*Tx) error {
	return func(tx *Tx) error { return tx.Put("t", row, value) }
}

func get(row string) func(*Tx) error {
	return func(tx *Tx) error { _, _, err := tx.Get("t", row); return err }
}

func (l *lab) want(story ...string) {
	l.TB.Helper()
	if !slices.Equal(l.story, story) {
		l.TB.Errorf("got\n  %s\nwant\n  %s", strings.Join(l.story, "\n  "), strings.Join(story, "\n  "))
	}
}

// TestTransactions: what is committed is there, also at the replica, and what
// is rolled back is not.
func TestTransactions(t *testing.T) {
	l := newLab(t, settings())
	refused := errors.New("changed its mind")
	var value string
	var keys []string
	l.do(3*second, "write", put("a", "1"))
	l.do(4*second, "append", func(tx *Tx) error { return errors.Join(tx.Append("t", "a", "2"), tx.Put("t", "b", "3")) })
	l.do(5*second, "roll back", func(tx *Tx) error {
		return cmpOr(tx.Delete("t", "a"), tx.Put("t", "c", "4"), refused)
	})
	l.do(6*second, "read", func(tx *Tx) (err error) {
		value, _, err = tx.Get("t", "a")
		if err == nil {
			keys, err = tx.Keys("t")
		}
		return err
	})
	l.Run(7 * second)
	if value != "1 2" || !slices.Equal(keys, []string{"a", "b"}) {
		t.Errorf("got %q and %q, want the two committed transactions", value, keys)
	}
	if rows := l.stores[1].Rows(); rows[engine.Key{Table: "t", Row: "a"}] != "1 2" || len(rows) != 2 {
		t.Errorf("the replica has %v, want what is committed", rows)
	}
	if len(l.story) != 4 {
		t.Errorf("got %q, want four ends", l.story)
	}
	for _, f := range event.Of[event.PoolFailed](l.Log.Events()) {
		t.Errorf("got %+v, want no failure", f)
	}
}

func cmpOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestErrors: each error means what its doc says.
func TestErrors(t *testing.T) {
	l := newLab(t, settings())
	set := func(at time.Duration, d **database.Database, property, value string) {
		l.At(at, func() {
			if err := (*d).Set(property, value); err != nil {
				t.Error(err)
			}
		})
	}
	set(3*second, &l.primary, topology.DatabaseDisk, topology.DiskFull)
	l.do(4*second, "full", put("a", "1"))
	set(5*second, &l.primary, topology.DatabaseDisk, topology.DiskOK)
	set(6*second, &l.primary, topology.DatabaseLock, "t/a")
	l.do(7*second, "locked", put("a", "1"))
	l.do(7*second, "locked too", put("a", "1"))
	l.do(8*second, "third", get("b")) // both connections are lent until 57 s
	set(70*second, &l.primary, topology.DatabaseLock, topology.LockNone)
	l.Run(75 * second)
	l.want("4s full: disk full", "57s locked: lock wait timeout", "57s locked too: lock wait timeout", "57s third: ok")
}

// TestExhausted: who waits for MaxWait gets an error.
func TestExhausted(t *testing.T) {
	cfg := settings()
	cfg.MaxWait = 10 * second
	l := newLab(t, cfg)
	l.At(3*second, func() { l.primary.Set(topology.DatabaseLock, "t/a") })
	l.do(4*second, "one", put("a", "1"))
	l.do(4*second, "two", put("a", "1"))
	l.do(5*second, "three", get("b"))
	l.Run(60 * second)
	l.want("15s three: pool exhausted", "54s one: lock wait timeout", "54s two: lock wait timeout")
}

// TestCommitUnknown: the answer to a commit is lost with the machine; that to a
// statement before it is no question.
func TestCommitUnknown(t *testing.T) {
	for _, c := range []struct {
		after time.Duration // from the commit to the loss of power
		want  string
		there bool
	}{
		{2 * millisecond, "commit: outcome unknown", false}, // the disk takes 5 ms
		{6 * millisecond, "ok", true},
	} {
		cfg := settings()
		cfg.Socket = 5 * second
		l := newLab(t, cfg)
		l.do(3*second, "warm up", get("a"))
		l.do(4*second, "write", func(tx *Tx) error {
			err := tx.Put("t", "a", "1")
			l.At(l.Loop.Now()+c.after, func() { l.db1.Crash(false) })
			return err
		})
		l.Run(20 * second)
		if got := l.story[len(l.story)-1]; !strings.HasSuffix(got, c.want) {
			t.Errorf("crash %v after the commit: got %q, want %q", c.after, got, c.want)
		}
		database.New(l.db2, topology.Database{Port: 3307}.WithDefaults(), l.stores[0]) // recovers
		l.Run(22 * second)
		if _, there := l.stores[0].Rows()[engine.Key{Table: "t", Row: "a"}]; there != c.there {
			t.Errorf("crash %v after the commit: the row is there: %v, want %v", c.after, there, c.there)
		}
	}
}

// TestHosts: the next host is tried when one refuses, and a replica is no
// primary.
func TestHosts(t *testing.T) {
	for _, c := range []struct{ target, before, after string }{
		{topology.TargetAny, "5s write: database is read-only", "8s write: ok"},
		{topology.TargetPrimary, "5s write: database is read-only", "8s write: ok"},
	} {
		cfg := settings()
		zero, none := 0*second, 0
		cfg.Target, cfg.ValidationInterval, cfg.Initial = c.target, &zero, &none
		l := newLab(t, cfg)
		l.At(4*second, func() { l.primary.StopService(topology.DatabaseService) })
		l.do(5*second, "write", put("a", "1"))
		l.At(7*second, func() { l.replica.Set(topology.DatabaseRole, topology.RolePrimary) })
		l.do(8*second, "write", put("a", "1"))
		l.Run(10 * second)
		l.want(c.before, strings.Replace(c.after, "8s", "8.01s", 1))
	}
}

// BenchmarkTransactions measures transactions of one statement and a commit,
// with their connections: two messages each way.
func BenchmarkTransactions(b *testing.B) {
	cfg := settings()
	cfg.MaxActive = 50
	l := newLab(b, cfg)
	l.Run(3 * second)
	const clients = 50
	left := b.N
	for range clients {
		l.api.Go("client", func(p *sim.Proc) {
			for left > 0 {
				left--
				row := fmt.Sprint(left % 1000)
				if err := l.pool.Do(p, put(row, "value")); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	b.ResetTimer()
	for at := 3 * second; left > 0; at += second {
		l.Run(at)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "transactions/s")
}
