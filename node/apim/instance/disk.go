package instance

import (
	"github.com/cablepull/cablepull/node/apim"
	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/sim"
)

// Disk is what an instance has on the disk of its machine. The zero value is
// that of one that never ran.
type Disk struct {
	// OnChange is called for each change, before its request is answered. May be
	// nil.
	OnChange func(DiskChange)

	database  apim.Embedded
	artifacts map[string]string // by API
	starts    int               // of the process
}

// DiskChange is one change of a disk: a value of the database; the artifact of
// an API, if there is no table; or a start of the process, without either.
type DiskChange struct {
	Table, Key, Value string
}

// Redo applies a change that an earlier process of the machine has made.
func (d *Disk) Redo(c DiskChange) {
	switch {
	case c.Table != "":
		d.database.Set(c.Table, c.Key, c.Value)
	case c.Key != "":
		if d.artifacts == nil {
			d.artifacts = map[string]string{}
		}
		d.artifacts[c.Key] = c.Value
	default:
		d.starts++
	}
}

// change applies a change and reports it.
func (d *Disk) change(c DiskChange) {
	d.Redo(c)
	if d.OnChange != nil {
		d.OnChange(c)
	}
}

// database is where an instance keeps what instances can share.
type database interface {
	// Do runs f in a transaction, and commits it if f returns nil.
	Do(p *sim.Proc, f func(apim.Transaction) error) error
	// Name is that of events: whose data it has.
	Name() string
}

// pooled is a database that is reached over a pool of connections.
type pooled struct {
	*datasource.Pool
	name string
}

// Do implements database.
func (d pooled) Do(p *sim.Proc, f func(apim.Transaction) error) error {
	return d.Pool.Do(p, func(t *datasource.Tx) error { return f(t) })
}

// Name implements database.
func (d pooled) Name() string { return d.name }

// embedded is the database on the instance's own disk.
type embedded struct {
	*Disk
	name string
}

// Do implements database.
func (e embedded) Do(_ *sim.Proc, f func(apim.Transaction) error) error {
	e.database.OnChange = func(table, key, value string) {
		if e.OnChange != nil {
			e.OnChange(DiskChange{table, key, value})
		}
	}
	return e.database.Do(f)
}

// Name implements database.
func (e embedded) Name() string { return e.name }
