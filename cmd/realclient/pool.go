package main

import (
	"flag"
	"time"
)

// pool is the settings of a pool of connections, with the names and the
// defaults of an API manager's data sources.
type pool struct {
	dsn         string
	maxActive   int
	maxWait     time.Duration
	minIdle     int
	testBorrow  bool
	validation  time.Duration
	maxLifetime time.Duration
}

func (p *pool) flags(f *flag.FlagSet) {
	f.StringVar(&p.dsn, "dsn", "", "where the database is, as the driver writes it")
	f.IntVar(&p.maxActive, "max-active", 50, "most connections")
	f.DurationVar(&p.maxWait, "max-wait", time.Minute, "how long to wait for one of them")
	f.IntVar(&p.minIdle, "min-idle", 5, "connections that are kept")
	f.BoolVar(&p.testBorrow, "test-on-borrow", true, "ask the server before a connection is used")
	f.DurationVar(&p.validation, "validation-interval", 30*time.Second, "but not more often than this")
	f.DurationVar(&p.maxLifetime, "max-lifetime", 0, "age at which a connection is closed; 0: any")
}

// The tables: registers, each with a value, and lists of words.
const (
	makeRegisters = "CREATE TABLE IF NOT EXISTS registers (name VARCHAR(64) PRIMARY KEY, value TEXT NOT NULL)"
	theList       = "list"
)
