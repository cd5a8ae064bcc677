package database

import (
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/database/engine"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Database is a database server during one boot of its machine.
type Database struct {
	host  *host.Host
	cfg   topology.Database
	store *engine.Store

	engine   *engine.Engine // nil: the service is stopped
	port     *session.Port  // nil: it has not listened yet
	timer    *sim.Timer     // of the engine
	conns    map[int]*conn
	next     int // number of the next connection
	starts   int // of the service; a follower of an earlier one ends
	follower *follower
	settings map[string]string // properties that are set: a restart of the service keeps them
}

// New starts a database on a running machine; it ends with the machine. cfg
// must be complete. The store is what earlier boots have left; a new one is
// empty. Its role is that of the store.
func New(h *host.Host, cfg topology.Database, store *engine.Store) *Database {
	d := &Database{host: h, cfg: cfg, store: store, conns: map[int]*conn{}, settings: map[string]string{}}
	d.timer = h.Scope().NewTimer(sim.Func(func() { d.step(engine.Event{}) }))
	d.start()
	return d
}

// NewStore returns the store of a database that has never run.
func NewStore(cfg topology.Database) *engine.Store {
	return &engine.Store{Replica: cfg.Role == topology.RoleReplica}
}

func (d *Database) now() time.Duration { return d.host.Scope().Elapsed() }

func (d *Database) start() {
	d.engine = engine.New(engine.Config{
		Commit: d.cfg.Commit, Connections: d.cfg.Connections, LockWait: d.cfg.LockWait,
		Recovery: d.cfg.Recovery, Replay: d.cfg.Replay, Checkpoint: d.cfg.Checkpoint,
		Sync: d.cfg.Replication == topology.ReplicationSync, SyncTimeout: d.cfg.SyncTimeout, ApplyDelay: d.cfg.ApplyDelay,
	}, d.store, d.now())
	d.starts++
	d.log("recovering", d.size())
	d.arm()
}

// size says how much the database has.
func (d *Database) size() string {
	return fmt.Sprintf("%d transactions", d.store.Position().Number)
}

func (d *Database) log(state, reason string) {
	d.host.Log(event.DatabaseChanged{State: state, Reason: reason})
}

// StopService kills the server: open transactions and commits that the disk has
// not written are lost, and connections are reset. The name is
// topology.DatabaseService.
func (d *Database) StopService(name string) error {
	if err := d.serves(name); err != nil || d.engine == nil {
		return err
	}
	d.engine = nil
	delete(d.settings, topology.DatabaseLock) // that session ends as all do
	d.timer.Stop()
	d.unfollow()
	if d.port != nil {
		if err := d.port.StopService(name); err != nil {
			return err
		}
	}
	d.conns = map[int]*conn{}
	d.log("stopped", d.size())
	return nil
}

// StartService starts the server again. It recovers first.
func (d *Database) StartService(name string) error {
	if err := d.serves(name); err != nil || d.engine != nil {
		return err
	}
	d.start()
	return nil
}

func (d *Database) serves(name string) error {
	if name != topology.DatabaseService {
		return fmt.Errorf("database: %s: service: got %q, want %s", d.host.Name(), name, topology.DatabaseService)
	}
	return nil
}

// Set sets a property to a value that topology.Database.Properties takes.
func (d *Database) Set(property, value string) error {
	d.settings[property] = value
	if d.engine == nil || !d.engine.Ready() {
		return nil // when it serves
	}
	switch property {
	case topology.DatabaseRole:
		d.setRole(value)
	case topology.DatabaseDisk:
		d.step(engine.Event{Kind: engine.DiskChanged, Full: value == topology.DiskFull})
	case topology.DatabaseLock:
		table, row, err := topology.LockedRow(value)
		if err != nil {
			return fmt.Errorf("database: %s: %s: %w", d.host.Name(), property, err)
		}
		d.step(engine.Event{Kind: engine.Held, Key: engine.Key{Table: table, Row: row}})
	default:
		return fmt.Errorf("database: %s: property: got %q, want one of a database", d.host.Name(), property)
	}
	return nil
}

func (d *Database) setRole(role string) {
	switch {
	case role == topology.RolePrimary && d.engine.Replica():
		d.unfollow()
		d.step(engine.Event{Kind: engine.Promoted, Timeline: fmt.Sprintf("%s@%v", d.host.Name(), d.host.Now())})
		d.log("primary", d.size())
	case role == topology.RoleReplica && !d.engine.Replica():
		d.step(engine.Event{Kind: engine.Demoted})
		d.log("replica", d.size())
		d.follow()
	}
}

// step tells the engine what happens, and does what it says.
func (d *Database) step(ev engine.Event) {
	if d.engine == nil {
		return
	}
	for _, a := range d.engine.Step(d.now(), ev) {
		d.do(a)
	}
	d.arm()
}

func (d *Database) arm() {
	due, ok := d.engine.Deadline()
	if !ok {
		d.timer.Stop()
		return
	}
	d.timer.Reset(max(due-d.now(), 0))
}

func (d *Database) do(a engine.Action) {
	c := d.conns[a.Session]
	switch a.Kind {
	case engine.Ready:
		d.host.Scope().Post(sim.Func(d.ready)) // it steps the engine
	case engine.Acknowledge:
		d.follower.acknowledge(a.At)
	case engine.Degraded:
		d.log("degraded", "no replica acknowledges: commits do not wait for one")
	case engine.Restored:
		d.log("primary", "a replica has caught up")
	case engine.Diverged:
		if c != nil {
			c.link.Post(session.New(verbLost, number(uint64(a.Lost))))
		}
	default:
		if c != nil {
			c.do(a)
		}
	}
}

// ready serves, with the properties that were set before.
func (d *Database) ready() {
	if d.engine == nil {
		return
	}
	state := "primary"
	if d.engine.Replica() {
		state = "replica"
	}
	d.log(state, d.size())
	if d.port == nil {
		addr := session.AnyAddress(d.cfg.Port)
		d.port = session.Listen(d.host, topology.DatabaseService, addr, d)
	} else if err := d.port.StartService(topology.DatabaseService); err != nil {
		d.host.Loop().Fail(err)
	}
	for _, property := range topology.Names(d.settings) {
		if err := d.Set(property, d.settings[property]); err != nil {
			d.host.Loop().Fail(err)
		}
	}
	if d.engine.Replica() && d.follower == nil {
		d.follow()
	}
}
