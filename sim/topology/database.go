package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Database is a transactional database: MySQL with InnoDB where the products
// differ. What it has committed survives a crash of its machine.
type Database struct {
	Port        int           `yaml:"port" doc:"TCP port (default 3306)" jsonschema:"minimum=1,maximum=65535"`
	Commit      time.Duration `yaml:"commit-latency" doc:"for the disk to write all commits that wait by then (default 5ms)"`
	Connections int           `yaml:"max-connections" doc:"the most clients; others are refused (default 151)" jsonschema:"minimum=1,maximum=100000"`
	LockWait    time.Duration `yaml:"lock-wait-timeout" doc:"the most that a statement waits for a row that another transaction has locked (default 50s)"`
	Recovery    time.Duration `yaml:"recovery" doc:"from its start until it listens (default 1s)"`
	Replay      int           `yaml:"recovery-rate" doc:"transactions since the last checkpoint that recovery repeats in a second (default: they take no time)" jsonschema:"minimum=1"`
	Checkpoint  time.Duration `yaml:"checkpoint" doc:"with recovery-rate: time between two checkpoints (default 5m)"`
	ReplicaOf   string        `yaml:"replica-of" doc:"the node whose database it follows while it is a replica (default: none, it is always a primary)"`
	Role        string        `yaml:"role" doc:"primary, or replica, which follows replica-of, when the database is first started; set NODE database.role changes it (default primary; with replica-of replica)" jsonschema:"enum=primary,enum=replica"`
	Retry       time.Duration `yaml:"replica-retry" doc:"time between two attempts of a replica to reach its primary (default 5s)"`
	ApplyDelay  time.Duration `yaml:"apply-delay" doc:"how long after a transaction has come to a replica it is visible there (default 0)"`
	Replication string        `yaml:"replication" doc:"of a primary: async (default: a commit waits for its disk only) or sync (it also waits until a replica has written it)" jsonschema:"enum=async,enum=sync"`
	SyncTimeout time.Duration `yaml:"sync-timeout" doc:"with sync: how long a commit waits for a replica before commits go on without one, until one has caught up; MySQL: 10s (default: forever, as PostgreSQL)"`

	Primary netip.AddrPort `yaml:"-" json:"-"` // of replica-of
}

// DatabaseService is the service of a database, and DefaultDatabasePort that of
// MySQL.
const (
	DatabaseService     = "database"
	DefaultDatabasePort = 3306
)

// How a primary replicates.
const (
	ReplicationAsync = "async"
	ReplicationSync  = "sync"
)

// The properties of a database.
const (
	DatabaseRole = "database.role" // primary or replica
	DatabaseDisk = "database.disk" // ok, or full: it takes no writes
	DatabaseLock = "database.lock" // TABLE/ROW that somebody at the console has locked and not released, or none
)

// The values of properties of a database.
const (
	RolePrimary = "primary"
	RoleReplica = "replica"
	DiskOK      = "ok"
	DiskFull    = "full"
	LockNone    = "none"
)

// WithDefaults returns a copy with every default filled in that does not depend
// on other nodes.
func (d Database) WithDefaults() Database {
	d.Port = cmp.Or(d.Port, DefaultDatabasePort)
	d.Commit = cmp.Or(d.Commit, 5*time.Millisecond)
	d.Connections = cmp.Or(d.Connections, 151)
	d.LockWait = cmp.Or(d.LockWait, 50*time.Second)
	d.Recovery = cmp.Or(d.Recovery, time.Second)
	d.Checkpoint = cmp.Or(d.Checkpoint, 5*time.Minute)
	d.Retry = cmp.Or(d.Retry, 5*time.Second)
	d.Replication = cmp.Or(d.Replication, ReplicationAsync)
	if d.ReplicaOf != "" {
		d.Role = cmp.Or(d.Role, RoleReplica)
	}
	d.Role = cmp.Or(d.Role, RolePrimary)
	return d
}

// Complete implements Program.
func (d Database) Complete(at Place) Program {
	d = d.WithDefaults()
	if d.ReplicaOf != "" {
		port := DefaultDatabasePort
		if other := at.Topology.Nodes[d.ReplicaOf].Database; other != nil {
			port = cmp.Or(other.Port, DefaultDatabasePort)
		}
		d.Primary = netip.AddrPortFrom(at.Topology.addressOf(d.ReplicaOf), uint16(port))
	}
	return &d
}

// Problems implements Program.
func (d Database) Problems(at Place) []Problem {
	c := at.check()
	other, exists := at.Topology.Nodes[d.ReplicaOf]
	path := []string{"replica-of"}
	switch {
	case d.ReplicaOf == "":
		if d.ApplyDelay != 0 {
			c.fail([]string{"apply-delay"}, "got %s without replica-of: only a replica applies what others commit", d.ApplyDelay)
		}
		if d.Role == RoleReplica {
			c.fail([]string{"role"}, "got replica without replica-of, the node that it follows")
		}
	case d.ReplicaOf == at.Name:
		c.fail(path, "got %s, the node itself, want another one", at.Name)
	case len(c.databases(at.Name)) == 0:
		c.fail(path, "got %s, and no other node has a database", d.ReplicaOf)
	case !exists:
		c.fail(path, "there is no node %s, want %s", d.ReplicaOf, AnyOf(d.ReplicaOf, c.databases(at.Name)))
	case other.Database == nil:
		c.fail(path, "node %s has no database, want %s", d.ReplicaOf, AnyOf(d.ReplicaOf, c.databases(at.Name)))
	default:
		c.reach(path, at.Node, d.Primary.Addr())
	}
	if d.SyncTimeout != 0 && d.Replication != ReplicationSync {
		c.fail([]string{"sync-timeout"}, "got %s without replication: sync, where no commit waits for a replica", d.SyncTimeout)
	}
	return c.problems
}

// databases lists the other nodes that have a database.
func (c *checker) databases(but string) []string {
	return slices.DeleteFunc(Names(c.whole.Nodes), func(name string) bool {
		return name == but || c.whole.Nodes[name].Database == nil
	})
}

// listens implements listener.
func (d Database) listens() []port { return []port{onAll("database", d.Port, "database", "port")} }

// Addresses implements Program.
func (Database) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Database) ServiceNames() []string { return []string{DatabaseService} }

// Properties implements Program.
func (d Database) Properties() []Property {
	roles, disks := []string{RolePrimary, RoleReplica}, []string{DiskOK, DiskFull}
	if d.ReplicaOf == "" {
		roles = roles[:1] // it has no primary to follow
	}
	return append(serviceSwitches(d),
		Property{
			Name: DatabaseRole, Want: AnyOf("", roles), Value: d.Role, Unset: d.Role,
			Takes: func(v string) bool { return slices.Contains(roles, v) },
		},
		Property{
			Name: DatabaseDisk, Want: AnyOf("", disks), Value: DiskOK, Unset: DiskOK,
			Takes: func(v string) bool { return slices.Contains(disks, v) },
		},
		Property{
			Name: DatabaseLock, Want: "TABLE/ROW, such as accounts/savings, or none", Value: LockNone, Unset: LockNone,
			Takes: func(v string) bool { _, _, err := LockedRow(v); return err == nil },
		})
}

// LockedRow reads the value of DatabaseLock; both parts are empty for none.
func LockedRow(value string) (table, row string, err error) {
	if value == LockNone {
		return "", "", nil
	}
	for i, c := range value {
		if c == '/' && i > 0 && i < len(value)-1 {
			return value[:i], value[i+1:], nil
		}
	}
	return "", "", fmt.Errorf("got %q, want TABLE/ROW or none", value)
}

// Faults implements Program.
func (Database) Faults() []string { return []string{"fill"} }
