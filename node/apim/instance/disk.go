package instance

import (
	"github.com/cablepull/cablepull/node/apim"
	"github.com/cablepull/cablepull/node/datasource"
	"github.com/cablepull/cablepull/sim"
)

// Disk is what an instance has on the disk of its machine. The zero value is
// that of one that never ran.
type Disk struct {
	database  apim.Embedded
	artifacts map[string]string // by API
	starts    int               // of the process
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
func (e embedded) Do(_ *sim.Proc, f func(apim.Transaction) error) error { return e.database.Do(f) }

// Name implements database.
func (e embedded) Name() string { return e.name }
